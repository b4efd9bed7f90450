"""Lets Rasa be imported without what it imports and this engine never uses: TensorFlow and 15 channels.

Never imported after Rasa. Without it a start costs 20 s and 500 MB more; with it, whoever does call
TensorFlow gets an error that says so.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ABSENT = ("keras", "tensorflow", "tensorflow_hub", "tensorflow_text")


class TensorFlowIsNotHere(ImportError):
    """Something tried to use TensorFlow, which this engine does not load."""


class _Placeholder(type):
    """A class whose every attribute is another such class: enough for annotations and base classes."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Placeholder(name, (), {})

    def __call__(cls, *_: Any, **__: Any) -> Any:
        raise TensorFlowIsNotHere(f"{cls.__name__} belongs to TensorFlow, which this engine does not load")


class _AbsentModule(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Placeholder(name, (), {})


class _AbsentFinder:
    """Answers `import tensorflow...` with an empty module."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.split(".")[0] not in ABSENT:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing to run."""


def install() -> None:
    """Put the stand-ins in place; call before the first import of Rasa. Calling twice does no harm."""
    if any(isinstance(finder, _AbsentFinder) for finder in sys.meta_path):
        return
    if "rasa.core" in sys.modules:
        raise RuntimeError("stand-ins must be installed before Rasa is imported")
    sys.meta_path.insert(0, _AbsentFinder())  # type: ignore[arg-type]
    _install_channels()
    _install_component_list()


def _install_channels() -> None:
    """Offer `rasa.core.channels` without the fifteen messengers, each of which imports its own SDK."""
    import rasa.core

    name = "rasa.core.channels"
    folder = f"{rasa.core.__path__[0]}/channels"
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
    rasa.core.channels = package

    from rasa.core.channels import channel

    for public in ("InputChannel", "OutputChannel", "UserMessage", "CollectingOutputChannel"):
        setattr(package, public, getattr(channel, public))
    package.BUILTIN_CHANNELS = {}  # type: ignore[attr-defined]


def _install_component_list() -> None:
    """Register only the policies we use: Rasa's list imports every component it ships."""
    name = "rasa.engine.recipes.default_components"
    module = types.ModuleType(name)
    sys.modules[name] = module

    from rasa.core.policies.memoization import MemoizationPolicy
    from rasa.core.policies.rule_policy import RulePolicy

    module.DEFAULT_COMPONENTS = [MemoizationPolicy, RulePolicy]  # type: ignore[attr-defined]
