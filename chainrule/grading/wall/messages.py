"""What goes between the trusted side and the sandbox: how one is started, and what is said.

Three lines, each with its own messages. Over the *wire* a learner process is asked one thing at a
time, and answers. On its *line* the guard says what has become of it. On the *control socket* the
warm process, which holds no learner's code, is asked for learner processes.

Requests come from the trusted side, and have their kind under "do". A reply is of the kind that its
request has; it is made by a process that a learner's code may have taken over, so that on the
trusted side it is no more than `Said`: JSON in which every value is looked at before it is used.
"""

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from .carried import Seed, State
from .handed_files import Pieces, Room

# Starts a learner process; returns its wire, and the line to the guard that watches over it.
Start = Callable[[Room], tuple[socket.socket, socket.socket]]
KINDS = ("text/plain", "text/html", "image/png", "image/jpeg")  # all that is kept of a display
Code = Any  # a value, as `values.Encoder` writes it and `values.Decoder` reads it
Said = dict[str, object]


# ---- the wire: requests


class Probe(TypedDict):
    """Try the walls, in a process of which nobody else asks anything."""

    do: Literal["probe"]
    port: int  # of this machine, which must not be reached
    out_of_sight: list[str]
    shown: list[str]
    process: int  # which must not be seen
    memory: int
    counted: bool  # what it opens and writes is counted from outside (`sandbox.one_each`)


class InSight(TypedDict):
    """Say what can be seen of the file system."""

    do: Literal["in_sight"]


class Files(TypedDict):
    """Write these pieces, the message's buffers, into the working folder."""

    do: Literal["files"]
    pieces: Pieces


class Written(TypedDict):
    """Say what in the working folder is not as it was handed in."""

    do: Literal["written"]


class Modules(TypedDict):
    """Say which modules the cells have imported."""

    do: Literal["modules"]


class Run(TypedDict):
    """Run a cell."""

    do: Literal["run"]
    source: str


class Get(TypedDict):
    do: Literal["get"]
    name: str


class Set(TypedDict):
    do: Literal["set"]
    name: str
    value: Code


class Delete(TypedDict):
    do: Literal["delete"]
    name: str


class Describe(TypedDict):
    """Say what is known of a function without calling it."""

    do: Literal["describe"]
    function: int


# What can be done with an object, whose process alone has it.
Operation = Literal[
    "getattr", "setattr", "delattr", "len", "getitem", "setitem", "delitem", "contains",
    "iter", "next", "bool", "str", "repr", "format", "isinstance", "issubclass",
]  # fmt: skip


class Call(TypedDict):
    """Call a function with each of these arguments, one after the other.

    function: its number, or an operation, whose first argument is an object.
    calls: the code of [args, kwargs], and how many of the message's buffers are its own. floating:
    NumPy's error handling, where it is not the usual one. warn_always: the test itself decides what
    is done about warnings. seeds, state: what the test has set of its process. instead: the code
    of functions of the test's, by the names that they meanwhile take the place of.
    """

    do: Literal["call"]
    function: int | Operation
    calls: Sequence[tuple[Code, int]]
    floating: dict[str, str] | None
    warn_always: bool
    seeds: Sequence[Seed]
    state: State
    instead: NotRequired[Code]


Request = Call | Get | Run | Set | Delete | Describe | Files | Written | Modules | Probe | InSight


# ---- the wire: replies, and what a learner's code may ask meanwhile


class Faults(TypedDict):
    faults: list[str]


class Seen(TypedDict):
    seen: list[list[str]]


class ImportedModules(TypedDict):
    modules: list[str]


class WrittenFiles(TypedDict):
    written: list[str]


class LeftOut(TypedDict):
    left_out: dict[str, str]  # path -> why it is not in the working folder


class RanCell(TypedDict):
    """error: as `exceptions.describe` has it. value: the number that the last expression is."""

    outputs: Sequence[Mapping[str, object]]
    error: list[str] | None
    value: float | None
    stood_in: bool  # it has used what stands in for this package's checks


class Missing(TypedDict):
    """There is no such name."""

    missing: Literal[True]


class Module(TypedDict):
    """The name is a module's."""

    module: str


class Value(TypedDict):
    value: Code


class Done(TypedDict):
    done: Literal[True]


class Described(TypedDict):
    source: str
    reads: dict[str, str]


class Called(TypedDict, total=False):
    """What came of one call.

    buffers: how many of the message's are its own. objects: each mutable object of the arguments as
    it is now, if any has changed. There is one of value, raised and cannot.
    """

    buffers: int
    objects: list[Code]
    value: Code
    raised: list[str]
    outputs: Sequence[Mapping[str, object]]
    warned: list[tuple[str, str, bool]]  # category, text, and whether it was in a cell
    cannot: str


class CalledAll(TypedDict):
    answers: list[Called]


class Cannot(TypedDict):
    """Something cannot cross; what."""

    cannot: str


Reply = (
    CalledAll
    | Value
    | RanCell
    | Missing
    | Module
    | Done
    | Described
    | LeftOut
    | WrittenFiles
    | ImportedModules
    | Faults
    | Seen
    | Cannot
)


class CallBack(TypedDict):
    """In place of a reply: the learner's code calls a function that the test passed in."""

    call: int
    args: Code


class CalledBack(TypedDict, total=False):
    """What came of it: there is one of these."""

    value: Code
    raised: list[str]


# ---- the line to the guard

ASKED = b"?"  # from outside: are you there?
BROKEN = 70  # exit status of a learner process in which our own code has raised an exception


class IsThere(TypedDict):
    """The process lives. process: its number in /proc."""

    process: int


# "": by itself. "ended": nobody wanted it any more. The others: it took more than it may of these.
WhyEnded = Literal["", "ended", "memory", "processes", "computing", "files", "terminals"]


class HasEnded(TypedDict):
    reason: WhyEnded
    status: int
    confined: bool


class NotConfined(TypedDict):
    """It never came to be: no learner's code has run."""

    reason: Literal["confine"]
    error: str


GuardSaid = IsThere | HasEnded | NotConfined


# ---- the control socket

READY = b"ready"  # what a warm process says of itself
ONE_EACH = b"ready, one each"  # so does a nursery whose sandbox is `sandbox.one_each`


class WarmSetup(TypedDict):
    """The first message: what to be warm for. limits: the fields of `Limits`."""

    imports: list[str]
    limits: dict[str, float]
    confined: bool
    many: bool


class AloneSetup(TypedDict):
    """What a learner process in a bubblewrap of its own is told; it says READY when it begins."""

    imports: list[str]
    limits: dict[str, float]
    room: Room


class StartLearner(TypedDict):
    """Fork a learner process. With it come two descriptors: its wire, and its line."""

    do: Literal["learner"]
    room: Room  # for the files that it will be given


class StartWarmer(TypedDict):
    """Fork a process that is warmer. With it comes a control socket, on which it hears `Warmth`."""

    do: Literal["warmer"]


class Warmth(TypedDict):
    """What one assignment's submissions find imported."""

    modules: list[str]


Control = StartLearner | StartWarmer
