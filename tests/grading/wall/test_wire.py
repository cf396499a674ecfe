"""A message goes over the wire whole, or it is clear why it does not."""

import json
import os
import socket
import struct
import threading
import time

import pytest

from chainrule.grading.wall.values import MESSAGE_BYTES, CannotCross, Malformed
from chainrule.grading.wall.wire import Closed, Wire

PAST = time.monotonic() - 1.0  # a deadline that is over


@pytest.fixture
def ends():
    """Two ends of one wire."""
    one, other = socket.socketpair()
    for end in (one, other):
        end.settimeout(5)  # a test that would wait for ever fails
    yield Wire(one), Wire(other)
    one.close()
    other.close()


@pytest.fixture
def raw(ends):
    """A wire, and the socket at its other end, to write any bytes to."""
    one, other = ends
    return other, one.channel


def packed(*parts, lengths=None):
    """The bytes of a message; lengths: what it says of its parts, if that is not the truth."""
    lengths = list(map(len, parts)) if lengths is None else lengths
    return struct.pack(f"<I{len(lengths)}I", len(lengths), *lengths) + b"".join(parts)


MESSAGES = {
    "no buffers": ({"do": "run", "source": "x = 1"}, []),
    "buffers": ({"value": {"bytes": 1}}, [b"first", b"second"]),
    "an empty buffer": ({}, [b"", b"after it"]),
    "any bytes": ({}, [bytes(range(256)), b"\x00\x00\x00\x00"]),
    "any text": ({"text": 'é ∂ "\n\x00 \ud800'}, []),
    "larger than one read": ({"text": "x" * 10_000}, [b"y" * 70_000]),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_arrives_as_it_was_sent(ends, name):
    one, other = ends
    message, buffers = MESSAGES[name]
    one.send(message, buffers)
    assert other.receive() == (message, buffers)


def test_both_ends_send_and_receive(ends):
    one, other = ends
    one.send({"from": "one"})
    other.send({"from": "other"})
    assert one.receive() == ({"from": "other"}, [])
    assert other.receive() == ({"from": "one"}, [])


def test_messages_that_arrive_together_are_told_apart(ends):
    one, other = ends
    for number in range(3):
        one.send({"number": number}, [bytes([number])])
    for number in range(3):
        assert other.receive() == ({"number": number}, [bytes([number])])


def test_the_bytes_are_lengths_and_parts(raw):
    wire, stranger = raw
    stranger.sendall(packed(b'{"a":1}', b"xyz"))
    assert wire.receive() == ({"a": 1}, [b"xyz"])


def test_numbers_that_json_does_not_have_arrive_too(ends):
    one, other = ends
    one.send({"numbers": [float("inf"), -0.0]})
    (message, _) = other.receive()
    assert json.dumps(message) == '{"numbers": [Infinity, -0.0]}'


WHOLE = packed(b'{"a":1}', b"xyz")


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_message_cut_short_by_the_end_is_none(raw, length):
    wire, stranger = raw
    stranger.sendall(WHOLE[:length])
    stranger.shutdown(socket.SHUT_WR)
    with pytest.raises(Closed):
        wire.receive()


def test_sending_to_an_end_that_is_gone(ends):
    one, other = ends
    other.close()
    with pytest.raises(Closed):
        one.send({})


def test_what_was_sent_before_the_end_still_arrives(ends):
    one, other = ends
    one.send({"last": "words"})
    one.close()
    assert other.receive() == ({"last": "words"}, [])
    with pytest.raises(Closed):
        other.receive()


# What a stranger may write -> what is said of it.
MALFORMED = {
    "no parts": (packed(), "no message"),
    "too many parts": (struct.pack("<I", 100_000), "no message"),
    "random bytes": (b"\xff" * 64, "no message"),
    "a length that is too large": (packed(b"", lengths=[MESSAGE_BYTES + 1]), "more than 64 MiB"),
    "lengths that are too large together": (
        packed(b"", lengths=[MESSAGE_BYTES, 1]),
        "more than 64 MiB",
    ),
    "the greatest lengths": (packed(b"", lengths=[2**32 - 1] * 9), "more than 64 MiB"),
    "no JSON": (packed(b"{"), "no JSON"),
    "nothing in place of JSON": (packed(b""), "no JSON"),
    "a pickle": (packed(b"\x80\x04N."), "no JSON"),
    "no text": (packed(b"\xff\xfe"), "no JSON"),
    "nested deep": (packed(b"[" * 100_000), "no JSON"),
    "a number of many digits": (packed(b"9" * 5_000), "no JSON"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_message_is_refused_before_it_is_kept(raw, name):
    wire, stranger = raw
    content, said = MALFORMED[name]
    stranger.sendall(content)
    with pytest.raises(Malformed, match=said):
        wire.receive()


@pytest.mark.parametrize(
    "buffers", [[bytes(MESSAGE_BYTES)], [b""] * 100_000], ids=["too large", "too many parts"]
)
def test_what_is_too_large_is_not_sent_at_all(ends, buffers):
    one, other = ends
    with pytest.raises(CannotCross, match="more than 64 MiB"):
        one.send({}, buffers)
    one.send({"after": "it"})
    assert other.receive() == ({"after": "it"}, [])


def test_nothing_comes_before_the_deadline(ends):
    with pytest.raises(TimeoutError):
        ends[0].receive(deadline=PAST)


def test_half_a_message_comes_before_the_deadline(raw):
    wire, stranger = raw
    stranger.sendall(WHOLE[:6])
    wire.channel.setblocking(False)
    with pytest.raises(BlockingIOError):
        wire.receive()  # takes what is there
    with pytest.raises(TimeoutError):
        wire.receive(deadline=PAST)


def test_nothing_is_sent_after_the_deadline(ends):
    one, other = ends
    with pytest.raises(TimeoutError):
        one.send({"too": "late"}, deadline=PAST)
    one.send({"in": "time"})
    assert other.receive() == ({"in": "time"}, [])


def test_a_descriptor_that_does_not_wait_any_more():
    """A learner's code can change that of the wire in its process."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        os.set_blocking(theirs.fileno(), False)
        thread = threading.Timer(0.1, Wire(ours).send, [{"do": "get"}])
        thread.start()
        assert Wire(theirs).receive() == ({"do": "get"}, [])
        thread.join()
