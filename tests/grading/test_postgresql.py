"""A gradebook on a PostgreSQL server: the same marks as in a file, and no password in any line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from chainrule.cli import main
from chainrule.grading import grade
from tests.support import postgresql
from tests.support.courses import (
    DOUBLE,
    HOOKS,
    fill,
    gradebook_marks,
    make_course,
    nbgrader,
    release,
    submit,
    written,
)

ANSWERS = {
    "ada": {"double": "def double(x): return x + x", "words": "Because."},
    "bo": {"double": "def double(x): return x"},
    "cy": {},
}
MARKS = (
    "select s.student_id, c.name, g.auto_score, g.needs_manual_grade from grade g"
    " join base_cell c on c.id = g.cell_id join submitted_notebook n on n.id = g.notebook_id"
    " join submitted_assignment s on s.id = n.assignment_id"
)


@pytest.fixture(scope="module")
def server():
    with postgresql.server() as running:
        yield running


@pytest.fixture(scope="module")
def in_a_file(tmp_path_factory):
    cells = [*DOUBLE, written("words", points=4)]
    root = make_course(tmp_path_factory.mktemp("file") / "course", {"nb": cells}, config=HOOKS)
    for learner, answers in ANSWERS.items():
        submit(root, learner, fill(**answers))
    return root


def on_server(in_a_file, place, url):
    """The same course with its gradebook in a database."""
    root = Path(shutil.copytree(in_a_file, place / "course"))
    (root / "gradebook.db").unlink()
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    return root


def marks_of(url):
    with Gradebook(url, "small") as book:
        from sqlalchemy import text

        return {row[:2]: (row[2], bool(row[3])) for row in book.db.execute(text(MARKS))}


def test_the_same_marks_and_a_report_of_an_empty_database(server, in_a_file, tmp_path, capsys):
    url = server.create("course")
    root = on_server(in_a_file, tmp_path, url)
    assert main(["report", "--course-dir", str(root)]) == 0  # before there are tables
    release(root, "ps1")
    assert main(["report", "--course-dir", str(root)]) == 0  # with tables, and nobody in them
    grade(root, jobs=0)
    file = Path(shutil.copytree(in_a_file, tmp_path / "file"))
    grade(file, jobs=0)
    expected = {key[::3]: value[::2] for key, value in gradebook_marks(file).items()}
    assert marks_of(url) == expected and len(expected) == 6
    assert grade(root, jobs=0) == []
    # nbgrader's own command, through the hooks, and feedback.
    for command in (("autograde", "ps1", "--force"), ("generate_feedback", "ps1")):
        done = nbgrader(root, *command)
        assert done.returncode == 0, done.stderr
    assert marks_of(url) == expected
    assert (root / "feedback/ada/ps1/nb.html").is_file()
    assert main(["report", "--course-dir", str(root)]) == 0
    table = (root / "report.csv").read_text()
    assert {line.split(",")[0] for line in table.splitlines()[1:]} == set(ANSWERS)
    (tmp_path / "list.csv").write_text("Login,ps1\nada,\nbo,\n")
    export = ["export", str(tmp_path / "list.csv"), "--for", "csv", "--course-dir", str(root)]
    assert main(export) == 0
    assert main(["doctor", "--course-dir", str(root)]) == 0
    assert "ok   gradebook: 1 assignment, 3 learners" in capsys.readouterr().out
    assert server.password not in capsys.readouterr().out


def run(root, *arguments):
    code = "from chainrule.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-P", "-c", code, *arguments, "--course-dir", str(root)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    return done.returncode, (done.stdout + done.stderr).strip()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://teacher:5ecret@127.0.0.1:{port}/course", "authentication failed"),
        ("postgresql+psycopg://teacher:5ec:r@et@127.0.0.1:1/course", "has to be written %40"),
        ("postgresql+nothing://teacher:5ecret@127.0.0.1/course", "postgresql.nothing"),
        ("postgresql+psycopg2://teacher:5ecret@127.0.0.1/course", "write postgresql+psycopg://"),
        ("postgresql+psycopg://127.0.0.1:1/course?user=teacher&password=5ecret", "refused"),
        ("5ecret-no-address", "parse"),
    ],
)
@pytest.mark.parametrize("command", ["grade", "report"])
def test_what_is_wrong_with_a_database_is_a_line_without_its_password(
    server, in_a_file, tmp_path, command, url, words
):
    root = on_server(in_a_file, tmp_path, url.format(port=server.port))
    status, said = run(root, command)
    assert status == 1 and "Traceback" not in said, said
    (line,) = [one for one in said.splitlines() if "The gradebook cannot" in one]
    assert words in line, said
    assert "5ec" not in line or url.startswith("5ecret"), line
