"""Signatures, compared with Twilio's own library."""

import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from voice.telephony.signature import Signatures, sign

TOKEN = "12345"
FORM = {"CallSid": "CA1", "From": "+14158675310", "To": "+18005551212", "Digits": "1234"}
PAIRS = list(FORM.items())


def signatures(base: str = "https://voice.example", *tokens: str) -> Signatures:
    return Signatures(tokens or (TOKEN,), base)


@pytest.mark.parametrize("url", ["https://voice.example/voice/incoming", "https://voice.example/v?a=1&b=2"])
def test_a_webhook_is_signed_as_twilio_signs_it(url: str) -> None:
    theirs = RequestValidator(TOKEN).compute_signature(url, FORM)
    assert sign(TOKEN, url, PAIRS) == theirs
    assert signatures().accepts_form(url.removeprefix("https://voice.example"), PAIRS, theirs)


def test_the_port_of_the_scheme_may_be_written_out_or_not() -> None:
    for url in ("https://voice.example:443/voice/x", "https://voice.example/voice/x"):
        given = RequestValidator(TOKEN).compute_signature(url, FORM)
        assert signatures().accepts_form("/voice/x", PAIRS, given)
        assert signatures("https://voice.example:443").accepts_form("/voice/x", PAIRS, given)


def test_a_socket_is_signed_over_its_own_scheme_without_fields() -> None:
    given = RequestValidator(TOKEN).compute_signature("wss://voice.example/voice/stream", {})
    assert signatures().accepts_socket("/voice/stream", given)
    assert not signatures().accepts_form("/voice/stream", [], given)
    assert (
        signatures("http://127.0.0.1:8000").socket_url("/voice/stream") == "ws://127.0.0.1:8000/voice/stream"
    )


@pytest.mark.parametrize("given", ["", "x", "é", "A" * 28, "A" * 10_000])
def test_anything_else_is_refused(given: str) -> None:
    assert not signatures().accepts_form("/voice/incoming", PAIRS, given)
    assert not signatures().accepts_socket("/voice/stream", given)


def test_a_changed_field_another_path_or_another_token_is_refused() -> None:
    good = sign(TOKEN, "https://voice.example/voice/action", PAIRS)
    assert signatures().accepts_form("/voice/action", PAIRS, good)
    assert not signatures().accepts_form("/voice/action", [*PAIRS, ("Extra", "1")], good)
    assert not signatures().accepts_form("/voice/status", PAIRS, good)
    assert not signatures("https://other.example").accepts_form("/voice/action", PAIRS, good)
    assert not signatures("https://voice.example", "67890").accepts_form("/voice/action", PAIRS, good)


def test_any_of_the_tokens_is_good() -> None:
    given = sign("second", "https://voice.example/voice/action", PAIRS)
    assert signatures("https://voice.example", TOKEN, "second").accepts_form("/voice/action", PAIRS, given)
