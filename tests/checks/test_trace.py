"""A traced call computes what the call computes, and says what each line gave."""

import linecache

import numpy as np
import pytest

from chainrule.checks.attempt import attempt, quiet
from chainrule.checks.compare import as_array
from chainrule.checks.trace import Trace, trace
from chainrule.exercises.cases import cases
from tests.support.often_wrong import Answer, answers

ANSWERS = list(answers())


def typed(text, name="f", **known):
    """The function that a text defines, as a notebook's cell would."""
    file = f"<ipython-input-{abs(hash(text))}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace = {"np": np, **known}
    exec(compile(text, file, "exec"), namespace)
    return namespace[name]


def traced(text, *arguments, **known):
    with quiet():
        return trace(typed(text, **known), arguments)


def values(found: Trace, kind: str):
    return [(step.line, step.text, step.value) for step in found.steps if step.kind == kind]


def plain(found: Trace, kind: str):
    return [
        (line, text, None if value is None else np.asarray(value).tolist())
        for line, text, value in values(found, kind)
    ]


def copies(case):
    return tuple(
        tuple(one.copy() for one in value) if isinstance(value, tuple) else np.copy(value)
        if isinstance(value, np.ndarray) else value
        for value in case.arguments.values()
    )  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_what_an_answer_computes_stays_the_same(answer: Answer):
    for case in cases(answer.question, (1, 2), examples=True)[:3]:
        told = attempt(answer.function(), case)
        with quiet():
            found = trace(answer.function(), copies(case))
        assert found is not None
        assert bool(found.raised) == (told.kind == "raised")
        given = [step.value for step in found.steps if step.kind == "result"]
        if told.kind != "returned" or not isinstance(case.results, str) or not given:
            continue
        result = as_array(told.results[case.results])
        np.testing.assert_array_equal(np.asarray(given[-1]).ravel(), result.ravel())


def test_each_line_is_told_with_its_number_in_the_cell():
    text = "import numpy as np\n\ndef f(x):\n    y = 2 * x\n    return y + 1\n"
    found = traced(text, 3.0)
    assert plain(found, "variable") == [(4, "y", 6.0)]
    assert plain(found, "part") == [(4, "2 * x", 6.0)]
    assert plain(found, "result") == [(5, "y + 1", 7.0)]
    assert found.typed(4) == "y = 2 * x"


def test_a_write_through_another_name_is_seen_at_the_line_that_makes_it():
    text = "def f(x):\n    y = x\n    y[0] = 7\n    return x\n"
    found = traced(text, np.array([1.0, 2.0]))
    assert (3, "x", [7.0, 2.0]) in plain(found, "variable")


def test_what_a_method_changes_is_seen():
    found = traced("def f():\n    y = []\n    y.append(2.5)\n    return y\n")
    assert plain(found, "variable")[-1] == (3, "y", [2.5])


def test_a_loop_is_told_by_its_rounds():
    text = "def f(x):\n    total = 0\n    for v in x:\n        total += v\n    return total\n"
    found = traced(text, np.array([1.5, 2.0]))
    assert [v for _, name, v in plain(found, "variable") if name == "total"] == [None, 1.5, 3.5]


def test_of_an_exception_the_line_is_told_and_what_came_before():
    found = traced("def f(x):\n    y = x + 1\n    return y @ np.ones(3)\n", np.ones((1, 2)))
    assert found.raised == 3
    assert plain(found, "variable") == [(2, "y", [[2.0, 2.0]])]


def test_cells_around_a_function_stay_its_own():
    namespace = {}
    text = "def make(k):\n    def f(x):\n        return k * x\n    return f\n"
    exec(compile(text, "<ipython-input-closure>", "exec"), namespace)
    linecache.cache["<ipython-input-closure>"] = (0, None, text.splitlines(keepends=True), "")
    found = trace(namespace["make"](5.0), (2.0,))
    assert plain(found, "result") == [(3, "k * x", 10.0)]


def test_a_call_of_itself_is_a_call_of_the_global_one():
    text = "def f(n):\n    if n == 0:\n        return 1.5\n    return 2 * f(n - 1)\n"
    found = traced(text, 2)
    assert plain(found, "result") == [(4, "2 * f(n - 1)", 6.0)]


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    for _ in range(10**6):\n        x = x + 1\n    return x\n",
        "def f(x):\n    yield x\n",
        "f = lambda x: x + 1\n",
    ],
    ids=["too long", "a generator", "a lambda"],
)
def test_of_what_is_too_much_there_is_no_trace(text):
    assert traced(text, 1.0) is None


ODD = """
def f(x, /, k=2.0, *rest, scale: float = 1.0, **more):
    "A docstring."
    global _never
    total: float
    with np.errstate(all="ignore"):
        y = (z := x * k) + scale
    try:
        y[5] = 0
    except IndexError as error:
        note = f"{error} {y.sum():.2f}"
    else:
        note = ""
    finally:
        count = len(note) if note else 0
    match count:
        case 0:
            y = y + 1
        case _:
            y = y * 1.0
    while count > 3:
        count -= 7
    class Local:
        shift = y.mean()
    def inner(v):
        nonlocal count
        count += 1
        return v - Local.shift
    first, *others = [inner(v) for v in y if v > -1e9]
    assert len(others) == 1, "two"
    pick = (lambda a, b=first: a + b)(*others)
    del note
    table = {"a": y, **{"b": [*y, *others]}}
    table["a"][0], table["c"] = pick, z[::-1]
    return table["a"] @ table["c"] + sum(table["b"]), {w for w in range(3)}, count
"""


def test_odd_ways_to_write_stay_what_they_are():
    function, x = typed(ODD), np.array([1.5, -2.0])
    expected = function(x.copy(), 3.0, scale=0.5)[0]
    with quiet():
        found = trace(function, (x.copy(), 3.0))
    assert found is not None and not found.raised
    with_default = function(x.copy(), 3.0)[0]
    (result,) = [step for step in found.steps if step.kind == "result" and step.slot == 0]
    assert float(result.value) == float(with_default) != float(expected)


def test_of_what_has_no_text_there_is_no_trace():
    namespace = {}
    exec("def f(x):\n    return x", namespace)
    assert trace(namespace["f"], (1.0,)) is None
    assert trace(np.exp, (1.0,)) is None


def test_a_large_value_is_not_kept():
    found = traced("def f(n):\n    y = np.ones(n)\n    return y.sum() / n\n", 20_000)
    assert plain(found, "variable") == [(2, "y", None)]


def test_globals_of_a_notebook_stay_as_they_are():
    function = typed("def f(x):\n    return x + 1\n")
    before = dict(function.__globals__)
    trace(function, (1.0,))
    assert function.__globals__ == before


class Elsewhere:
    """A function of another process."""

    def call_each(self, given):
        raise NotImplementedError

    def traced(self, arguments):
        return Trace((), 7, {7: "its line"}, {}, {})


def test_a_function_of_another_process_answers_for_itself():
    assert trace(Elsewhere(), ()).raised == 7
