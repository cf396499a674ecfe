"""Messages over a socket: JSON, and the raw bytes that it refers to by number.

A message is the number of its parts and their lengths, 32 bits each, then the parts. Both sides
know what the JSON of a message may cost to read: the sender says in time that a value is too much.
"""

import json
import os
import socket
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any

from . import foreign_json
from .values import MESSAGE_BYTES, CannotCross, Malformed

Message = Mapping[str, object]  # of `messages`
Buffers = list[bytes]
# As of time.monotonic(); or what tells how many seconds are left, which may become more; or never.
Deadline = float | Callable[[], float] | None

_PARTS = 100_000
# What holds itself is found by the encoder of values, so JSON need not look for it.
_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_CHUNK = 1 << 16  # larger ones are mapped and unmapped each time


class Closed(Exception):
    """The other side is gone."""


class Wire:
    """One end."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.read = bytearray()

    def send(
        self, message: Message, buffers: Buffers | None = None, deadline: Deadline = None
    ) -> None:
        """Write one message. Raises Closed, TimeoutError, or CannotCross when it is too large."""
        parts = [_to_json(message).encode(), *(buffers or [])]
        if sum(map(len, parts)) > MESSAGE_BYTES or len(parts) >= _PARTS:
            raise CannotCross(f"more than {MESSAGE_BYTES >> 20} MiB")
        if foreign_json.is_heavy(parts[0]):
            raise CannotCross("more lists, numbers or text than a test can look through")
        head = struct.pack(f"<I{len(parts)}I", len(parts), *map(len, parts))
        unsent = memoryview(b"".join([head, *parts]))
        while unsent:
            self._wait_until(deadline)
            try:
                unsent = unsent[self.channel.send(unsent) :]
            except TimeoutError:
                continue  # more may be left by now
            except BlockingIOError:
                self._block()
            except (BrokenPipeError, ConnectionResetError):
                raise Closed from None

    def receive(self, deadline: Deadline = None) -> tuple[Any, Buffers]:
        """Read one message of bounded size. Raises Closed, Malformed or TimeoutError."""
        self._fill(4, deadline)
        (count,) = struct.unpack_from("<I", self.read)
        if not 0 < count < _PARTS:
            raise Malformed("no message")
        start = 4 + 4 * count
        self._fill(start, deadline)
        lengths = struct.unpack_from(f"<{count}I", self.read, 4)
        if sum(lengths) > MESSAGE_BYTES:
            raise Malformed(f"a message of more than {MESSAGE_BYTES >> 20} MiB")
        self._fill(start + sum(lengths), deadline)
        parts = []
        with memoryview(self.read) as read:
            for length in lengths:
                parts.append(bytes(read[start : start + length]))
                start += length
        del self.read[:start]
        if foreign_json.is_heavy(parts[0]):
            raise Malformed("more lists, numbers or text than a test can look through")
        try:
            return foreign_json.loads(parts[0]), parts[1:]
        except (ValueError, RecursionError):
            raise Malformed("no JSON") from None

    def close(self) -> None:
        self.channel.close()

    def _wait_until(self, deadline: Deadline) -> None:
        if deadline is None:
            return
        seconds = deadline() if callable(deadline) else deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        self.channel.settimeout(seconds)

    def _block(self) -> None:
        """Wait again: code that shares this process has changed the descriptor, not the socket."""
        if self.channel.gettimeout() is not None:
            raise
        os.set_blocking(self.channel.fileno(), True)

    def _fill(self, count: int, deadline: Deadline) -> None:
        """Read until so many bytes are there."""
        while len(self.read) < count:
            self._wait_until(deadline)
            try:
                chunk = self.channel.recv(_CHUNK)
            except TimeoutError:
                continue  # more may be left by now
            except BlockingIOError:
                self._block()
                continue
            except ConnectionResetError:
                raise Closed from None
            if not chunk:
                raise Closed
            self.read += chunk
