"""The learner process of a notebook, from outside: asked one thing at a time, started when gone.

When it ends, or does not answer in time, `Gone` says why; the next request starts another one, in
which the cells that came back before run again.
"""

import json
import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn

from . import records
from .guard import ending
from .handed_files import in_pieces, room_for
from .limits import Limits
from .sandbox import Start
from .trouble import Gone, Machinery, NeedsPerson, Unfinished
from .values import CannotCross, Malformed
from .wire import Answer, Buffers, Closed, Message, Wire


class Process:
    """start: starts a learner process; returns its wire and the line to its guard.

    files: the files in its working folder, path -> content. called: answers a call of a function
    that a test has handed over.
    """

    def __init__(
        self,
        start: Start,
        files: dict[str, bytes],
        limits: Limits,
        called: Callable[[Message, Buffers], Answer],
    ) -> None:
        self.start, self.files, self.limits, self.called = start, files, limits, called
        self.ends = time.monotonic() + limits.notebook_seconds
        self.deadline = self.ends
        self.ran: list[tuple[str, bool]] = []  # sources, and whether the cell is the instructor's
        self.mended = False  # only the instructor's cells and the answers run again
        self.wire: Wire | None = None
        self.line: socket.socket | None = None
        self.life = 0  # counts the processes: functions of an earlier one are gone
        self.left_out: dict[str, str] = {}  # path -> why it is not in the working folder
        self.trouble: list[Gone | NeedsPerson | Machinery] = []  # in this cell, also hidden ones
        self.waited = 0.0  # seconds that this cell has spent in the learner's code

    def begin(self) -> None:
        """A cell begins; its time runs from now."""
        self.trouble = []
        self.waited = 0.0
        self.deadline = min(time.monotonic() + self.limits.cell_seconds, self.ends)

    def ask(self, message: Message, buffers: Buffers | None = None) -> Answer:
        """The answer to one request; a process is started if there is none.

        Raises Gone, NeedsPerson.
        """
        if self.wire is None:
            self._restart()
        began = time.monotonic()
        try:
            return self._exchange(message, buffers)
        finally:
            self.waited += time.monotonic() - began

    def mend(self, gone: Gone) -> None:
        """From now on, cells of the learner's own do not run again. Raises `gone` if that is so.

        For an end that no question's code has caused: such a cell has broken the process itself.
        """
        if self.mended or gone.verdict != records.CRASHED:
            raise gone
        self.mended = True
        self.trouble.remove(gone)

    def close(self) -> None:
        for channel in (self.wire, self.line):
            if channel is not None:
                channel.close()
        self.wire = self.line = None

    def lost(self, verdict: str, reason: str = "") -> NoReturn:
        """Give this process up. Raises Gone."""
        self.close()
        if verdict == records.TIME_OUT and not reason:
            reason = f"it did not come back within {self.limits.cell_seconds:g} s"
            if time.monotonic() >= self.ends:
                reason = f"the notebook took {self.limits.notebook_seconds:g} s"
        self._raise(Gone(verdict, reason))

    def needs_person(self, reason: str) -> NoReturn:
        """Raises NeedsPerson."""
        self._raise(NeedsPerson(reason))

    def unfinished(self, reason: str) -> NoReturn:
        """Raises Unfinished."""
        self._raise(Unfinished(reason))

    def refuse(self, answer: Message) -> None:
        """Raises NeedsPerson where the answer is that something cannot cross."""
        if "cannot" in answer:
            self.needs_person(f"the learner's code gave {answer['cannot']}, which cannot cross")

    def _raise(self, trouble: Gone | NeedsPerson | Machinery) -> NoReturn:
        self.trouble.append(trouble)
        raise trouble

    def _restart(self) -> None:
        if time.monotonic() >= self.ends:
            seconds = self.limits.notebook_seconds
            words = f"the notebook's {seconds:g} s were used up before this"
            self._raise(Gone(records.TIME_OUT, words))
        began, deadline = time.monotonic(), self.deadline
        self.deadline = self.ends  # what came back once may take its time again
        channel, self.line = self.start(room_for(self.files))
        self.wire = Wire(channel)
        self.life += 1
        for pieces, buffers in in_pieces(self.files):
            answer, _ = self._exchange({"do": "files", "pieces": pieces}, buffers)
            self._without(answer.get("left_out"))
        for source, known in self.ran:
            if known or not self.mended:
                self._exchange({"do": "run", "source": source})
        self.deadline = min(deadline + time.monotonic() - began, self.ends)

    def _without(self, left_out: Any) -> None:
        """Keep which files could not be put there; the process speaks for itself only."""
        if isinstance(left_out, dict):
            self.left_out |= {
                path: str(why) for path, why in left_out.items() if path in self.files
            }

    def _exchange(self, message: Message, buffers: Buffers | None = None) -> Answer:
        assert self.wire is not None
        try:
            self.wire.send(message, buffers, self.deadline)
            while True:
                answer, received = self.wire.receive(self.deadline)
                if not isinstance(answer, dict):
                    raise Malformed("no answer")
                if "call" not in answer:
                    break
                self.wire.send(*self.called(answer, received), self.deadline)
        except TimeoutError:
            self.lost(records.TIME_OUT)
        except (Closed, OSError):
            self._ended()
        except CannotCross as error:
            self.needs_person(f"the test passes {error}")
        except Malformed as error:
            self.lost(records.CRASHED, f"it sent what is no answer: {error}")
        self.refuse(answer)
        return answer, received

    def _ended(self) -> NoReturn:
        """The wire closed by itself: ask the guard how the process ended."""
        assert self.line is not None
        self.line.settimeout(5)
        try:
            told = json.loads(self.line.recv(1 << 16))
        except (OSError, ValueError):
            told = {}
        self.lost(*ending(told, self.limits))
