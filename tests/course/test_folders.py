"""Handing out never overwrites what a learner has; what is stale is said."""

import pytest

from chainrule.cli import main, say_what_is_stale
from chainrule.course.folders import CourseError, hand_out


@pytest.fixture
def course(tmp_path):
    for name in ("one", "two"):
        (tmp_path / "release" / name).mkdir(parents=True)
        (tmp_path / "release" / name / f"{name}.ipynb").write_text("released")
    return tmp_path


def test_each_release_is_copied_once(course):
    assert hand_out(course) == ["one", "two"]
    (course / "work" / "one" / "one.ipynb").write_text("a learner's hours")
    assert hand_out(course) == []
    assert (course / "work" / "one" / "one.ipynb").read_text() == "a learner's hours"


def test_a_new_release_is_added(course):
    hand_out(course)
    (course / "release" / "three").mkdir()
    assert hand_out(course) == ["three"]


def test_without_a_release_it_says_what_to_do(tmp_path, capsys):
    with pytest.raises(CourseError, match="run `make release` first"):
        hand_out(tmp_path)
    assert main(["hand-out", "--course-dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("chainrule: there is nothing in")


def test_what_is_stale_is_named_with_its_remedy(capsys):
    assert say_what_is_stale("release", [], "chainrule release") == 0
    assert capsys.readouterr().err == ""
    assert say_what_is_stale("release", ["one/one.ipynb"], "chainrule release") == 1
    assert capsys.readouterr().err == "release/ is stale: one/one.ipynb. Run `chainrule release`.\n"
