"""Each platform's archive, with every fault inside: all that can be graded is there to be graded,
everything else is a line with the learner's name."""

import io
import json
import zipfile

import pytest
from nbgrader.api import Gradebook

from chainrule.platforms.collect import collect
from tests.platforms.conftest import RIGHT, notebook
from tests.support.archives import PLATFORMS, HandedIn, link, tarred, zipped


def right(root, **more):
    return notebook(root, double=RIGHT, **more)


def stripped(content):
    """A notebook from an editor that keeps no metadata of cells."""
    found = json.loads(content)
    for cell in found["cells"]:
        cell["metadata"] = {}
    return json.dumps(found).encode()


def wrong_sum(content):
    made = bytearray(zipped({"nb.ipynb": content}))
    made[made.index(b"PK\x01\x02") + 16] ^= 1
    return bytes(made)


def locked_zip(content):
    """A zip archive that says it has a password."""
    made = bytearray(zipped({"nb.ipynb": content}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(mark) + at] |= 1
    return bytes(made)


ZEROS = zipped({"zeros.bin": bytes(300 * 2**20)})
ZEROS_IN_TAR = tarred({"zeros.bin": bytes(300 * 2**20)})


def with_zeros(good):
    """A zip archive with zeros that need no space in it, and a notebook behind them."""
    buffer = io.BytesIO(ZEROS)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("nb.ipynb", good)
    return buffer.getvalue()


def faults(root):
    """fault -> (files, whether it can be graded, what the line says; "" where none is due)."""
    good, other = right(root), notebook(root, "triple")
    return {
        "as it should be": ({"nb.ipynb": good}, True, ""),
        "another name": ({"Single_Layer-1 (2).ipynb": good}, True, "was taken as nb.ipynb"),
        "a name with a second ending": ({"nb.ipynb.txt": good}, True, "nb.ipynb.txt was taken"),
        "a name in capitals": ({"NB.IPYNB": good}, True, "NB.IPYNB was taken as nb.ipynb"),
        "a name that says nothing": ({"homework": good}, True, "homework was taken"),
        "with a byte order mark": ({"nb.ipynb": b"\xef\xbb\xbf" + good}, True, ""),
        "two bytes a character": ({"nb.ipynb": good.decode().encode("utf-16")}, True, ""),
        "without the cells' marks": ({"nb.ipynb": stripped(good)}, True, "lost the marks"),
        "the other exercise's": ({"nb.ipynb": other}, False, "is the notebook of triple"),
        "no notebook of the course": (
            {"nb.ipynb": b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'},
            False,
            "none of this course",
        ),
        "a page of HTML": ({"nb.ipynb": b"<!DOCTYPE html><p>hi"}, False, "is a page of HTML"),
        "cut off": ({"nb.ipynb": good[: len(good) // 2]}, False, "is a damaged notebook"),
        "empty": ({"nb.ipynb": b""}, False, "is empty"),
        "a picture": ({"photo.jpg": b"\xff\xd8\xff\xe0"}, False, "photo.jpg is no notebook"),
        "nested without end": ({"nb.ipynb": b'{"cells":' + b"[" * 10**5}, False, "damaged"),
        "a zip": ({"all.zip": zipped({"a/nb.ipynb": good})}, True, "all.zip was unpacked"),
        "a zip of a Mac": (
            {"a.zip": zipped({"nb.ipynb": good, "__MACOSX/._nb.ipynb": b"\0\5\x16\7"})},
            True,
            "__MACOSX/._nb.ipynb is the computer's own",
        ),
        "a zip in a zip": ({"a.zip": zipped({"b.zip": zipped({"nb.ipynb": good})})}, True, "b.zip"),
        "a zip without an end": (
            {
                "a.zip": zipped(
                    {
                        "1": b"",
                        "b.zip": zipped({"c.zip": zipped({"d.zip": zipped({"nb.ipynb": good})})}),
                    }
                )
            },
            False,
            "is an archive in an archive in an archive",
        ),
        "a broken zip": ({"a.zip": zipped({"nb.ipynb": good})[:-30]}, False, "cannot be unpacked"),
        "a zip with a wrong sum": (
            {"a.zip": wrong_sum(good)},
            False,
            "nb.ipynb cannot be unpacked (Bad CRC-32",
        ),
        "a path out of a zip": (
            {"a.zip": zipped({"../../evil.txt": b"x", "nb.ipynb": good})},
            True,
            "../../evil.txt has a path that leads out",
        ),
        "a path of Windows": ({"a.zip": zipped({"C:\\x\\nb.ipynb": good})}, False, "leads out"),
        "an absolute path": ({"a.zip": zipped({"/etc/nb.ipynb": good})}, False, "leads out"),
        "a link in a zip": ({"a.zip": link("/etc/passwd", "nb.ipynb")}, False, "is a link"),
        "a bomb": (
            {"a.zip": with_zeros(good)},
            True,
            "zeros.bin is too large (300 MiB",
        ),
        "a zip with a password": ({"a.zip": locked_zip(good)}, False, "with a password"),
        "a tar": ({"a.tar.gz": tarred({"a/nb.ipynb": good})}, True, "a.tar.gz was unpacked"),
        "a bomb in a tar": (
            {"a.tar.gz": ZEROS_IN_TAR},
            False,
            "unpacks to more than",
        ),
        "a 7z": ({"a.7z": b"7z\xbc\xaf\x27\x1c\0\4"}, False, "is a 7z archive"),
        "a rar": ({"a.rar": b"Rar!\x1a\x07\1\0"}, False, "is a rar archive"),
        "a rar called notebook": ({"nb.ipynb": b"Rar!\x1a\x07\1\0"}, False, "is a rar archive"),
        "the same twice": ({"nb.ipynb": good, "nb-1.ipynb": good}, True, "once more, the same"),
        "the release too": (
            {"nb (1).ipynb": notebook(root), "nb.ipynb": good},
            True,
            "nb (1).ipynb is nb once more",
        ),
        "both exercises": (
            {"nb.ipynb": other, "other.ipynb": good},
            True,
            "nb.ipynb is the notebook of triple: it was left out",
        ),
        "a time of their own": (
            {"nb.ipynb": good, "timestamp.txt": b"2020-01-01 00:00:00 UTC"},
            True,
            "timestamp.txt would be taken for the time",
        ),
        "a checkpoint": (
            {"a.zip": zipped({".ipynb_checkpoints/nb-checkpoint.ipynb": good})},
            False,
            "is the computer's own",
        ),
        "with a file": ({"nb.ipynb": good, "data.csv": b"1,2"}, True, ""),
    }


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def a_class(root):
    """A learner a fault: (fault, what is handed in, whether it is graded, the line)."""
    made = []
    for count, (fault, (files, graded, line)) in enumerate(faults(root).items()):
        last = "L" + "".join(LETTERS[count // 26**n % 26] for n in (2, 1, 0))
        one = HandedIn("Ada", last, 4700 + count, files, login=f"ada{count}")
        made.append((fault, one, graded, line))
    return made


def students(root):
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        return {s.id: (s.first_name, s.last_name, s.email, s.lms_user_id) for s in book.students}


def learner_of(root, one):
    """Where a learner is: by the last name's letters, or the login."""
    (found,) = [
        name for name in students(root) if one.last.lower() in name.lower() or name == one.login
    ]
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_fault_stops_nobody(course, tmp_path, platform):
    everybody = a_class(course)
    archive = tmp_path / "archive.zip"
    archive.write_bytes(zipped(PLATFORMS[platform]([one for _, one, _, _ in everybody])))
    made = collect(course, [archive])
    assert (made.platform, made.assignment) == (platform.split()[0], "double")
    cells = json.loads(right(course))["cells"]
    for fault, one, graded, line in everybody:
        learner = learner_of(course, one)
        mine = [
            said
            for said in made.lines
            if one.last in said or f"({learner})" in said or said.startswith(f"{learner}:")
        ]
        place = course / "submitted" / learner / "double" / "nb.ipynb"
        assert place.is_file() == graded, (fault, mine)
        if graded:
            got = json.loads(place.read_text("utf-8"))["cells"]
            assert [cell["source"] for cell in got] == [cell["source"] for cell in cells], fault
        late = [] if graded else ["Nothing was collected."]
        assert len(mine) == bool(line), (fault, mine)
        assert all(part in mine[0] for part in [line, *late]) if line else True, (fault, mine)
    assert not (tmp_path / "evil.txt").exists()
    assert len(made.new) == sum(graded for _, _, graded, _ in everybody)
    assert len(made.without) == sum(not graded for _, _, graded, _ in everybody)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_platform_says_of_a_learner_is_kept(course, tmp_path, platform):
    one = HandedIn("Zoë", "Müller", 4711, {"nb.ipynb": right(course)}, login="zoe_m", late=True)
    two = HandedIn("Bo", "Li", 4712, {"nb.ipynb": right(course)}, login="bo")
    archive = tmp_path / "archive.zip"
    archive.write_bytes(zipped(PLATFORMS[platform]([one, two])))
    made = collect(course, [archive], zone="UTC")
    kind = platform.split()[0]
    names = {
        "moodle": "zoë-müller", "canvas": "müllerzoë", "classroom": "zoë-müller",
        "gradescope": "zoe_m", "ilias": "zoe_m", "blackboard": "zoe_m", "folders": "zoe_m",
    }  # fmt: skip
    learner = names[kind] if kind != "canvas" else "müllerzoë-4711"
    about = students(course)[learner]
    if kind not in ("canvas", "folders"):
        assert about[:2] == ("Zoë", "Müller")
    lasting = {"canvas": "4711", "ilias": "4711", "gradescope": "4718"}
    assert about[3] == lasting.get(kind)
    stamp = course / "submitted" / learner / "double" / "timestamp.txt"
    timed = kind in ("blackboard", "ilias", "gradescope")
    assert stamp.is_file() == timed
    assert not timed or stamp.read_text() == "2026-03-01 11:58:00 UTC\n"
    late = [line for line in made.lines if "LATE" in line]
    assert len(late) == (kind == "canvas")
    rows = (course / "collected" / "double.csv").read_text()
    assert (",4711," in rows) == (kind in ("moodle", "canvas", "ilias"))
    # Again: nothing is new, and nobody is there twice.
    again = collect(course, [archive], zone="UTC")
    assert (again.new, len(again.unchanged)) == ([], 2)
    assert len(students(course)) == 2
