"""The doctor says what is wrong with a machine or a course, and what to do, in one line each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.doctor import examine
from chainrule.grading.remedies import remedy
from tests.support import ROOT, no_mounts
from tests.support.courses import (
    DOUBLE,
    HOOKS,
    copy_of,
    fill,
    gradebook_marks,
    make_course,
    submit,
)

NO_NAMESPACES = ["bwrap", "--unshare-user", "--disable-userns", "--dev-bind", "/", "/"]
SYSTEMS_PYTHON = "/usr/bin/python3"
NO_MOUNTS = [sys.executable, no_mounts.__file__]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = make_course(tmp_path_factory.mktemp("doctor"), {"nb": DOUBLE}, config=HOOKS)
    submit(root, "ada")
    return root


def found(folder, kind=None):
    return {one.what: one for one in examine(folder) if kind in (None, one.kind)}


def test_here_everything_holds(course):
    lines = found(course)
    assert lines.keys() >= {"system", "bubblewrap", "namespaces", "sandbox", "memory", "open files"}
    assert found(course, "bad") == {}
    assert lines["gradebook"].seen == "1 assignment, 0 learners"
    assert lines["assignments"].seen == "what ps1 import is installed"
    assert "\n" not in "".join(map(str, lines.values()))


def within(around, course, *arguments):
    """A command of this package, run with something around it."""
    code = "from chainrule.cli import main; raise SystemExit(main())"
    run = [*around, sys.executable, "-P", "-c", code, *arguments, "--course-dir", str(course)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(run, capture_output=True, text=True, env=environment)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def sandbox_of(done):
    (line,) = [line for line in done.stdout.splitlines() if " sandbox: " in line]
    return line


def test_where_no_sandbox_starts(course):
    """Both commands, and what they say is one line that ends in what to do."""
    done = within(NO_MOUNTS, course, "doctor")
    assert done.returncode == 1
    line = sandbox_of(done)
    assert line.startswith("bad ") and "not permitted" in line and "start it" in line
    done = within(NO_MOUNTS, course, "grade")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "not permitted" in line and "start it" in line


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights in a user namespace of one")
def test_where_no_namespace_of_users_can_be_had(course, tmp_path):
    """Each submission has a sandbox of its own; the marks are as ever, and it is said."""
    line = sandbox_of(within(NO_NAMESPACES, course, "doctor"))
    assert line.startswith("note ") and "a sandbox of its own" in line and "start it" in line
    copy = copy_of(course, tmp_path)
    done = within(NO_NAMESPACES, copy, "grade")
    assert done.returncode == 0, done.stderr
    assert "The marks are as ever" in done.stderr
    assert gradebook_marks(copy)["ada", "ps1", "nb", "test_double"][0] == 0


def test_where_they_are_refused_within_bubblewrap(course, tmp_path, monkeypatch):
    """As by AppArmor's profile of bubblewrap, which lets what runs in it mount nothing."""
    shim = tmp_path / "bin" / "bwrap"
    shim.parent.mkdir()
    within_it = [SYSTEMS_PYTHON, "-c", Path(no_mounts.__file__).read_text()]
    shim.write_text(
        f"#!{SYSTEMS_PYTHON}\n"
        "import os, sys\n"
        "at = sys.argv.index('--') + 1 if '--' in sys.argv else 0\n"
        f"more = [*{within_it!r}, *sys.argv[at:]] if at else []\n"
        f"os.execv({shutil.which('bwrap')!r}, [*(sys.argv[:at] or sys.argv), *more])\n"
    )
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}:{os.environ['PATH']}")
    copy = copy_of(course, tmp_path)
    submit(copy, "bo", fill(double="def double(x): return 2 * x"))
    done = within([], copy, "grade")
    assert done.returncode == 0, done.stderr
    assert "The marks are as ever" in done.stderr
    marks = gradebook_marks(copy)
    assert [marks[name, "ps1", "nb", "test_double"][0] for name in ("ada", "bo")] == [0, 2]


def machine(root, settings=(), files=()):
    for name, value in settings:
        path = root / "proc/sys" / name.replace(".", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n")
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


UBUNTU = "kernel.apparmor_restrict_unprivileged_userns"


@pytest.mark.parametrize(
    ("settings", "files", "variables", "said", "words"),
    [
        ([(UBUNTU, 1)], [], {}, "bwrap: setting up uid map: Permission denied",
         "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
        ([(UBUNTU, 1)], [], {}, "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
         "as on Ubuntu since 24.04"),
        ([(UBUNTU, 1)], [], {}, "a process ended: mount /tmp: Operation not permitted",
         "as on Ubuntu"),
        ([("kernel.unprivileged_userns_clone", 0)], [],
         {}, "bwrap: No permissions to create new namespace",
         "`sudo sysctl -w kernel.unprivileged_userns_clone=1`"),
        ([("user.max_user_namespaces", 0)], [".dockerenv"], {},
         "bwrap: Creating new namespace failed: nesting depth exceeded (ENOSPC)",
         "`sudo sysctl -w user.max_user_namespaces=15000`"),
        ([(UBUNTU, 0)], [".dockerenv"], {}, "bwrap: No permissions to create new namespace",
         "--security-opt seccomp=unconfined"),
        ([], ["run/.containerenv"], {}, "bwrap: Can't mount proc on /proc: Operation not permitted",
         "systempaths=unconfined"),
        ([], [".dockerenv"], {"KUBERNETES_SERVICE_HOST": "10.0.0.1"},
         "bwrap: No permissions to create new namespace", "procMount: Unmasked"),
        ([], [], {}, "bwrap: Creating new namespace failed: Operation not permitted",
         "start it outside of that"),
        ([(UBUNTU, 1)], [".dockerenv"], {}, "bubblewrap is not installed (on Debian: ...)", ""),
        ([], [".dockerenv"], {}, "it does not hold: memory is not bounded", ""),
    ],
)  # fmt: skip
def test_which_of_the_known_causes_it_is(
    tmp_path, monkeypatch, settings, files, variables, said, words
):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    cure = remedy(said, machine(tmp_path, settings, files), variables)
    assert words in cure and bool(cure) == bool(words)


def test_what_a_course_lacks_is_said(course, tmp_path):
    root = Path(shutil.copytree(course, tmp_path / "course"))
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "small"\n'
        f"c.Exchange.root = {str(tmp_path / 'nowhere')!r}\n"
    )
    lines = found(root)
    assert "hooks.install(c)" in lines["settings"].do
    assert "does not exist" in lines["exchange"].seen and "chmod 777" in lines["exchange"].do
    exchange = tmp_path / "nowhere"
    exchange.mkdir(mode=0o755)
    (tmp_path / "nowhere").chmod(0o755)
    assert "only" in found(root)["exchange"].seen
    (root / "gradebook.db").write_text("no database")
    assert found(root, "bad").keys() >= {"settings", "gradebook"}


def test_a_package_that_is_missing_is_named(tmp_path):
    from tests.support.courses import locked

    cells = [locked("imports", "import no_such_package_xyz"), *DOUBLE]
    root = make_course(tmp_path, {"nb": cells}, config=HOOKS)
    assert (
        "ps1 imports no_such_package_xyz, not installed in"
        in found(root, "bad")["assignments"].seen
    )


def test_it_changes_nothing(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n" + HOOKS)
    before = sorted(tmp_path.rglob("*"))
    assert "no gradebook yet" in found(tmp_path)["gradebook"].seen
    assert sorted(tmp_path.rglob("*")) == before


def test_without_a_course_the_machine_is_looked_at(tmp_path):
    lines = found(tmp_path)
    assert lines["sandbox"].kind == "ok" and "chainrule init FOLDER" in lines["course"].do
