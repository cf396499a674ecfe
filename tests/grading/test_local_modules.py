"""A module beside the notebook is found before one of the same name that is installed."""

import pytest

from chainrule.grading import grade
from tests.support import courses

CELLS = [
    courses.locked("given", "from colorsys import shade"),
    courses.solved("dark", "def dark(colour):\n    return shade(colour) < 1"),
    courses.test("test_dark", "import colorsys\nassert dark(3) == (colorsys.shade(3) < 1)"),
]


@pytest.mark.parametrize("place", ["colorsys.py", "colorsys/__init__.py"])
def test_a_module_of_the_course_stands_before_the_librarys(tmp_path, place):
    courses.write_source(tmp_path, {"nb": CELLS}, "ps1", config="")
    path = tmp_path / "source" / "ps1" / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("def shade(colour):\n    return 1 / colour\n")
    courses.release(tmp_path, "ps1")
    courses.submit(tmp_path, "ann", courses.fill(dark="def dark(c):\n    return shade(c) < 1"))
    courses.submit(tmp_path, "ben", courses.fill(dark="def dark(c):\n    return False"))
    graded = grade(tmp_path, jobs=1)
    assert [one.points for one in graded] == [1.0, 0.0]
    flags = [flag for one in graded for r in one.notebooks["nb"] for flag in r["flags"]]
    assert "together" not in flags
