"""bubblewrap around the process that all learner processes of a worker are forks of."""

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
_CLOSE_SECONDS = 2
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
    # A fork that follows threads of a number library can hang, and workers fill the cores anyway.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Sandbox:
    """A warm process in the sandbox, or outside of it where the setup says so. Raises NoSandbox."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        confined = setup["confined"]
        self.view = view(setup["imports"], setup["out_of_sight"]) if confined else View()
        self.user = _user() if confined else None
        before = wall(self.view, self.user) if confined else []
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        python = [
            sys.executable,
            "-P",
            "-m",
            "chainrule.grading.sandbox.zygote",
            str(theirs.fileno()),
        ]
        environment = ENVIRONMENT | {k: os.environ[k] for k in _KEPT_VARIABLES if k in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
        self.process = subprocess.Popen(
            before + python,
            env=environment,
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
            ours.send(json.dumps(told).encode())
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
        return fork_at(self.control, room)

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


def fork_at(control: socket.socket, room: Room = NONE) -> tuple[socket.socket, socket.socket]:
    """Ask the warm process at the other end for a learner process; see `Sandbox.fork`."""
    wire, their_wire = socket.socketpair()
    line, their_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asked: StartLearner = {"do": "learner", "room": room}
    with their_wire, their_line:
        descriptors = [their_wire.fileno(), their_line.fileno()]
        socket.send_fds(control, [json.dumps(asked).encode()], descriptors)
    return wire, line


def _user() -> int | None:
    """The user of this machine that learners' code is to run as, if not ours. Raises NoSandbox."""
    if not host_user.is_needed():
        return None
    user = host_user.nobody_elses()
    if user is None:
        raise NoSandbox("root finds no user number that is free: start it as an ordinary user")
    return user


def wall(view: View, user: int | None) -> list[str]:
    """What the command of a process in the sandbox begins with.

    user: the user of this machine that the process is to be; None leaves it to be ours. Raises
    NoSandbox.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise NoSandbox("bubblewrap is not installed (on Debian: apt-get install bubblewrap)")
    if not is_known_machine():
        raise NoSandbox(f"it knows the system calls of x86-64 and ARM64, not {platform.machine()}")
    if user is None:
        return [program, *_AS_OURSELVES, *_mounts(view, []), "--"]
    change = shutil.which("setpriv")
    if change is None:
        raise NoSandbox("root needs setpriv, to be nobody there (on Debian: util-linux)")
    become = [change, "--reuid", str(user), "--regid", str(user), "--clear-groups", "--"]
    if not host_user.can_mount():
        return [*become, program, *_AS_OURSELVES, *_mounts(view, []), "--"]
    # Root makes the mounts, so that an environment in a folder that is closed to others can be
    # shown, and keeps for so long no other right than to become somebody else.
    if closed := next((p for p in view.shown if not _is_open(p)), None):
        raise NoSandbox(f"{closed} is closed to other users: chmod -R go+rX {closed}")
    return [program, *_AS_ROOT, *_mounts(view, ["--perms", "1777"]), "--", *become]


def _mounts(view: View, for_all: list[str]) -> list[str]:
    """for_all: what lets everybody write to the folder that comes next."""
    command = [*for_all, "--tmpfs", "/tmp", *view.arguments()]
    # Learner processes mount a /proc of their own over this one, which the kernel allows only
    # where a whole one is to be seen; bubblewrap's own has covered parts when root starts it.
    command += ["--bind", "/proc", "/proc", "--dev", "/dev", *for_all, "--tmpfs", "/dev/shm"]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/"]


def _is_open(path: Path) -> bool:
    """Whether other users may read it, and what lies in it if it is a folder."""
    wanted = 0o005 if path.is_dir() else 0o004
    return path.stat().st_mode & wanted == wanted
