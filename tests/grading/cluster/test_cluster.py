"""Grading on a Dask cluster: the marks of one machine, whatever happens to the workers."""

import subprocess
import sys

import pytest

from chainrule.cli import main
from chainrule.grading.cluster import scheduler
from tests.grading.cluster.conftest import results
from tests.support.dask_cluster import DaskCluster


def test_the_same_as_here(course, graded_here, tmp_path, capsys):
    with DaskCluster(tmp_path) as cluster:
        cluster.worker("--nthreads", "2")
        cluster.worker()
        assert main(["grade", "--course-dir", str(course), "--scheduler", cluster.address]) == 0
    assert results(course) == graded_here
    said = capsys.readouterr()
    assert "Dask's dashboard: http://127.0.0.1:" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "tcp://no.such.host:8786"])
def test_a_scheduler_that_is_not_there(course, address, capsys, monkeypatch):
    monkeypatch.setattr(scheduler, "CONNECT_SECONDS", 0.5)
    assert main(["grade", "--course-dir", str(course), "--scheduler", address]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"There is no Dask scheduler at {address}" in line


def test_without_the_extra_nothing_of_it_is_imported():
    code = """
import sys
class Missing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("dask", "distributed", "bokeh"):
            raise ModuleNotFoundError(f"No module named {name}", name=name)
sys.meta_path.insert(0, Missing())
import chainrule.cli, chainrule.grading.run, chainrule.grading.terminal, chainrule.watch
from chainrule import errors
errors._missing = lambda extra: ["distributed"]
with errors.needs_cluster("--scheduler"):
    import chainrule.grading.cluster.scheduler
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert "--scheduler needs chainrule[cluster], and finds no d" in last, done.stderr
