"""The learner process of a notebook, from outside: asked one thing at a time, started when gone.

When it ends, or does not answer in time, `Gone` says why; the next request starts another one, in
which the cells that came back before run again. The time that counts is what it ran and slept, not
what it waited for a core: others' work is no learner's time-out. Whatever is not seen to be the
learner's doing, by the word of the guard, is `Machinery`.
"""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

from ... import records
from ..forks.process_tree import is_stopped, waited_for_core
from ..limits import PATIENCE, Limits
from ..wall.handed_files import in_pieces, room_for
from ..wall.messages import ASKED, CalledBack, Request, Said, Start
from ..wall.trouble import (
    Gone,
    Lost,
    Machinery,
    NeedsPerson,
    Unfinished,
    is_the_walls,
    many_crossings,
)
from ..wall.values import CannotCross, Malformed
from ..wall.wire import Buffers, Closed, Wire
from .ending import ending

GUARD_SECONDS = 5.0  # it answers at once, but for a machine under load
_SHORTEST = 0.05  # to wait on, when what was waited for a core has moved the deadline


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
        called: Callable[[Said, Buffers], tuple[CalledBack, Buffers]],
    ) -> None:
        self.start, self.files, self.limits, self.called = start, files, limits, called
        self.ends = time.monotonic() + limits.notebook_seconds
        self.deadline = self.ends
        self.ran: list[tuple[str, bool]] = []  # sources, and whether the cell is the instructor's
        self.in_use = False  # the running cell has called the learner's functions
        self.used = False  # so has an earlier one, in this process
        self.mended = False  # only the instructor's cells and the answers run again
        self.wire: Wire | None = None
        self.line: socket.socket | None = None
        self.life = 0  # counts the processes: functions of an earlier one are gone
        self.left_out: dict[str, str] = {}  # path -> why it is not in the working folder
        self.trouble: list[Gone | NeedsPerson | Machinery] = []  # in this cell, also hidden ones
        self.began = time.monotonic()  # the running cell
        self.crossings = 0  # of the wall, in this cell
        self.away: Callable[[bool], None] = _nobody  # told when a trusted cell waits, and goes on
        self.spent = 0.0  # seconds that this cell has spent in the learner's code
        self.number = 0  # of the process in /proc; 0 as long as the guard has not said it
        self.told: Said | None = None  # the guard's last word
        self.waited_before = 0.0  # for a core, by processes that were given up

    def begin(self) -> None:
        """A cell begins; its time runs from now."""
        self.trouble = []
        self.spent = 0.0
        self.began, self.crossings = time.monotonic(), 0
        self.used, self.in_use = self.used or self.in_use, False
        self.deadline = min(time.monotonic() + self.limits.cell_seconds, self.ends)

    @contextlib.contextmanager
    def serving(self, away: Callable[[bool], None]) -> Iterator[None]:
        """Meanwhile a trusted cell runs: its time, but for what it asks, is not the learner's.

        away: is told False when that cell's own code goes on, and True when it waits or has ended.
        """
        began = time.monotonic()
        self.away = away
        away(False)
        try:
            yield
        finally:
            self.away = _nobody
            away(True)
            self.ends += max(time.monotonic() - began - self.spent, 0.0)

    def left(self) -> float:
        """Seconds until the deadline; once it has passed, with what was waited for a core.

        Raises Machinery, Gone.
        """
        left = self.deadline - time.monotonic()
        if left > 0 or self.line is None:
            return left
        self._ask_guard()
        of_notebook = self.deadline >= self.ends
        seconds = self.limits.notebook_seconds if of_notebook else self.limits.cell_seconds
        left += min(self.waited(), (PATIENCE - 1) * seconds)
        return max(left, _SHORTEST) if left > 0 else left

    def waited(self) -> float:
        """Seconds that the learner's code could have run and did not, for want of a core."""
        if not self.number and self.line is not None:
            self._hear(0)
        return self.waited_before + (waited_for_core(self.number) if self.number else 0)

    def ask(self, message: Request, buffers: Buffers | None = None) -> tuple[Said, Buffers]:
        """The answer to one request; a process is started if there is none.

        Raises Gone, NeedsPerson, Machinery.
        """
        self.be_there()
        self.crossings += 1
        began = time.monotonic()
        self.away(True)
        try:
            return self._exchange(message, buffers)
        finally:
            self.away(False)
            self.spent += time.monotonic() - began

    def be_there(self) -> None:
        """Start the process if there is none. Raises Gone, NeedsPerson, Machinery."""
        if self.wire is None:
            self._restart()

    def mend(self, gone: Gone) -> None:
        """From now on, cells of the learner's own do not run again. Raises `gone` if that is so.

        For an end that no question's code has caused: such a cell has broken the process itself.
        """
        if self.mended or gone.verdict != records.CRASHED:
            raise gone
        self.mended = True
        self.trouble.remove(gone)

    def renew(self, gone: Gone) -> None:
        """Let it be tried in a new process, in which no test has called anything yet.

        What a function has left behind, threads or open files, is no doing of the next question's.
        Raises `gone` where no earlier question has had this process, or where time ran out.
        """
        if not self.used or gone.verdict not in (records.CRASHED, records.MEMORY):
            raise gone
        self.trouble.remove(gone)

    def close(self) -> None:
        for channel in (self.wire, self.line):
            if channel is not None:
                channel.close()
        self.wire = self.line = None
        self.number = 0

    def lost(self, verdict: Lost, reason: str = "") -> NoReturn:
        """Give this process up. Raises Gone."""
        self.waited_before = self.waited()
        self.close()
        seconds = time.monotonic() - self.began
        if verdict == records.TIME_OUT and is_the_walls(self.crossings, seconds):
            self.needs_person(many_crossings(self.crossings, seconds))
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

    def refuse(self, answer: Said) -> None:
        """Raises NeedsPerson where the answer is that something cannot cross."""
        if "cannot" in answer:
            self.needs_person(f"the learner's code gave {answer['cannot']}, which cannot cross")

    def machinery(self, reason: str) -> NoReturn:
        """Give this process up, for no fault of the learner's. Raises Machinery."""
        self.close()
        self._raise(Machinery(reason))

    def _raise(self, trouble: Gone | NeedsPerson | Machinery) -> NoReturn:
        self.trouble.append(trouble)
        raise trouble

    def _restart(self) -> None:
        seconds = self.limits.notebook_seconds
        if time.monotonic() >= self.ends + min(self.waited_before, (PATIENCE - 1) * seconds):
            words = f"the notebook's {seconds:g} s were used up before this"
            self._raise(Gone(records.TIME_OUT, words))
        began, deadline = time.monotonic(), self.deadline
        self.number, self.told = 0, None
        try:
            channel, self.line = self.start(room_for(self.files))
            self.ends += time.monotonic() - began  # it has not begun before
        except OSError as error:
            self.machinery(f"no process for the learner's code can be started: {error}")
        self.deadline = self.ends  # what came back once may take its time again
        self.wire = Wire(channel)
        self.life += 1
        self.used = False
        for pieces, buffers in in_pieces(self.files):
            answer, _ = self._exchange({"do": "files", "pieces": pieces}, buffers)
            self._without(answer.get("left_out"))
        for source, known in self.ran:
            if known or not self.mended:
                self._exchange({"do": "run", "source": source})
        self.deadline = min(deadline + time.monotonic() - began, self.ends)

    def _without(self, left_out: object) -> None:
        """Keep which files could not be put there; the process speaks for itself only."""
        if isinstance(left_out, dict):
            self.left_out |= {
                path: str(why) for path, why in left_out.items() if path in self.files
            }

    def _exchange(self, message: Request, buffers: Buffers | None = None) -> tuple[Said, Buffers]:
        assert self.wire is not None
        try:
            self.wire.send(message, buffers, self.left)
            while True:
                answer, received = self.wire.receive(self.left)
                if not isinstance(answer, dict):
                    raise Malformed("no answer")
                if "call" not in answer:
                    break
                self.crossings += 1
                self.wire.send(*self.called(answer, received), self.left)
        except TimeoutError:
            self.lost(records.TIME_OUT)
        except Closed:
            self._ended()
        except OSError as error:
            self.machinery(f"the connection to the learner's process failed: {error}")
        except CannotCross as error:
            self.needs_person(f"the test passes {error}")
        except Malformed as error:
            self.lost(records.CRASHED, f"it sent what is no answer: {error}")
        self.refuse(answer)
        return answer, received

    def _ended(self) -> NoReturn:
        """The wire closed by itself: ask the guard how the process ended."""
        self._ask_guard()
        while self._hear(GUARD_SECONDS):  # that it was still there; now it may have ended
            self._say_how()
        self.lost(records.CRASHED, "it closed the connection that it is asked over")

    def _ask_guard(self) -> None:
        """Return if the learner's process is there, and could answer. Raises Gone, Machinery."""
        assert self.line is not None
        while self.told is None and self._hear(0):
            pass  # what it said before anybody asked
        self._say_how()
        with contextlib.suppress(OSError):  # it has just closed the line: with a word, or without
            self.line.send(ASKED, socket.MSG_DONTWAIT)
        if not self._hear(GUARD_SECONDS):
            self.machinery("the process that watches over the learner's is silent")
        self._say_how()
        if is_stopped(self.number):
            self.machinery("the learner's process was stopped from outside")

    def _say_how(self) -> None:
        """If the process has ended. Raises Gone, Machinery."""
        if self.told is None:
            return
        try:
            how = ending(self.told, self.limits)
        except Machinery as machinery:
            self.machinery(str(machinery))
        self.lost(*how)

    def _hear(self, seconds: float) -> bool:
        """Whether the guard says something in time: that the process is there, or how it ended."""
        assert self.line is not None
        self.line.settimeout(seconds)
        try:
            try:
                said = self.line.recv(1 << 16)
            except ConnectionResetError:  # it hung up on a question; what it said before is there
                said = self.line.recv(1 << 16)
            told = json.loads(said)
        except (TimeoutError, BlockingIOError):
            return False
        except (OSError, ValueError):
            told = {}
        if isinstance(told.get("process"), int):
            self.number = told["process"]
        else:
            self.told = told
        return True


def _nobody(waiting: bool) -> None:
    pass
