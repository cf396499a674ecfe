"""Each wall of the sandbox, tried from inside, whoever starts it."""

import os
import pwd
import shutil
import tempfile
from pathlib import Path

import pytest

from chainrule.grading.errors import NoSandbox
from chainrule.grading.forks.process_tree import tasks_below
from chainrule.grading.limits import Limits
from chainrule.grading.sandbox import bubblewrap, host_user
from chainrule.grading.sandbox.bubblewrap import Sandbox
from chainrule.grading.sandbox.probe import probe
from tests.support.inside import STARTERS, inside
from tests.support.learners import setup_of

only_root = pytest.mark.skipif(os.getuid() != 0, reason="what holds where root starts it")

TRIES = """
import ctypes, os

def refused(action, *arguments):
    try:
        action(*arguments)
    except OSError:
        return True
    return False

def opened(path):
    os.close(os.open(path, os.O_WRONLY))

devices = [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")]
"""
WALLS = {
    "settings of the kernel": "[p for p in ('core_pattern', 'modprobe', 'hostname', 'sysrq')"
    " if not refused(opened, f'/proc/sys/kernel/{p}')]",
    "settings of memory": "[p for p in os.listdir('/proc/sys/vm') if not p.startswith('.')"
    " and not refused(opened, f'/proc/sys/vm/{p}')]",
    "modes of devices": "[d for d in devices if not refused(os.chmod, d, 0o666)]",
    "owners of devices": "[d for d in devices if not refused(os.chown, d, os.getuid(), -1)]",
    "new devices": "[] if refused(os.mknod, '/tmp/disk', 0o60600, 254 << 8) else ['made']",
    "becoming root": "[] if refused(os.setuid, 0) and refused(os.setgroups, [0]) else ['root']",
    "files of the sandbox": "[p for p in ('/', '/dev', '/etc', '/usr', '/usr/bin', '/root')"
    " if os.path.isdir(p) and not refused(os.mkdir, f'{p}/mine')]",
    "places of people and services": "[p for p in ('/home', '/srv', '/opt', '/var', '/run', '/mnt',"
    " '/media', '/boot', '/sys', '/etc/passwd', '/usr/local/share') if os.path.exists(p)]",
    "the rest of /etc": "sorted(set(os.listdir('/etc')) - {'alternatives', 'fonts', 'ld.so.cache',"
    " 'localtime', 'mime.types', 'ssl'})",
}


@pytest.fixture(scope="module", params=STARTERS)
def found(request):
    values = inside(TRIES, *WALLS.values(), starter=request.param)
    return dict(zip(WALLS, values[1:], strict=True))


@pytest.mark.parametrize("wall", WALLS)
def test_it_holds(found, wall):
    assert found[wall] == []


@pytest.mark.parametrize("starter", STARTERS)
def test_programs_libraries_and_data_are_there(starter):
    """What honest notebooks use besides Python."""
    told = inside(
        "import locale, os, ssl, subprocess, zoneinfo\nimport numpy as np",
        "subprocess.run('echo hi | tr h H | perl -pe 1', shell=True, capture_output=True).stdout",
        "str(zoneinfo.ZoneInfo('Europe/Berlin'))",
        "float(np.linalg.inv(np.eye(2))[0, 0])",
        "open('/tmp/mine', 'w').write('mine') and open('/dev/shm/mine', 'w').write('mine')",
        "open('/dev/null', 'w').write('x')",
        starter=starter,
    )
    assert told[1:] == [b"Hi\n", "Europe/Berlin", 1.0, 4, 1]


@pytest.fixture
def sandboxes():
    made = []

    def make(**options):
        made.append(Sandbox(setup_of(Limits(), **options)))
        made[-1].wait()
        return made[-1]

    yield make
    for one in made:
        one.close()


def status_of(process):
    rows = Path(f"/proc/{process}/status").read_text().splitlines()
    return {key: value.split() for key, _, value in (row.partition(":") for row in rows)}


@only_root
def test_each_warm_process_is_a_user_of_its_own(sandboxes):
    users = []
    for one in (sandboxes(), sandboxes()):
        channel, line = one.fork()
        with channel, line:
            probe(one)
        command = [*tasks_below(one.process.pid)][2]  # after bubblewrap's own two
        status = status_of(command)
        assert len(set(status["Uid"] + status["Gid"])) == 1 and status["Groups"] == []
        assert {int(status[name][0], 16) for name in ("CapPrm", "CapEff", "CapAmb")} == {0}
        users.append(int(status["Uid"][0]))
    assert len(set(users)) == 2
    accounts = {account.pw_uid for account in pwd.getpwall()}
    assert not accounts & set(users) and all(user >= 0x70000000 for user in users)


@only_root
def test_the_probe_says_that_root_was_handed_on(sandboxes, monkeypatch):
    monkeypatch.setattr(host_user, "is_needed", lambda: False)
    with pytest.raises(NoSandbox, match="/dev/null can be changed"):
        probe(sandboxes())


def test_the_probe_says_what_can_be_seen(sandboxes):
    seeing = sandboxes()
    seeing.setup["out_of_sight"] = ["/usr/lib", "/srv"]
    with pytest.raises(NoSandbox, match="/usr/lib can be seen"):
        probe(seeing)
    probe(sandboxes(out_of_sight=["/usr/lib/locale"]))


@only_root
def test_a_closed_part_of_the_environment_is_said(monkeypatch):
    folder = Path(tempfile.mkdtemp(suffix="-packages"))
    try:
        (folder / "closed").mkdir(mode=0o700)
        (folder / "closed" / "__init__.py").touch()
        monkeypatch.syspath_prepend(folder)
        with pytest.raises(NoSandbox, match=f"{folder}/closed is closed to other users: chmod"):
            Sandbox(setup_of(imports=["import closed"]))
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("mapped", "expected"),
    [
        ([range(1 << 32)], range(0x70000000, 0x7FFD0000)),
        ([range(65536)], range(65520, 65534)),  # a container's usual share
        ([range(50_000)], range(20_000, 50_000)),
        ([range(1)], None),
    ],
)
def test_the_number_is_one_that_is_mapped(monkeypatch, mapped, expected):
    monkeypatch.setattr(host_user, "_mapped", lambda name: mapped)
    number = host_user.nobody_elses()
    assert number is None if expected is None else number in expected


def test_no_number_of_a_process_or_an_account_is_taken(monkeypatch):
    monkeypatch.setattr(host_user, "_RANGES", (range(1000, 1003),))
    monkeypatch.setattr(host_user, "_owners", lambda: iter([1000]))
    monkeypatch.setattr(host_user, "_is_known", lambda number: number == 1002)
    assert {host_user.nobody_elses() for _ in range(9)} == {1001}


def test_root_without_a_number_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(host_user, "is_needed", lambda: True)
    monkeypatch.setattr(host_user, "nobody_elses", lambda: None)
    with pytest.raises(NoSandbox, match="start it as an ordinary user"):
        bubblewrap.new_user()
