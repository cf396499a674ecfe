"""bubblewrap around the process that all learner processes of a worker are forks of."""

import contextlib
import importlib.util
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from .errors import NoSandbox
from .handed_files import NONE, Room
from .limits import Limits
from .seccomp import is_known_machine

_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64")
_CONFIGURATION = ("ld.so.cache", "localtime", "fonts", "ssl/certs", "alternatives", "mime.types")
_KEPT_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "TZ")
Start = Callable[..., tuple[socket.socket, socket.socket]]
ENVIRONMENT = {
    "HOME": "/tmp",
    "USER": "learner",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "IPYTHONDIR": "/tmp/.ipython",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
    "PYTHONDONTWRITEBYTECODE": "1",
    # A fork that follows threads of a number library can hang, and workers fill the cores anyway.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Sandbox:
    """A warm process in the sandbox, or outside of it if not `confined`.

    imports: the import statements to run before any learner process is started. many: whether
    there will be so many that it pays to get ready for them. Raises NoSandbox.
    """

    def __init__(self, imports: list[str], limits: Limits, confined: bool, many: bool) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        python = [sys.executable, "-P", "-m", "chainrule.grading.zygote", str(theirs.fileno())]
        wall = bubblewrap(imports) if confined else []
        environment = ENVIRONMENT | {k: os.environ[k] for k in _KEPT_VARIABLES if k in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
        self.process = subprocess.Popen(
            wall + python,
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
        setup = {"imports": imports, "limits": limits.to_dict(), "confined": confined}
        ours.send(json.dumps(setup | {"many": many}).encode())
        self._ready = False

    def wait(self) -> None:
        """Return when it is warm. Raises NoSandbox."""
        if self._ready:
            return
        with contextlib.suppress(ConnectionResetError):
            self._ready = self.control.recv(64) == b"ready"
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

    def warmer(self, modules: list[str], notebooks: list[list[str]]) -> Start:
        """What starts learner processes as `fork` does, after these imports and these cells.

        notebooks: lists of cells that every learner has been given.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self.control, [b"warmer"], [theirs.fileno()])
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        try:
            ours.send(json.dumps({"modules": modules, "notebooks": notebooks}).encode())
            ready = ours.recv(64) == b"ready"
        except OSError:
            ready = False
        return partial(fork_at, ours) if ready else self.fork

    def close(self) -> None:
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.said.close()


def fork_at(control: socket.socket, room: Room = NONE) -> tuple[socket.socket, socket.socket]:
    wire, their_wire = socket.socketpair()
    line, their_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with their_wire, their_line:
        socket.send_fds(
            control, [json.dumps(room).encode()], [their_wire.fileno(), their_line.fileno()]
        )
    return wire, line


def bubblewrap(imports: list[str]) -> list[str]:
    """The command that a command in the sandbox begins with. Raises NoSandbox."""
    program = shutil.which("bwrap")
    if program is None:
        raise NoSandbox("bubblewrap is not installed (on Debian: apt-get install bubblewrap)")
    if not is_known_machine():
        raise NoSandbox(f"it knows the system calls of x86-64 and ARM64, not {platform.machine()}")
    command = [program, "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000"]
    command += ["--cap-drop", "ALL", "--die-with-parent", "--new-session"]
    command += ["--ro-bind", "/usr", "/usr"]
    for name in _SYSTEM:
        place = Path("/", name)
        if place.is_symlink():
            command += ["--symlink", os.readlink(place), str(place)]
        elif place.is_dir():
            command += ["--ro-bind", str(place), str(place)]
    for name in _CONFIGURATION:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    command += ["--tmpfs", "/tmp"]
    for place in visible_folders(imports):
        command += ["--ro-bind", str(place), str(place)]
    # Learner processes mount a /proc of their own over this one, which the kernel allows only
    # where a whole one is to be seen; bubblewrap's own has covered parts when root starts it.
    command += ["--bind", "/proc", "/proc"]
    command += ["--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/"]
    return command + ["--"]


def visible_folders(imports: list[str]) -> list[Path]:
    """The Python environment, and of packages that lie elsewhere only what notebooks import."""
    folders = [Path(sys.base_prefix), Path(sys.prefix), Path(sys.prefix).resolve()]
    folders += [Path(p) for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
    for statement in ["import chainrule", *imports]:
        found = _spec(statement.split()[1].partition(".")[0])
        if found is None or found.origin in (None, "built-in", "frozen"):
            continue
        folders.append(
            Path(found.origin).parent if found.submodule_search_locations else Path(found.origin)
        )
    kept: list[Path] = []
    for folder in sorted({f for f in folders if f.exists()}, key=lambda f: len(f.parts)):
        if not any(folder.is_relative_to(outer) for outer in [Path("/usr"), *kept]):
            kept.append(folder)
    return kept


def _spec(name: str) -> Any:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
