"""The same customers as for calls that go well."""

from tests.voice.call.conftest import people, template

__all__ = ["people", "template"]
