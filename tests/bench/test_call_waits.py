"""How waits are read from a log and from a recording."""

from pathlib import Path

import pytest

from bench import call_waits
from voice import codec
from voice.testing import mulaw

LOUD = codec.encode(b"\x00\x40\x00\xc0" * (mulaw.FRAME_BYTES // 2))
QUIET = codec.encode(b"\x00\x00" * mulaw.FRAME_BYTES)


def test_a_log_is_read_from_a_place_on(tmp_path: Path) -> None:
    log = tmp_path / "center.out"
    log.write_text("call CA1 latency endpoint=0.500 total=0.900\n")
    before = len(log.read_text())
    with log.open("a") as more:
        more.write("something else\ncall CA2 latency endpoint=0.650 bot=0.100 total=1.000\n")
    (wait,) = call_waits.in_log(log, after=before)
    assert wait == {"endpoint": 0.65, "bot": 0.1, "total": 1.0}
    assert call_waits.own(wait) == pytest.approx(0.35)
    assert len(call_waits.in_log(log)) == 2


def test_a_stage_counts_only_where_it_occurred() -> None:
    stages = call_waits.by_stage([{"total": 1.0}, {"total": 2.0, "bot": 0.5}])
    assert stages["total"]["n"] == 2 and stages["bot"]["n"] == 1
    assert "recogniser" not in stages


def test_a_telephone_hears_from_the_end_of_a_voice_to_the_next_sound() -> None:
    spoken = LOUD * 3 + QUIET * 7
    heard = QUIET * 7 + LOUD * 3
    (wait,) = call_waits.on_the_telephone(spoken, heard)
    assert wait == pytest.approx(5 * mulaw.FRAME_SECONDS)


def test_who_gets_no_answer_has_no_wait() -> None:
    assert call_waits.on_the_telephone(LOUD + QUIET, QUIET + QUIET) == []
    assert call_waits.percentiles([]) == {}
