"""Lines of JSON to and from a process of ours that may end, stop or fall silent at any moment."""

import contextlib
import json
import select
import socket
import time
from collections.abc import Callable
from typing import Any

_LOOK_SECONDS = 1.0
_CHUNK = 1 << 16


class Broken(Exception):
    """The other side is gone, silent, or said what is no line; the message is a clause."""


class Lines:
    """Never waits for the other side to read: what it does not take now goes out in `hear`."""

    def __init__(self, channel: socket.socket) -> None:
        channel.setblocking(False)
        self._channel = channel
        self._out, self._in = bytearray(), bytearray()

    def say(self, what: Any) -> None:
        self._out += json.dumps(what).encode() + b"\n"
        self._push()

    def hear(self, seconds: float, look: Callable[[], None]) -> Any:
        """The next line; it may take so long. Raises Broken, and what `look` raises.

        look: called each second meanwhile, to see whether it is worth waiting for.
        """
        ends = time.monotonic() + seconds
        poll = select.poll()
        while b"\n" not in self._in:
            poll.register(self._channel, select.POLLIN | (select.POLLOUT if self._out else 0))
            events = dict(poll.poll(_LOOK_SECONDS * 1000))
            if not events:
                look()
                if time.monotonic() > ends:
                    raise Broken(f"was silent for {seconds:.0f} s")
                continue
            self._push()
            if events[self._channel.fileno()] & ~select.POLLOUT:
                self._pull()
        line, _, rest = self._in.partition(b"\n")  # the next one may have come in already
        self._in = rest
        try:
            return json.loads(line)
        except ValueError:
            raise Broken("broke off what it said") from None

    def close(self) -> None:
        self._channel.close()

    def _push(self) -> None:
        # Where nobody reads any more, that shows when the answer is read.
        with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
            while self._out:
                del self._out[: self._channel.send(memoryview(self._out)[: 1 << 20])]

    def _pull(self) -> None:
        try:
            chunk = self._channel.recv(_CHUNK)
        except BlockingIOError:
            return
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            raise Broken("ended")
        self._in += chunk
