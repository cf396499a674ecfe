"""The machine: the sandbox and what it rests on, memory, cores, files."""

import os
import platform
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from chainrule.grading.errors import GradingError, NoSandbox
from chainrule.grading.in_sight import in_sight
from chainrule.grading.limits import MIB, Limits
from chainrule.grading.remedies import APPARMOR, ONE_EACH, container, remedy

from .finding import Finding, ok

OPEN_FILES = 512
_SECONDS = 20


def examine(folder: Path) -> Iterator[Finding]:
    yield _system()
    yield _bubblewrap()
    yield from _surroundings()
    sandbox = _sandbox(folder)
    if sandbox.kind != "note":  # it holds, and in another way
        yield _namespaces()
    yield sandbox
    yield _memory()
    yield _files()


def _system() -> Finding:
    seen = f"{platform.system()} on {platform.machine()}, Python {platform.python_version()}"
    if platform.system() == "Linux" and platform.machine() in ("x86_64", "aarch64"):
        return ok("system", seen)
    return Finding("bad", "system", seen, "grade on Linux, on x86-64 or ARM64")


def _bubblewrap() -> Finding:
    program = shutil.which("bwrap")
    if program is None:
        do = "apt-get install bubblewrap (on Fedora: dnf install bubblewrap)"
        return Finding("bad", "bubblewrap", "is not installed", do)
    return ok("bubblewrap", f"{_said([program, '--version'])[1]}, {program}")


def _surroundings() -> Iterator[Finding]:
    """What is around this process, where that is anything."""
    if kind := container():
        yield Finding("note", "container", f"this is one ({kind})")
    if (setting := Path("/", APPARMOR)).exists() and setting.read_text().strip() == "1":
        yield Finding("note", "AppArmor", "keeps ordinary users from namespaces (see below)")
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, options, *_ = line.split()
        if place == "/proc" and "hidepid=" in options and "hidepid=0" not in options:
            seen = "hides other users' processes (hidepid)"
            yield Finding("note", "/proc", seen, "if memory is not counted: remount it without")


def _namespaces() -> Finding:
    """A namespace as such; the sandbox needs more."""
    program = shutil.which("bwrap")
    if program is None:
        return Finding("bad", "namespaces", "were not tried, without bubblewrap")
    status, said = _said([program, "--unshare-all", "--ro-bind", "/", "/", "true"])
    if status == 0:
        return ok("namespaces", "can be made")
    return Finding("bad", "namespaces", said or "cannot be made", remedy(said))


def _sandbox(folder: Path) -> Finding:
    """The sandbox itself, tried from inside as before each grading."""
    try:
        try:
            sight = in_sight(folder)
        except NoSandbox:
            raise
        except GradingError:  # of the course, which is looked at below
            with tempfile.TemporaryDirectory() as empty:
                sight = in_sight(Path(empty))
    except NoSandbox as error:
        return Finding("bad", "sandbox", str(error), remedy(str(error)))
    holds = "holds: no network, no course folder, nothing written outside, no rights"
    if sight.one_each:
        return Finding("note", "sandbox", f"{holds}; {ONE_EACH}", remedy("namespace"))
    return ok("sandbox", holds)


def _memory() -> Finding:
    cores = len(os.sched_getaffinity(0))
    total = _total_memory()
    each = Limits().memory_bytes
    seen = f"{total / 2**30:.1f} GiB for {cores} cores"
    if total >= cores * each:
        return ok("memory", seen)
    fit = max(1, int(total // each))
    do = f"`chainrule grade --jobs {fit}`, since a submission may use {each // MIB // 1024} GiB"
    return Finding("note", "memory", seen, do)


def _total_memory() -> int:
    """Of the machine, or of the group of processes that this one is in, if that has less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        allowed = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return total
    return min(total, int(allowed)) if allowed.isdecimal() else total


def _files() -> Finding:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    seen = "as many as wanted" if most == resource.RLIM_INFINITY else f"{most} at most"
    if most == resource.RLIM_INFINITY or most >= OPEN_FILES:
        return ok("open files", seen)
    return Finding(
        "bad", "open files", seen, f"ulimit -n {OPEN_FILES}, or LimitNOFILE of a service"
    )


def _said(command: list[str]) -> tuple[int, str]:
    """How a command ended, and its last words."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode, lines[-1] if lines else ""
