"""The course that is attacked, and how an attack is handed in."""

from dataclasses import dataclass, field

from nbformat.v4 import new_code_cell

from tests.support import courses

SECRET = "the-secret-7341"

CELLS = [
    courses.locked(
        "imports", "import numpy as np\n\ndef close(a, b):\n    return abs(a - b) < 1e-9"
    ),
    courses.answer(
        "double",
        "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
    ),
    courses.test(
        "test_double",
        "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(-1.5) == -3.0\n"
        "### END HIDDEN TESTS",
        1,
    ),
    courses.answer(
        "mean",
        "def mean(values):\n    ### BEGIN SOLUTION\n    return sum(values) / len(values)\n"
        "    ### END SOLUTION",
    ),
    courses.test(
        "test_mean",
        "lists = [[1.0, 2.0], [3.0], [5.0, -5.0, 3.0], [7.25, 1.5]]\n"
        "expected = [1.5, 3.0, 1.0, 4.375]\n"
        "right = [close(mean(list(v)), e) for v, e in zip(lists, expected)]\n"
        "float(sum(right) / 2)",
        2,
    ),
    courses.answer(
        "scale",
        "def scale(data):\n    ### BEGIN SOLUTION\n    return data / data.max()\n"
        "    ### END SOLUTION",
    ),
    courses.test(
        "test_scale",
        "data = np.array([1.0, 4.0, 2.5])\n"
        "np.testing.assert_allclose(scale(data), [0.25, 1.0, 0.625])\n"
        "assert data[0] == 1.0",
        2,
    ),
    courses.written("why", points=3),
]

DOUBLE = "def double(x):\n    return 2 * x"
WRONG_MEAN = "def mean(values):\n    return 99.0"
WRONG_SCALE = "def scale(data):\n    return data * 0 - 1"
RIGHT_MEAN = "def mean(values):\n    return sum(values) / len(values)"
RIGHT_SCALE = "def scale(data):\n    return data / data.max()"
RIGHT = {"double": DOUBLE, "mean": RIGHT_MEAN, "scale": RIGHT_SCALE}


@dataclass
class Attack:
    """One submission. cells: run after `double`; edit: changes the notebook in any other way.

    fair: the points of test_double, test_mean and test_scale.
    """

    name: str
    cells: list = field(default_factory=list)
    mean: str = WRONG_MEAN
    scale: str = WRONG_SCALE
    edit: object = None
    files: dict = field(default_factory=dict)
    fair: tuple = (1, 0, 0)

    def build(self, notebook):
        courses.fill(double=DOUBLE, mean=self.mean, scale=self.scale)(notebook)
        at = index(notebook, "double") + 1
        notebook.cells[at:at] = [new_code_cell(source) for source in self.cells]
        if self.edit:
            self.edit(notebook)


def index(notebook, grade_id):
    for number, cell in enumerate(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            return number
    raise KeyError(grade_id)


def cell_of(notebook, grade_id):
    return notebook.cells[index(notebook, grade_id)]


def editing(function):
    """An edit of one cell: editing(lambda cell: ...)(grade_id)."""
    return lambda grade_id: lambda notebook: function(cell_of(notebook, grade_id))


def after(grade_id, *sources, metadata=None):
    def edit(notebook):
        at = index(notebook, grade_id) + 1
        notebook.cells[at:at] = [new_code_cell(s, metadata=metadata or {}) for s in sources]

    return edit


def both(*edits):
    def edit(notebook):
        for one in edits:
            one(notebook)

    return edit
