"""A learner may write anything into timestamp.txt: it costs nobody more than the time in it."""

import datetime

import pytest

from chainrule.grading import timestamp
from chainrule.grading.submission import Submission

UNREADABLE = {
    "words": b"the day before yesterday",
    "no text": b"\xff\xfe",
    "a number": b"9" * 400,
    "too long": b"2026-01-02 03:04:05." + b"9" * timestamp.MOST_BYTES,
    "a million digits": b"9" * 1_000_000,
}


def test_what_nbgrader_writes_is_read():
    when, fault = timestamp.read(b"2026-01-02 03:04:05.678900 UTC\n")
    assert when == datetime.datetime(2026, 1, 2, 3, 4, 5, 678900) and not fault
    assert timestamp.read(None) == timestamp.read(b" \n") == (None, "")


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_left_out_and_said(kind):
    found = Submission(files={"timestamp.txt": UNREADABLE[kind], "own.txt": b"mine"})
    timestamp.leave_out_if_unreadable(found)
    assert found.files == {"own.txt": b"mine"}
    assert [one["message"] for one in found.findings] == [
        "timestamp.txt holds no time that can be read: graded as not late."
    ]


@pytest.mark.parametrize("content", [b"2026-01-02 03:04:05 UTC", b"", b"\n"])
def test_what_can_be_read_and_what_is_empty_stays(content):
    found = Submission(files={"timestamp.txt": content})
    timestamp.leave_out_if_unreadable(found)
    assert found.files == {"timestamp.txt": content} and not found.findings
