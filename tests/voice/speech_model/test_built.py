"""Only what was built is ever loaded: libvosk checks nothing and takes the process with it."""

import json
import shutil
from pathlib import Path

import pytest

from voice.speech_model import built
from voice.speech_model.build import Size, made_of, unchanged
from voice.speech_model.built import ModelDamaged


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def test_what_was_built_is_whole(copy: Path) -> None:
    assert built.verified(copy) == copy


@pytest.mark.parametrize(
    "name", ["am/final.mdl", "graph/HCLG.fst", "digits/graph/words.txt", "conf/model.conf"]
)
def test_one_changed_bit_is_refused(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ModelDamaged, match=Path(name).name):
        built.verified(copy)


def test_a_cut_file_is_refused(copy: Path) -> None:
    content = (copy / "am" / "final.mdl").read_bytes()
    (copy / "am" / "final.mdl").write_bytes(content[:-1])
    with pytest.raises(ModelDamaged):
        built.verified(copy)


def test_a_missing_and_an_unknown_file_are_refused(copy: Path) -> None:
    (copy / "conf" / "mfcc.conf").rename(copy / "conf" / "mfcc.old")
    with pytest.raises(ModelDamaged, match=r"mfcc\.conf"):
        built.verified(copy)


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"files": 3}'])
def test_a_model_without_a_record_is_refused(copy: Path, record: str) -> None:
    (copy / built.RECORD).write_text(record)
    with pytest.raises(ModelDamaged):
        built.verified(copy)


def test_no_model_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged):
        built.verified(tmp_path / "nothing")


def test_it_is_built_anew_only_when_something_changed(copy: Path) -> None:
    size = Size(**built.record(copy)["size"])
    _told(copy, made_of(size))
    assert unchanged(copy, size)
    assert not unchanged(copy, Size(clips=size.clips + 1))
    _told(copy, "something else")
    assert not unchanged(copy, size)


def _told(folder: Path, made: str) -> None:
    (folder / built.RECORD).write_text(json.dumps({**built.record(folder), "made_of": made}))
