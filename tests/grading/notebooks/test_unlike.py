"""What a test changes that does not cross the wall, as its text says."""

import ast

import pytest

from chainrule.grading.notebooks.unlike import changes

CHANGES = {
    "assert f(1) == 2": {},
    "x = 1\nx += 1": {"objects": ["x"]},
    "stack.clear()": {"objects": ["stack"]},
    "grid[:] = 0": {"objects": ["grid"]},
    "del a[0].b": {"objects": ["a"], "state": ["a[0].b"]},
    "box = Box()\nbox.n = 1": {"objects": ["box"]},
    "class T:\n    def __init__(self): self.n = 0": {"objects": ["self"]},
    "sys.setrecursionlimit(9)": {},
    "np.random.seed(1)": {},
    "sys.stdout = buffer": {"objects": ["sys"]},
    "os.environ['A'] = 'b'": {"objects": ["os"], "state": ["os.environ['A']"]},
    "os.chdir('/')": {"state": ["os.chdir"]},
    "with patch('time.sleep'):\n    f()": {"state": ["patch"]},
    "del np.linalg.lstsq": {"objects": ["np"], "state": ["np.linalg.lstsq"]},
    "unittest.main(argv=[''], exit=False)": {"main": ["unittest.main"]},
    "doctest.testmod()": {"main": ["doctest.testmod"]},
    "main()": {},
}


@pytest.mark.parametrize("source", CHANGES)
def test_what_a_test_changes(source):
    assert changes(ast.parse(source)) == CHANGES[source]
