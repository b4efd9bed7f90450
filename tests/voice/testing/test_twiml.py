import pytest

from voice.testing.twiml import TwimlError, read


def test_a_document_becomes_verbs_with_their_nouns() -> None:
    verbs = read(
        b'<?xml version="1.0"?><Response><Say>Hello</Say><Connect action="/a"><Stream url="wss://h/s">'
        b'<Parameter name="token" value="x"/></Stream></Connect></Response>'
    )
    assert [verb.name for verb in verbs] == ["Say", "Connect"]
    assert verbs[0].text == "Hello"
    assert verbs[1].nouns[0].nouns[0].get("value") == "x"


def test_nothing_is_an_empty_document() -> None:
    assert read(b" \n") == []


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Response><Say>Hello</Response>", 12100),
        ("<!DOCTYPE x><Response/>", 12100),
        ("<Answer/>", 12102),
        ("<Response><Shout>Hello</Shout></Response>", 12200),
        ("<Response><say>Hello</say></Response>", 12200),
        ('<Response><Dial wait="1">+8613900000001</Dial></Response>', 12200),
        ("<Response><Connect/></Response>", 12200),
        ("<Response>Hello<Hangup>now</Hangup></Response>", 12200),
        ('<Response><Pause length="1.5"/></Response>', 12200),
        ('<Response><Connect><Stream url="https://h/s"/></Connect></Response>', 31920),
        ('<Response><Connect><Stream url="ws://h/s"/></Connect></Response>', 31920),
        ('<Response><Connect><Stream url="wss://h/s?token=1"/></Connect></Response>', 31920),
        ("<Response><Dial><Number>amy</Number></Dial></Response>", 13223),
        ("<Response><Say/></Response>", 13520),
    ],
)
def test_what_twilio_would_refuse_is_refused_by_its_number(document: str, code: int) -> None:
    with pytest.raises(TwimlError) as refused:
        read(document.encode())
    assert refused.value.code == code


def test_a_parameter_is_shorter_than_500_characters() -> None:
    stream = (
        '<Response><Connect><Stream url="wss://h/s"><Parameter name="n" value="{}"/>'
        "</Stream></Connect></Response>"
    )
    assert read(stream.format("x" * 498).encode())
    with pytest.raises(TwimlError):
        read(stream.format("x" * 499).encode())
