"""Courses to grade: nbgrader's own quickstart course, and small ones made of cells."""

import shutil
from pathlib import Path

import nbgrader
import pytest

from tests.support import courses

USER_GUIDE = Path(nbgrader.__file__).parent / "docs/source/user_guide"
QUICKSTART_CONFIG = """c = get_config()
c.CourseDirectory.course_id = "course101"
c.IncludeHeaderFooter.header = "source/header.ipynb"
"""


@pytest.fixture(scope="session")
def released_quickstart(tmp_path_factory):
    """nbgrader's course with its documentation's submissions, released, not graded."""
    root = tmp_path_factory.mktemp("quickstart")
    for name in ("source", "submitted"):
        shutil.copytree(USER_GUIDE / name, root / name)
    shutil.rmtree(root / "source/ps1_autotest")
    (root / "nbgrader_config.py").write_text(QUICKSTART_CONFIG)
    courses.release(root, "ps1")
    return root


@pytest.fixture
def quickstart(released_quickstart, tmp_path):
    return Path(shutil.copytree(released_quickstart, tmp_path / "course"))
