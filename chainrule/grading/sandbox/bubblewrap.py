"""bubblewrap around the process that all learner processes of a worker are forks of.

Where namespaces are refused within those of bubblewrap, each learner process has a bubblewrap of
its own (`one_each`), and imports anew what the others find imported.
"""

import contextlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from ..errors import NoSandbox
from ..plain_data import Setup
from ..wall.handed_files import NONE, Room
from ..wall.messages import READY, StartLearner, StartWarmer, WarmSetup, Warmth
from . import host_user
from .seccomp import is_known_machine
from .sight import View, view

_ALONE = ("--die-with-parent", "--new-session", "--cap-drop", "ALL")
_AS_OURSELVES = ("--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", *_ALONE)
_AS_ROOT = (
    *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *(*_ALONE, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
)
# Root of a user namespace of one user, in which no other can be made, has the right to the others;
# and keeps for a moment the one to close devices (`confine.close_in_alone`).
_WITHOUT_USERS = (*_AS_ROOT[:5], *_ALONE, "--cap-add", "CAP_SYS_ADMIN")
_CLOSE_SECONDS = 2
_BEGIN_SECONDS = 120.0  # met only when something is wrong
_KEPT_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "TZ")
ENVIRONMENT = {
    "HOME": "/tmp",
    "USER": "learner",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "IPYTHONDIR": "/tmp/.ipython",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "PYTHONBREAKPOINT": "0",  # nobody is there to answer a debugger
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
    "PYTHONDONTWRITEBYTECODE": "1",
    **{f"GIT_{who}_NAME": "learner" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "learner@localhost" for who in ("AUTHOR", "COMMITTER")},
    # A fork that follows threads of a number library can hang, and workers fill the cores anyway.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Sandbox:
    """A warm process in the sandbox, or outside of it where the setup says so. Raises NoSandbox.

    one_each: it is outside, and starts a sandbox for each learner process.
    """

    def __init__(self, setup: Setup, one_each: bool = False) -> None:
        self.setup, self.one_each = setup, one_each
        confined = setup["confined"]
        self.view = view(setup["imports"], setup["out_of_sight"]) if confined else View()
        self.user = new_user() if confined else None
        before = wall(self.view, self.user) if confined and not one_each else []
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(
            before + python("one_each" if one_each else "zygote", theirs),
            env=environment() | ({"PATH": os.environ["PATH"]} if one_each else {}),
            cwd="/",
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(said := tempfile.TemporaryFile()),  # noqa: SIM115 (closed with the process)
        )
        self.said = said
        theirs.close()
        self.control = ours
        # Not all of the setup: the names of what is out of sight are nobody's business in there.
        told: WarmSetup = {
            "imports": setup["imports"],
            "limits": setup["limits"],
            "confined": confined,
            "many": setup["many"],
        }
        with contextlib.suppress(BrokenPipeError):  # it has ended, and `wait` says why
            ours.send(json.dumps(setup if one_each else told).encode())
        self._ready = False

    def wait(self) -> None:
        """Return when it is warm. Raises NoSandbox."""
        if self._ready:
            return
        with contextlib.suppress(ConnectionResetError):
            self._ready = self.control.recv(64) == READY
        if not self._ready:
            self.process.wait()
            self.said.seek(0)
            said = self.said.read().decode(errors="replace").strip().splitlines()
            raise NoSandbox(said[-1] if said else "it ended without a word")

    def fork(self, room: Room = NONE) -> tuple[socket.socket, socket.socket]:
        """Start a learner process; return its wire, and the line to its guard.

        room: for the files that it will be given.
        """
        return fork_at(self.control, room, self.one_each)

    def warmer(self, modules: list[str]) -> socket.socket:
        """The control socket, for `fork_at`, of a process in which these have been imported.

        Where there can be no such process, it is the sandbox's own.
        """
        asked: StartWarmer = {"do": "warmer"}
        warmth: Warmth = {"modules": modules}
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self.control, [json.dumps(asked).encode()], [theirs.fileno()])
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        try:
            ours.send(json.dumps(warmth).encode())
            ready = ours.recv(64) == READY
        except OSError:
            ready = False
        return ours if ready else self.control

    def close(self) -> None:
        """End it; what hears that its socket is closed ends the learners' processes first."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_CLOSE_SECONDS)
        self.process.kill()
        self.process.wait()
        self.said.close()


def fork_at(
    control: socket.socket, room: Room = NONE, wait: bool = False
) -> tuple[socket.socket, socket.socket]:
    """Ask the warm process at the other end for a learner process; see `Sandbox.fork`.

    wait: until that process has begun, or will not, which can take seconds where it is no fork.
    """
    wire, their_wire = socket.socketpair()
    line, their_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asked: StartLearner = {"do": "learner", "room": room}
    try:
        with their_wire, their_line:
            descriptors = [their_wire.fileno(), their_line.fileno()]
            socket.send_fds(control, [json.dumps(asked).encode()], descriptors)
    except OSError:  # it is gone
        wire.close()
        line.close()
        raise
    if wait:
        line.settimeout(_BEGIN_SECONDS)
        with contextlib.suppress(OSError):  # silent for so long: whoever asks it will say so
            line.recv(1, socket.MSG_PEEK)
        line.settimeout(None)
    return wire, line


def python(module: str, *kept: socket.socket) -> list[str]:
    """The command that runs a module of this room, with sockets that it keeps."""
    numbers = [str(one.fileno()) for one in kept]
    return [sys.executable, "-P", "-m", f"{__package__}.{module}", *numbers]


def environment() -> dict[str, str]:
    """Of a process in the sandbox."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return ENVIRONMENT | kept | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def new_user() -> int | None:
    """The user of this machine that learners' code is to run as, if not ours. Raises NoSandbox."""
    if not host_user.is_needed():
        return None
    user = host_user.nobody_elses()
    if user is None:
        raise NoSandbox("root finds no user number that is free: start it as an ordinary user")
    return user


def wall(view: View, user: int | None, own_bytes: int | None = None) -> list[str]:
    """What the command of a process in the sandbox begins with.

    user: the user of this machine that the process is to be; None leaves it to be ours. own_bytes:
    what /tmp holds, where the sandbox is for one learner process alone. Raises NoSandbox.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise NoSandbox("bubblewrap is not installed (on Debian: apt-get install bubblewrap)")
    if not is_known_machine():
        raise NoSandbox(f"it knows the system calls of x86-64 and ARM64, not {platform.machine()}")
    alone = [] if own_bytes is None else ["--as-pid-1"]
    if user is None:
        as_ourselves = _WITHOUT_USERS if alone and host_user.can_mount() else _AS_OURSELVES
        return [program, *as_ourselves, *alone, *_mounts(view, [], own_bytes), "--"]
    change = shutil.which("setpriv")
    if change is None:
        raise NoSandbox("root needs setpriv, to be nobody there (on Debian: util-linux)")
    become = [change, "--reuid", str(user), "--regid", str(user), "--clear-groups", "--"]
    if not host_user.can_mount():
        return [*become, program, *_AS_OURSELVES, *alone, *_mounts(view, [], own_bytes), "--"]
    # Root makes the mounts, so that an environment in a folder that is closed to others can be
    # shown, and keeps for so long no other right than to become somebody else.
    if closed := next((p for p in view.shown if not _is_open(p)), None):
        raise NoSandbox(f"{closed} is closed to other users: chmod -R go+rX {closed}")
    # One learner's sandbox keeps bubblewrap's own first process: it ends with bubblewrap, which has
    # given up the right to end a process of another user.
    return [program, *_AS_ROOT, *_mounts(view, ["--perms", "1777"], own_bytes), "--", *become]


def _mounts(view: View, for_all: list[str], own_bytes: int | None) -> list[str]:
    """for_all: what lets everybody write to the folder that comes next."""
    folder = [*for_all, *([] if own_bytes is None else ["--size", str(own_bytes)]), "--tmpfs"]
    command = [*folder, "/tmp", *view.arguments()]
    if own_bytes is None:
        # Learner processes mount a /proc of their own over this one, which the kernel allows only
        # where a whole one is to be seen; bubblewrap's own has covered parts when root starts it.
        command += ["--bind", "/proc", "/proc", "--dev", "/dev"]
    else:
        command += ["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"]
        command += ["--dev-bind", "/dev/full", "/dev/zero"]  # see `confine`
    return [*command, *folder, "/dev/shm", "--remount-ro", "/dev", "--remount-ro", "/"]


def _is_open(path: Path) -> bool:
    """Whether other users may read it, and what lies in it if it is a folder."""
    wanted = 0o005 if path.is_dir() else 0o004
    return path.stat().st_mode & wanted == wanted
