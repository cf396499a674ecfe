"""Workers on networks of their own, as on other machines: a class of 600 notebooks."""

import contextlib
import os
import re
import shutil
import subprocess
import sys

import pytest

from chainrule.grading import grade
from tests.grading.cluster.conftest import results
from tests.grading.cluster.test_faults import wait_for_end
from tests.support import ROOT, courses
from tests.support.dask_cluster import DaskCluster

SPACES = [f"chainrule{os.getpid()}n{number}" for number in range(2)]


def ip(*command):
    return subprocess.run(["ip", *command], capture_output=True, text=True)


@pytest.fixture
def networks():
    """Two spaces at a bridge to this one, which is 10.217.0.1."""
    if shutil.which("ip") is None or os.getuid() != 0:
        pytest.skip("networks are made by root, with ip")
    name = f"cr{os.getpid()}"  # a name of an interface has 15 letters at most
    commands = [
        ["link", "add", name, "type", "bridge"],
        ["addr", "add", "10.217.0.1/24", "dev", name],
        ["link", "set", name, "up"],
    ]
    for number, space in enumerate(SPACES):
        here, there = f"{name}h{number}", f"{name}t{number}"
        commands += [
            ["netns", "add", space],
            ["link", "add", here, "type", "veth", "peer", "name", there, "netns", space],
            ["link", "set", here, "master", name, "up"],
            ["-n", space, "addr", "add", f"10.217.0.{number + 2}/24", "dev", there],
            ["-n", space, "link", "set", there, "up"],
            ["-n", space, "link", "set", "lo", "up"],
        ]
    try:
        for command in commands:
            if (done := ip(*command)).returncode:
                pytest.skip(f"no network can be made here: {done.stderr.strip()}")
        yield SPACES
    finally:
        for space in SPACES:
            ip("netns", "del", space)
        ip("link", "del", name)


@pytest.mark.long
def test_a_class_on_two_networks(networks, tmp_path):
    """One worker is killed and one is added on the way; nothing is lost and nothing stays."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from grade import made_course

    root = made_course(tmp_path / "course", 200)
    here = courses.copy_of(root, tmp_path / "here")
    said, below, done = [], [], []
    with DaskCluster(tmp_path, host="0.0.0.0") as cluster:
        port = re.search(r":(\d+)$", cluster.address)[1]
        workers = []

        def worker(number):
            cluster.address = f"tcp://10.217.0.1:{port}"
            cluster.before = ["ip", "netns", "exec", networks[number]]
            workers.append(cluster.worker())

        worker(0)
        worker(1)

        def watch(count, of):
            if count > of / 3 and not below:
                worker(1)
                below.extend(cluster.end(workers[0]))
            done.append((count, of))

        address = f"tcp://127.0.0.1:{port}"
        graded = grade(root, scheduler=address, say=said.append, watch=watch)
        for process in workers:
            below += cluster.end(process)
    assert done[-1][0] == done[-1][1] == len(graded) >= 600 and below
    assert sum("is gone: what it had goes to others." in line for line in said) == 1
    assert not [line for line in said if "a person" in line]
    for number in below:
        with contextlib.suppress(ProcessLookupError):
            wait_for_end(number)
    grade(here)
    assert results(root) == results(here)
