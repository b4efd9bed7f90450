"""The chat protocol's frames: what is not one is refused, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.chat_frames import Hello, Press, Say, parse


def test_frames_are_read_as_what_they_are() -> None:
    assert parse('{"type":"say","key":"k","text":"hi"}') == Say(type="say", key="k", text="hi")
    assert parse('{"type":"press","key":"k","button":"/b/1.0"}') == Press(
        type="press", key="k", button="/b/1.0"
    )
    hello = parse('{"type":"hello","after":3,"context":{"page_title":"Home","evil":1}}')
    assert isinstance(hello, Hello) and hello.after == 3 and hello.context.page_title == "Home"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "null",
        "{}",
        '{"type":"drop_tables"}',
        '{"type":"say","text":"no key"}',
        '{"type":"say","key":"","text":"x"}',
        '{"type":"say","key":"k","text":7}',
        '{"type":"say","key":"turn:1:0","text":"a key of the server"}',
        '{"type":"hello","after":-1}',
        '{"type":"press","key":"k","button":"' + "x" * 33 + '"}',
        '{"type":"hello","conversation":{"$gt":""}}',
    ],
)
def test_what_is_not_a_frame_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse(text)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        parse(data)
    except ValidationError:
        pass
