"""Programs that are missing are said in one line with the command; only --install installs them."""

import shutil
import subprocess

import pytest

from tests.support import ROOT

SCRIPT = ROOT / "scripts" / "debian-packages"
PAIRS = ("bwrap=bubblewrap", "node=nodejs")


@pytest.fixture
def machine(tmp_path):
    """A folder that is all of PATH: what every system has, and programs that are added."""
    for tool in ("sh", "mktemp", "rm", "tail", "env"):
        (tmp_path / tool).symlink_to(shutil.which(tool))

    def add(program, does="exit 0"):
        path = tmp_path / program
        path.write_text(f"#!/bin/sh\necho {program} $* >>{tmp_path}/calls\n{does}\n")
        path.chmod(0o755)

    def run(*arguments):
        done = subprocess.run(
            ["/bin/sh", SCRIPT, *arguments],
            env={"PATH": str(tmp_path), "TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        calls = tmp_path / "calls"
        return done, calls.read_text().splitlines() if calls.exists() else []

    return add, run


@pytest.mark.parametrize("flags", [(), ("--install",)])
def test_nothing_is_said_or_done_where_all_is_there(machine, flags):
    add, run = machine
    for program in ("bwrap", "node", "apt-get"):
        add(program)
    done, calls = run(*flags, *PAIRS)
    assert (done.returncode, done.stdout, done.stderr, calls) == (0, "", "", [])


@pytest.mark.parametrize(
    ("user", "flags", "sudo", "line"),
    [
        (0, (), None, "Missing: nodejs. Run `make setup`, or: apt-get install "),
        (1000, (), "exit 0", "Missing: nodejs. Run `make setup`, or: sudo apt-get install "),
        (1000, ("--install",), "exit 1", "To install them needs your password: sudo apt-get in"),
        (1000, ("--install",), None, "To install them needs your password: sudo apt-get install "),
    ],
)
def test_what_is_not_to_be_installed_is_one_line(machine, user, flags, sudo, line):
    add, run = machine
    for program in ("bwrap", "apt-get"):
        add(program)
    add("id", f"echo {user}")
    if sudo:
        add("sudo", sudo)
    done, calls = run(*flags, *PAIRS)
    (said,) = done.stderr.splitlines()
    assert line in said and said.endswith("--no-install-recommends nodejs")
    assert done.returncode == 1 and not [call for call in calls if call.startswith("apt-get")]


def test_a_system_without_apt_is_told_what_is_missing(machine):
    _, run = machine
    done, _ = run("--install", *PAIRS)
    (said,) = done.stderr.splitlines()
    assert said.startswith("Missing: bubblewrap nodejs. This system has no apt-get")


@pytest.mark.parametrize(("user", "sudo"), [(0, None), (1000, 'test "$1" = -n && exit 0; "$@"')])
def test_asked_to_it_installs_what_is_missing_and_says_so(machine, user, sudo):
    add, run = machine
    for program in ("bwrap", "apt-get"):
        add(program)
    add("id", f"echo {user}")
    if sudo:
        add("sudo", sudo)
    done, calls = run("--install", *PAIRS)
    assert (done.returncode, done.stdout) == (0, "Installing Debian packages: nodejs\n")
    assert [call for call in calls if call.startswith("apt-get")] == [
        "apt-get update",
        "apt-get install -y --no-install-recommends nodejs",
    ]


def test_what_apt_says_against_it_is_shown(machine):
    add, run = machine
    add("apt-get", "echo 'E: no network'; exit 100")
    add("id", "echo 0")
    done, _ = run("--install", *PAIRS)
    assert done.returncode == 1
    assert done.stderr.startswith("E: no network\nCould not install bubblewrap nodejs (see above)")


def test_make_test_installs_nothing_on_the_system():
    rules = subprocess.run(["make", "-n", "test"], cwd=ROOT, capture_output=True, text=True).stdout
    assert "scripts/debian-packages" in rules and "--install" not in rules


def test_a_learner_installs_what_learners_need_with_its_progress(tmp_path):
    """Neither linters nor browser drivers; and pip says what it loads."""
    command = ["make", "--dry-run", "lab", f"VENV={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (pip,) = [line for line in done.stdout.splitlines() if "pip install" in line]
    assert ".[learn]" in pip and "--quiet" not in pip
    assert "requirements-dev" not in done.stdout
    size = "about 1.1 GB, two to ten minutes"
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert size in done.stdout and "1.1 GB on the disk, two to ten minutes" in readme
    assert "git clone" in readme and "WSL 2" in readme
