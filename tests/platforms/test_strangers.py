"""Who handed in what, and nothing that a learner can choose changes it; nothing is lost."""

import os
import re

import pytest
from nbgrader.api import Gradebook

from chainrule.cli import main
from chainrule.errors import ChainruleError
from chainrule.platforms.collect import collect
from tests.platforms.conftest import RIGHT, notebook
from tests.support.archives import (
    HandedIn,
    blackboard,
    canvas,
    classroom,
    ilias,
    moodle,
    moodle_without_folders,
    zipped,
)


@pytest.fixture
def collected(course, tmp_path):
    """Collects files as a platform's archive holds them."""

    def run(files, **options):
        archive = tmp_path / "archive.zip"
        archive.write_bytes(zipped(files))
        return collect(course, [archive], **options)

    return run


def good(course, number=0):
    """Right answers that can be told apart."""
    return notebook(course, double=f"{RIGHT}\n# {number}")


def there(course):
    """learner -> the number in the answer that lies in submitted/."""
    paths = (course / "submitted").glob("*/double/nb.ipynb")
    return {path.parts[-3]: int(re.search(r"# (\d+)", path.read_text())[1]) for path in paths}


def test_namesakes_are_told_apart_and_stay_so(course, collected):
    two = [HandedIn("Ann", "Lee", n, {"nb.ipynb": good(course, n)}) for n in (11, 12)]
    collected(moodle(two))
    assert there(course) == {"ann-lee-11": 11, "ann-lee-12": 12}
    collected(moodle(two[::-1]))
    assert there(course) == {"ann-lee-11": 11, "ann-lee-12": 12}


def test_names_that_are_nearly_the_same_are_two_learners(course, collected):
    names = ["Ann-Marie", "Ann Marie", "ann marie"]
    collected(moodle([HandedIn(n, "Lee", k, {"nb.ipynb": good(course, k)})
                      for k, n in enumerate(names)]))  # fmt: skip
    assert sorted(there(course).values()) == [0, 1, 2]


def test_blind_marking_makes_one_learner_of_each_number(course, collected):
    for number in (31, 32):
        folder = f"Participant_{number}_assignsubmission_file"
        collected([(f"{folder}/nb.ipynb", good(course, number))])
    assert there(course) == {"participant-31": 31, "participant-32": 32}


def test_a_learner_of_the_gradebook_keeps_their_id(course, collected):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.add_student("s123", first_name="Ada", last_name="Lovelace")
        book.add_student("s124", first_name="Bob", last_name="Ray")
        book.add_student("s125", first_name="Bob", last_name="Ray")
    collected(moodle([HandedIn("Ada", "Lovelace", 7, {"nb.ipynb": good(course, 7)}),
                      HandedIn("Bob", "Ray", 8, {"nb.ipynb": good(course, 8)})]))  # fmt: skip
    # Which of the two Bobs it is cannot be known.
    assert there(course) == {"s123": 7, "bob-ray": 8}


def test_a_lasting_number_decides_against_a_name(course, collected):
    collected(ilias([HandedIn("Ann", "Lee", 51, {"nb.ipynb": good(course, 1)}, login="al1")]))
    collected(canvas([HandedIn("Ann", "Lee", 52, {"nb.ipynb": good(course, 2)})]))
    collected(canvas([HandedIn("Ann", "Lee", 51, {"nb.ipynb": good(course, 3)})]))
    assert there(course) == {"al1": 3, "leeann-52": 2}


@pytest.mark.parametrize(
    ("platform", "name"),
    [
        (moodle, "Bob Ray_99_assignsubmission_file/nb.ipynb"),
        (moodle_without_folders, "Bob Ray_99_assignsubmission_file_nb.ipynb"),
        (canvas, "raybob_99_1_nb.ipynb"),
        (blackboard, "x_bob_attempt_2026-03-02-10-00-00_nb.ipynb"),
        (ilias, "Ray_Bob_bob_99/20260301120000_nb.ipynb"),
        (classroom, "Bob Ray - nb.ipynb"),
    ],
)
def test_nobody_hands_in_for_somebody_else(course, collected, platform, name):
    mallory = HandedIn("Mal", "Ory", 66, {name: good(course, 66)}, login="mal")
    bob = HandedIn("Bob", "Ray", 99, {"nb.ipynb": good(course, 99)}, login="bob")
    collected(platform([mallory, bob]))
    assert sorted(there(course).values()) == [66, 99]
    assert [n for name, n in there(course).items() if "bob" in name] == [99]


def test_hostile_names_stay_inside(course, collected, tmp_path):
    names = [
        "..",
        ".",
        "a/../../x",
        "=cmd()",
        "x" * 300,
        "☃",
        "\u202egnp.exe",
        "nul\0l",
        "-rf",
        "~",
    ]
    files = []
    for number, name in enumerate(names):
        files.append((f"{name}_{number}_assignsubmission_file/nb.ipynb", good(course, number)))
    collected([*files, *moodle([HandedIn("Ada", "L", 77, {"nb.ipynb": good(course, 77)})])])
    outside = [p for p in tmp_path.rglob("*") if p.suffix == ".ipynb" and course not in p.parents]
    assert outside == []
    assert all(re.fullmatch(r"[\w@][\w.@-]*", name) for name in there(course))
    assert there(course)["ada-l"] == 77


def test_what_is_worse_or_older_takes_no_place(course, collected):
    def hand_in(number, when, content=None):
        content = content or good(course, number)
        one = HandedIn("Ada", "L", 1, {"nb.ipynb": content}, login="ada", when=when)
        return collected(ilias([one]), assignment="double", zone="UTC")

    hand_in(2, "2026-03-02 10:00:00")
    made = hand_in(1, "2026-03-01 10:00:00")
    assert there(course) == {"ada": 2} and "is newer" in made.lines[0]
    made = hand_in(3, "2026-03-03 10:00:00", b"<html>")
    assert there(course) == {"ada": 2} and made.without == ["ada"]
    hand_in(4, "2026-03-04 10:00:00")
    assert there(course) == {"ada": 4}
    (kept,) = (course / "collected" / "replaced" / "ada").glob("*/nb.ipynb")
    assert "# 2" in kept.read_text()


def test_the_newest_attempt_that_can_be_graded(course, collected):
    ada = HandedIn("Ada", "L", 1, {"nb.ipynb": good(course, 2)}, login="ada",
                   earlier={"nb.ipynb": good(course, 1)})  # fmt: skip
    bob = HandedIn("Bob", "R", 2, {"photo.jpg": b"\xff\xd8"}, login="b_o_b",
                   earlier={"nb.ipynb": good(course, 3)}, typed="see the photo")  # fmt: skip
    made = collected(blackboard([ada, bob]))
    assert there(course) == {"ada": 2, "b_o_b": 3}
    (line,) = made.lines
    assert "photo.jpg is no notebook. The newest attempt of 2 has no notebook of double" in line


def test_a_folder_is_read_without_following_a_link(course, tmp_path):
    folder = tmp_path / "unpacked" / "Ada L_1_assignsubmission_file"
    folder.mkdir(parents=True)
    (folder / "nb.ipynb").write_bytes(good(course, 1))
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / "etc").symlink_to("/etc")
    os.mkfifo(folder / "pipe")
    made = collect(course, [tmp_path / "unpacked"])
    assert there(course) == {"ada-l": 1}
    (line,) = made.lines
    for words in ("passwd is a link", "etc is a link", "pipe is no regular file"):
        assert words in line
    assert {p.name for p in (course / "submitted/ada-l/double").iterdir()} == {"nb.ipynb"}


def test_a_name_that_was_read_wrongly_is_put_right(course, tmp_path):
    """Some write UTF-8 into a zip archive and do not say so."""
    made = bytearray(zipped({"Zoë M_1_assignsubmission_file/nb.ipynb": good(course, 1)}))
    for mark, at in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        made[made.index(mark) + at] &= ~0x08
    (tmp_path / "a.zip").write_bytes(made)
    collect(course, [tmp_path / "a.zip"])
    assert there(course) == {"zoë-m": 1}


def test_several_archives_are_one(course, tmp_path):
    """A drive splits what is large."""
    for number in (1, 2):
        one = HandedIn("Ada", "AB"[number - 1], number, {"nb.ipynb": good(course, number)})
        (tmp_path / f"{number}.zip").write_bytes(zipped(classroom([one])))
    collect(course, [tmp_path / "1.zip", tmp_path / "2.zip"])
    assert there(course) == {"ada-a": 1, "ada-b": 2}


def test_a_zip_of_very_many_files(course, collected):
    many = zipped({f"{n}.txt": b"" for n in range(30_000)})
    made = collected(
        moodle([HandedIn("Ada", "L", 1, {"many.zip": many, "nb.ipynb": good(course)})])
    )
    assert "many.zip holds more than 2000 files: it was left out." in made.lines[0]
    assert there(course) == {"ada-l": 0}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.zip", b"PK\x03\x04cut", "is no archive that can be read"),
        ("a.rar", b"Rar!\x1a\x07\1\0", "is a rar archive: nothing was collected"),
        ("a.zip", zipped({"readme.txt": b""}), "names a learner"),
        ("a.zip", zipped({}), "names a learner"),
    ],
)
def test_what_cannot_be_collected_at_all(course, tmp_path, capsys, name, content, words):
    (tmp_path / name).write_bytes(content)
    assert main(["collect", str(tmp_path / name), "--course-dir", str(course)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line or words.replace("names", "name") in line
    assert not (course / "submitted").exists()


def test_options_that_cannot_be(course, tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped({"ada/nb.ipynb": good(course)}))
    for options, words in (
        ({"assignment": "nine"}, "There is no assignment 'nine'; released are: double, triple."),
        ({"zone": "Mars/Base"}, "There is no time zone 'Mars/Base'"),
        ({"platform": "canvas"}, "is not as canvas makes it"),
    ):
        with pytest.raises(ChainruleError, match=re.escape(words)):
            collect(course, [tmp_path / "a.zip"], **options)


def test_the_command_says_a_line_a_learner_and_a_summary(course, tmp_path, capsys):
    two = [
        HandedIn("Ada", "L", 1, {"nb (1).ipynb": good(course)}),
        HandedIn("Bo", "K", 2, {"a": b""}),
    ]
    (tmp_path / "a.zip").write_bytes(zipped(moodle(two)))
    assert main(["collect", str(tmp_path / "a.zip"), "--course-dir", str(course)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Ada L (ada-l): nb (1).ipynb was taken as nb.ipynb, by its cells.",
        "Bo K (bo-k): a is no notebook. Nothing was collected.",
        "double, from moodle: 2 learners, 1 collected, 0 as they were, 1 with nothing to grade.",
    ]
