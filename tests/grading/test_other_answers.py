"""Answers that are right, or wrong, in another way than the instructor's own would show.

The instructor's answer passes each of these tests without noticing the wall. A learner's, right in
another way, notices it; or it uses what the test does with it.
"""

import pytest
from nbformat.v4 import new_code_cell

from chainrule.records import NEEDS_PERSON
from tests.support.courses import fill, grade_cases, locked, solved, test

free = new_code_cell
PERSON = NEEDS_PERSON
NUMPY = locked("imports", "import numpy as np\nimport torch")


def double(body):
    return fill(double=f"def double(x):\n    {body}")


DOUBLE = solved("double", "def double(x):\n    return 2 * x")
EXAMPLES = '''"""
    >>> import sys
    >>> v = sys.modules['chainrule.grading.notebooks.verdict']
    >>> v._decide = lambda most, ending: ('passed', '', most)
    """
    return 0'''
# A notebook -> hand-ins of it, each its edit and what is fair for its tests: points, or PERSON.
CASES = {
    # What a learner gives is never run as code.
    "examples in a docstring": (
        [DOUBLE, test("t", "import doctest\ndoctest.run_docstring_examples(double, globals())\n"
                           "assert double(3) == 6"), test("u", "assert double(5) == 10", 10)],
        {"attack": (double(EXAMPLES), [PERSON, 0]), "right": (double("return x + x"), [1, 10])},
    ),
    "text that the test evaluates": (
        [solved("diff", "def diff(x):\n    return 6"),
         test("t", "assert eval(str(diff('x**2'))) == 6")],
        {"attack": (fill(diff="def diff(x):\n    return '6 if print() else 6'"), [PERSON]),
         "right": (fill(diff="def diff(x):\n    return 5 + 1"), [1])},
    ),
    "bytes that the test unpickles": (
        [solved("dump", "def dump(x):\n    return None"),
         test("t", "import pickle\nraw = dump([1])\n"
                   "assert raw is None or pickle.loads(raw) == [1]")],
        {"attack": (fill(dump="class Bad:\n    def __reduce__(self):\n        import os\n"
                              "        return os.system, ('true',)\n"
                              "def dump(x):\n    import pickle\n    return pickle.dumps(Bad())"),
                    [PERSON])},
    ),
    # What costs points is not washed away, and a mark is a number.
    "a flood before a word on stderr": (
        [DOUBLE, test("t", "import sys\nif double(3) != 6:\n    print('wrong', file=sys.stderr)")],
        {"flood": (double("print('x' * (1 << 21)); return 0"), [0]),
         "plain": (double("return 0"), [0]),
         "right": (double("return x + x"), [1])},
    ),
    "a mark that is no number": (
        [NUMPY, DOUBLE, test("t", "error = abs(double(1.5) - 3)\n1 / (1 + error)")],
        {"array": (double("return np.array([100.0])"), [PERSON]),
         "tensor": (double("return torch.tensor(100.0)"), [PERSON]),
         "right": (double("return x + x"), [1])},
    ),
    # Warnings are the notebook's own affair, unless the test says what is done.
    "warnings that the answer ignores": (
        [NUMPY, solved("log", "def log(x):\n    return np.log(x) if x > 0 else -np.inf"),
         test("t", "assert log(1) == 0 and log(0) == -np.inf")],
        {"ignores": (fill(log="import warnings\nwarnings.filterwarnings('ignore')\nlog = np.log"),
                     [1]),
         "catches": (fill(log="import warnings\ndef log(x):\n    with warnings.catch_warnings():\n"
                              "        warnings.simplefilter('error')\n        try:\n"
                              "            return np.log(np.float64(x))\n"
                              "        except RuntimeWarning:\n"
                              "            return -np.inf"), [1]),
         "warns": (fill(log="log = np.log"), [0])},
    ),
    # What a test sets goes with the call.
    "a seed": (
        [NUMPY, solved("draw", "def draw(n):\n    return np.random.RandomState(0).permutation(n)"),
         test("t", "np.random.seed(1)\na = draw(20)\nnp.random.seed(1)\n"
                   "assert (a == draw(20)).all()")],
        {"global": (fill(draw="def draw(n):\n    return np.random.permutation(n)"), [1])},
    ),
    "a recursion limit": (
        [locked("l", "import sys"), solved("tri", "def tri(n):\n    return n * (n + 1) // 2"),
         test("t", "sys.setrecursionlimit(10000)\nassert tri(2000) == 2001000")],
        {"recursive": (fill(tri="def tri(n):\n    return n and n + tri(n - 1)"), [1])},
    ),
    "torch's modes": (
        [NUMPY, solved("step", "def step(w):\n    w.data -= 0.5\n    return w"),
         test("t", "w = torch.ones(2, requires_grad=True)\nwith torch.no_grad():\n    step(w)\n"
                   "assert w.tolist() == [0.5, 0.5]")],
        {"in place": (fill(step="def step(w):\n    w -= 0.5\n    return w"), [1])},
    ),
    "what does not go with a call": (
        [solved("who", "def who():\n    return 'ann'"),
         test("t", "import os\nos.environ['WHO'] = 'ann'\nassert who() == 'ann'")],
        {"reads": (fill(who="import os\ndef who():\n    return os.environ['WHO']"), [1])},
    ),
    # Objects stay themselves.
    "rows that are sorted in place": (
        [solved("least", "def least(rows):\n    return min(rows)"),
         test("t", "assert least([[2], [1]]) == [1]\nkept = [[3], [1]]\n"
                   "assert list(least(list(kept))) == [1] and kept == [[3], [1]]")],
        {"in place": (fill(least="def least(rows):\n    rows.sort()\n    return rows[0]"), [1])},
    ),
    "an object that the test empties": (
        [solved("push", "stack = []\ndef push(x):\n    stack.append(x)"),
         test("t", "stack.clear()\npush(1)\nassert stack == [1]")],
        {"tried before": (fill(push="stack = []\ndef push(x):\n    stack.append(x)\npush(9)"),
                          [1])},
    ),
    "an error of two kinds": (
        [solved("get", "def get(d, k):\n    return d[k]"),
         test("t", "try:\n    get({}, 'a')\nexcept KeyError:\n    pass\nelse:\n    assert False")],
        {"both": (fill(get="class Missing(AttributeError, KeyError):\n    pass\n"
                           "def get(d, k):\n    raise Missing(k)"), [1])},
    ),
    "what a test imports": (
        [solved("area", "def area(r):\n    import math\n    return math.pi * r"),
         test("t", "import math\nassert area(1) == math.pi")],
        {"without": (fill(area="def area(r):\n    return math.pi * r"), [PERSON])},
    ),
    # Neither costs the wall's own price a mark, nor a library's.
    "very many calls": (
        [solved("even", "def even(n):\n    return n % 2 == 0"),
         test("t", "calls = 400_000 if even(7) is False and even('%d') == '0' else 1\n"
                   "for n in range(calls):\n    assert even(n) == (n % 2 == 0)")],
        {"right": (fill(even="def even(n):\n    return '0' if n == '%d' else n % 2 == 0"),
                   [PERSON])},
    ),
    "a library that takes its time": (
        [NUMPY, solved("orth", "def orth(n):\n    return np.eye(3)"),
         test("t", "q = orth(3)\nassert np.allclose(np.linalg.svd(q)[1], 1)"),
         test("u", "assert orth(3).shape[0] >= 3")],
        {"large": (fill(orth="def orth(n):\n    return np.ones((7000, 1000))"), [PERSON, 1])},
    ),
    "tests that are looked for elsewhere": (
        [DOUBLE, test("t", "import doctest\nassert doctest.testmod().failed == 0")],
        # There are none in the notebook, so that all of them pass: as with nbgrader.
        {"wrong": (double("return x"), [1])},
    ),
}  # fmt: skip
IDS = [(case, student) for case, (_, handed_in) in CASES.items() for student in handed_in]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    limits = {"cell_seconds": 4.0, "notebook_seconds": 16.0}
    return grade_cases(tmp_path_factory.mktemp("other"), CASES, **limits)


@pytest.mark.parametrize(("case", "student"), IDS, ids=[f"{c}, {s}" for c, s in IDS])
def test_right_in_another_way(graded, case, student):
    results = graded[case, student]
    _, fair = CASES[case][1][student]
    got = [PERSON if r["verdict"] == PERSON else r["points"] for r in results]
    assert got == fair, [(r["verdict"], r["reason"]) for r in results]
    assert all(r["points"] == 0 for r in results if r["verdict"] == PERSON)
