"""The speech model as setting up the tests has built it, loaded once."""

from pathlib import Path
from typing import Any

import pytest
import vosk  # type: ignore[import-untyped]

from records.settings import settings
from voice.speech_model import built


@pytest.fixture(scope="session")
def folder() -> Path:
    return built.verified(built.place(settings().data))


@pytest.fixture(scope="session")
def model(folder: Path) -> Any:
    vosk.SetLogLevel(-1)
    return vosk.Model(str(folder))


@pytest.fixture(scope="session")
def digits_model(folder: Path) -> Any:
    vosk.SetLogLevel(-1)
    return vosk.Model(str(folder / built.DIGITS))
