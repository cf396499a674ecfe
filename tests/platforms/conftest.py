"""A course of two exercises, and notebooks of it as learners hand them in."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.courses import DOUBLE, answer, make_assignments, test, written

TRIPLE = [
    answer("triple", "### BEGIN SOLUTION\ndef triple(x):\n    return 3 * x\n### END SOLUTION"),
    test("test_triple", "assert triple(3) == 9", points=3),
]


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    root = tmp_path_factory.mktemp("platforms") / "course"
    root.mkdir()
    return make_assignments(
        root, {"double": [*DOUBLE, written("words", points=4)], "triple": TRIPLE}
    )


@pytest.fixture
def course(released, tmp_path):
    return Path(shutil.copytree(released, tmp_path / "course"))


def notebook(root, assignment="double", **answers) -> bytes:
    """The release with these answers, as a learner hands it in."""
    found = json.loads((root / "release" / assignment / "nb.ipynb").read_text())
    for cell in found["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name].splitlines(keepends=True)
    return json.dumps(found, indent=1).encode()


RIGHT = "def double(x):\n    return x + x"
