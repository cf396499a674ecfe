"""Workers of other libraries, by the interface of concurrent.futures: the same marks."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import pytest
from loky import ProcessPoolExecutor as Loky

from chainrule.grading import grade
from tests.support import courses


def processes():
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


ENGINES = [
    pytest.param(partial(Loky, 2), id="loky"),
    pytest.param(processes, id="processes", marks=pytest.mark.long),
    pytest.param(partial(ThreadPoolExecutor, 2), id="threads", marks=pytest.mark.long),
]


@pytest.mark.parametrize("made", ENGINES)
def test_the_same_marks(tmp_path, made):
    root = courses.make_course(tmp_path / "course", {"nb": courses.DOUBLE})
    for number in range(6):
        body = "2 * x" if number % 2 else "x"
        courses.submit(
            root, f"l{number}", courses.fill(double=f"def double(x):\n    return {body}")
        )
    said = []
    with made() as executor:
        graded = grade(root, executor=executor, jobs=2, say=said.append)
    assert [one.points for one in graded] == [0.0, 2.0] * 3
    assert said == []
