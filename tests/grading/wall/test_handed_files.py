"""Files go into the learner process in pieces, and the room that they take is known before."""

import os

import pytest

from chainrule.grading.wall import handed_files
from chainrule.grading.wall.handed_files import Handed, in_pieces, room_for

FILES = {"empty": b"", "a/b/deep.txt": b"deep", "large.bin": bytes(range(256)) * 40, "z": b"z"}


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(handed_files, "PIECE_BYTES", 1000)


@pytest.mark.usefixtures("small_pieces")
def test_what_is_written_is_what_was_handed_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for pieces, buffers in in_pieces(FILES):
        assert Handed().write(pieces, buffers) == {}
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == FILES


@pytest.mark.usefixtures("small_pieces")
def test_no_message_is_larger_than_a_piece():
    messages = list(in_pieces(FILES))
    assert len(messages) > 10
    assert max(sum(map(len, buffers)) for _, buffers in messages) == 1000


def test_no_message_has_too_many_parts():
    many = {str(number): b"" for number in range(2500)}
    assert [len(pieces) for pieces, _ in in_pieces(many)] == [1000, 1000, 500]
    assert list(in_pieces({})) == []


def test_room_is_for_whole_pages_and_for_folders():
    assert room_for({}) == (0, 0)
    assert room_for({"a": b"x", "b/c/d": b"x" * 4097, "b/e": b""}) == (3 * 4096, 6)


def test_what_cannot_be_there_is_said_and_the_rest_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    pieces = [("folder/x", 0), ("folder", 0), ("n" * 300, 0), ("z", 0)]
    left_out = Handed().write(pieces, [b"x", b"x", b"x", b"z"])
    assert set(left_out) == {"folder", "n" * 300}
    assert (tmp_path / "folder/x").read_bytes() == b"x" and (tmp_path / "z").read_bytes() == b"z"


@pytest.mark.usefixtures("small_pieces")
def test_half_a_file_is_none(tmp_path, monkeypatch):
    """What follows a piece that found no room is not written either."""
    monkeypatch.chdir(tmp_path)
    (first, *rest) = in_pieces({"large.bin": b"x" * 3000})
    assert Handed().write(*first) == {}
    os.remove("large.bin")
    assert all("large.bin" in Handed().write(*one) for one in rest)
    assert os.listdir() == []
