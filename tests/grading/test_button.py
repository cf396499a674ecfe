"""Formgrader's Autograde button, by the function that it calls, grades in the sandbox as well."""

import pytest
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from . import courses

CELLS = [
    *courses.DOUBLE,
    courses.test("test_twice", "assert double(double(1)) == 4", points=1),
]
# Right only where the course folder can be read.
PRYING = (
    "import pathlib\ndef double(x):\n    return len(pathlib.Path({root!r}).read_text()) and 2 * x"
)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_the_button_grades_in_the_sandbox(tmp_path):
    courses.make_course(tmp_path, {"nb": CELLS}, config=courses.HOOKS)
    courses.submit(tmp_path, "ada", courses.fill(double="def double(x):\n    return x + x"))
    prying = PRYING.format(root=str(tmp_path / "nbgrader_config.py"))
    courses.submit(tmp_path, "eve", courses.fill(double=prying))
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.CourseDirectory.course_id = "small"
    exec(courses.HOOKS, {"c": config})
    api = NbGraderAPI(config=config)
    for student in ("ada", "eve"):
        done = api.autograde("ps1", student)
        assert done["success"], done.get("log") or done.get("error")
    marks = courses.gradebook_marks(tmp_path)
    assert [mark for key, (mark, _, _) in marks.items() if key[0] == "ada"] == [2.0, 1.0]
    assert [mark for key, (mark, _, _) in marks.items() if key[0] == "eve"] == [0.0, 0.0]
