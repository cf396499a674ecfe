"""A term as docs/instructors.md tells it: with its settings, its commands in its order."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

GUIDE = (ROOT / "docs" / "instructors.md").read_text()
PROGRAMS = {
    "nbgrader": [sys.executable, "-P", "-m", "nbgrader"],
    "chainrule": [sys.executable, "-c", "from chainrule.cli import main; raise SystemExit(main())"],
}


def blocks(kind):
    """The guide's blocks of code of a kind, "" where none is said."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    return [text for language, text in found if language == kind]


def commands():
    """The guide's commands, in its order."""
    for block in blocks(""):
        for line in block.splitlines():
            yield shlex.split(line, comments=True)


def run(folder, program, *arguments):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [*PROGRAMS[program], *arguments],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{program} {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout


def hand_in(home):
    """What a learner does in the Assignments panel."""
    run(home, "nbgrader", "fetch_assignment", "single_layer")
    run(home, "nbgrader", "submit", "single_layer")


@pytest.mark.long
def test_a_term(tmp_path):
    course, home = tmp_path / "course", tmp_path / "learner"
    for folder in (course / "exchange", home):
        folder.mkdir(parents=True)
    (course / "exchange").chmod(0o777)
    shutil.copytree(ROOT / "source", course / "source")
    config = (ROOT / "nbgrader_config.py").read_text()
    (course / "nbgrader_config.py").write_text("\n\n".join([config, *blocks("python")]))
    (home / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "chainrule"\n'
        f"c.Exchange.root = {str(course / 'exchange')!r}\nc.Exchange.cache = {str(home)!r}\n"
    )
    columns = re.search(r"columns: (\S+)", GUIDE)[1]
    (course / "students.csv").write_text(f"{columns}\nada,Ada,L,ada@example.org\n")
    for program, *arguments in commands():
        if arguments[0] == "collect":
            hand_in(home)
        run(course, program, *arguments)
    with (course / "grades.csv").open() as file:
        rows = {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}
    _, _, export = GUIDE.partition("## Export")
    named = set(re.findall(r"`([a-z_]+)`", export.partition("##")[0]))
    (learner,) = {student for _, student in rows} - {"ada"}
    # The release as it was, 0 of 20, and no penalty can go below that.
    assert {"raw_score", "max_score"} < named < set(rows["single_layer", learner])
    assert float(rows["single_layer", learner]["score"]) == 0
    assert float(rows["single_layer", learner]["max_score"]) == 20
    assert rows["single_layer", "ada"]["first_name"] == "Ada"
    assert rows["single_layer", "ada"]["duedate"].startswith("2026-03-01 12:00")
    for page in (f"feedback/{learner}/single_layer/single_layer.html", "report.html", "report.csv"):
        assert (course / page).is_file(), page


def test_grading_ends_as_shown(tmp_path):
    shutil.copytree(ROOT / "source", tmp_path / "source")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    run(tmp_path, "chainrule", "release")
    run(tmp_path, "chainrule", "sample-class", "--learners", "3")
    (shown,) = blocks("text")
    assert run(tmp_path, "chainrule", "grade") == shown
