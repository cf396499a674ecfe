"""What goes wrong foreseeably is one line, with no trace."""

import os
import subprocess
import sys

import pytest

from chainrule.cli import main


@pytest.fixture
def course(tmp_path, monkeypatch):
    (tmp_path / "release" / "one").mkdir(parents=True)
    (tmp_path / "nothing").write_text("a file, where a folder is wanted")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("release", "is not a course folder: it has no source"),
        ("sample-class --learners 0", "a class has at least 1 learner, not 0"),
        ("hand-out --course-dir nowhere", "there is nothing in nowhere/release"),
        ("grade --course-dir nothing", "nothing is no folder."),
        ("report --assignment ps9", "There is no assignment 'ps9'"),
        ("report --output nothing/report.html", "chainrule: nothing: File exists"),
    ],
)
def test_what_cannot_be_done_is_one_line(course, capsys, command, line):
    assert main(command.split()) == 1
    (said,) = capsys.readouterr().err.strip().splitlines()
    assert line in said


@pytest.mark.parametrize("count", ["-1", "two", "1.5"])
def test_what_is_no_count_is_said(capsys, count):
    with pytest.raises(SystemExit, match="2"):
        main(["grade", f"--jobs={count}"])
    assert f"argument --jobs: {count!r} is not a whole number" in capsys.readouterr().err


def test_who_reads_no_further_is_told_nothing(tmp_path):
    """`chainrule doctor | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    code = "from chainrule.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-P", "-c", code, "doctor", "--course-dir", str(tmp_path)]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
