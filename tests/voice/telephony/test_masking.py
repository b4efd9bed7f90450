"""Numbers in the logs."""

import logging

import pytest

from voice.telephony.masking import DigitMask, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call from +12025550101", "call from +•••••••••01"),
        ("policy 8800 0010 0101 please", "policy •••• •••• ••01 please"),
        ("born 1985-03-12", "born ••••-••-12"),
        ("call CA0123456789abcdef0123456789abcdef ended", "call CA0123456789abcdef0123456789abcdef ended"),
        ("took 123 ms", "took 123 ms"),
    ],
)
def test_longer_numbers_are_hidden_but_their_end(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_what_a_logger_writes_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("voice.masking.test")
    logger.addFilter(DigitMask())
    with caplog.at_level(logging.INFO):
        logger.info("heard %s from %s", "880000100101", "+12025550101")
    assert "0000" not in caplog.text
