"""Lines to and from a process: whatever the other side does, one hears of it."""

import json
import socket
import threading

import pytest

from chainrule.grading.processes.lines import Broken, Lines


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    lines = Lines(ours)
    yield lines, theirs
    lines.close()
    theirs.close()


def nothing():
    pass


def test_a_question_larger_than_any_buffer(pair):
    """Saying it does not wait; it goes out while the answer is waited for."""
    lines, theirs = pair
    lines.say(["x" * 10_000_000])

    def answer():
        with theirs.makefile("rwb") as stream:
            stream.write(json.dumps(len(json.loads(stream.readline())[0])).encode() + b"\n")

    thread = threading.Thread(target=answer)
    thread.start()
    assert lines.hear(60, nothing) == 10_000_000
    thread.join()


@pytest.mark.parametrize("said", [b"", b'{"half', b'{"points": 1.0'])
def test_the_other_side_ends(pair, said):
    lines, theirs = pair
    theirs.sendall(said)
    theirs.close()
    with pytest.raises(Broken, match="ended"):
        lines.hear(60, nothing)


def test_the_other_side_ends_before_it_reads(pair):
    lines, theirs = pair
    theirs.close()
    lines.say("anything")
    with pytest.raises(Broken, match="ended"):
        lines.hear(60, nothing)


def test_what_is_no_line(pair):
    lines, theirs = pair
    theirs.sendall(b'{"half\n')
    with pytest.raises(Broken, match="broke off"):
        lines.hear(60, nothing)


def test_silence(pair):
    lines, _ = pair
    lines.say(["x" * 10_000_000])  # which nobody reads
    with pytest.raises(Broken, match="silent for 0 s"):
        lines.hear(0, nothing)


def test_a_look_ends_the_wait(pair):
    def look():
        raise LookupError("it is stopped")

    with pytest.raises(LookupError):
        pair[0].hear(600, look)


def test_two_lines_that_came_at_once(pair):
    lines, theirs = pair
    theirs.sendall(b'{"ready": true}\n{"points": 1.0}\n')
    assert lines.hear(60, nothing) == {"ready": True}
    assert lines.hear(60, nothing) == {"points": 1.0}
