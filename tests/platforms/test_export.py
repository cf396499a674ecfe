"""A copy of the teacher's file in which only the one column differs, byte by byte."""

import csv
import io
import re
import zipfile

import pytest
from nbgrader.api import Gradebook

from chainrule.cli import main
from chainrule.errors import ChainruleError
from chainrule.platforms.export import Options, export
from tests.platforms.conftest import copy_of

# Each line says what stands in the one column before and after, as {before|after}.
MOODLE = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed","Last modified (grade)","Feedback comments"
"Participant 4711","Ada Lovelace",ada@school.example,"Submitted for grading",{|5.5},6.00,Yes,-,
"Participant 4712","Bo Li",bo@school.example,"Submitted, late",{3.00|},6.00,Yes,"Sunday, 1 March 2026, 11:58",
"Participant 4713","Cy ""the"" Ox",cy@school.example,Submitted,"{1.00|4}",6.00,Yes,-,"two
lines"
"Participant 4714","Di Um",di@school.example,Submitted,{|},6.00,Yes,-,
"Participant 4799","Eve Else",eve@school.example,"No submission",{2.00|2.00},6.00,Yes,-,
"""  # noqa: E501
GERMAN = """\
ID;"Vollständiger Name";E-Mail-Adresse;Status;Gruppe;Bewertung;Bestwertung;"Bewertung kann geändert werden";"Zuletzt geändert (Bewertung)"
"Teilnehmer/in 4711";"Ada Lovelace";ada@school.example;Abgegeben;A;{|5,5};6,00;Ja;-
"Teilnehmer/in 4712";"Bo Li";bo@school.example;Abgegeben;B;{|};6,00;Ja;-
"Teilnehmer/in 4713";"Cy Ox";cy@school.example;Abgegeben;A;{0,00|4};6,00;Ja;-
"""  # noqa: E501
BLIND = """\
Identifier,Status,Grade,"Maximum grade","Grade can be changed"
"Participant 4711",Submitted,{|5.5},6.00,Yes
"Participant 4713",Submitted,{|4},6.00,Yes
"""
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Double (88),Triple (89),Final Score
,,,,,Manual Posting,,
    Points Possible,,,,,6,3,(read only)
"Lovelace, Ada",901,s1,ada,One,{|5.5},1,
"Li, Bo",902,s2,bo,One,{2.0|},,
"Ox, Cy",903,s3,cy,"One and Two",{EX|EX},3,
"Student, Test",999,,7d,One,{|},,
"""
CLASS_LIST = """\
sep=;
Login;E-Mail;double;Note
ada-lovelace;;{|5,5};=1+1
bo-li;;{|};
cy-ox;;{1|4};
"""
NAMES = """\
First,Last,double
Ada,Lovelace,{|5.5}
Cy,Ox,{9|4}
"""
FILES = {
    "moodle": ("moodle", MOODLE),
    "moodle in German": ("moodle", GERMAN),
    "canvas": ("canvas", CANVAS),
    "a list": ("csv", CLASS_LIST),
    "names in two columns": ("csv", NAMES),
}
WAYS = {
    "as it is": lambda text: text.encode(),
    "with a mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "of Windows": lambda text: text.replace("\n", "\r\n").encode("cp1252"),
    "two bytes a character": lambda text: text.encode("utf-16"),
    "without a last line end": lambda text: text.rstrip("\n").encode(),
}


def before(text):
    return re.sub(r"\{([^|}]*)\|[^}]*\}", r"\1", text)


def after(text):
    return re.sub(r"\{[^|}]*\|([^}]*)\}", r"\1", text)


@pytest.fixture
def fill(graded, tmp_path):
    def run(kind, data, course=graded, **options):
        file = tmp_path / "downloaded.csv"
        file.write_bytes(data)
        options = {"assignment": "double", **options}
        made = export(course, file, Options(kind, **options))
        assert file.read_bytes() == data
        return made, made.files[0].read_bytes()

    return run


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("file", FILES)
def test_only_the_one_column_differs(fill, file, way):
    kind, text = FILES[file]
    made, got = fill(kind, WAYS[way](before(text)))
    # A number with a decimal comma is put in quotes where commas stand between fields: none here.
    assert got == WAYS[way](after(text))
    assert made.waiting == (["bo-li"] if "Bo" in text or "bo-li" in text else [])


def test_what_is_not_filled_in_is_said(fill):
    made, _ = fill("moodle", before(MOODLE).encode())
    assert (made.filled, made.waiting, made.stale) == (
        ["ada-lovelace", "cy-ox"],
        ["bo-li"],
        ["di-um"],
    )
    lines = "\n".join(made.lines)
    assert "bo-li: 1 to be marked by a person first: left empty." in lines
    assert "di-um: is not graded yet (`chainrule grade`): left empty." in lines
    assert "Participant 4799, Eve Else, eve@school.example: is nobody in this course" in lines
    assert len(made.lines) == 3
    made, _ = fill("canvas", before(CANVAS).encode())
    assert "cy-ox: EX in the file stays." in made.lines
    assert "di-um: has no row in the file that is theirs for certain." in made.lines


def test_a_number_of_another_assignment_is_not_believed(fill):
    """Moodle counts participants anew in each assignment."""
    other = before(MOODLE).replace("Participant 4711", "Participant 4713", 1)
    other = other.replace("ada@school.example", "")
    other = other.replace('"Participant 4713","Cy', '"Participant 4711","Cy')
    made, got = fill("moodle", other.encode())
    rows = {row["Full name"]: row["Grade"] for row in csv.DictReader(io.StringIO(got.decode()))}
    # By name then; one is written in a way that is nobody's for certain.
    assert rows["Ada Lovelace"] == "5.5"
    assert rows['Cy "the" Ox'] == "1.00"
    assert any("4711 was Ada Lovelace when it was collected" in line for line in made.lines)


def test_namesakes_get_nobodys_marks(fill, graded, tmp_path):
    course = copy_of(graded, tmp_path)
    text = before(NAMES).replace("Cy,Ox", "Ada,Lovelace")
    made, got = fill("csv", text.encode(), course)
    assert got == text.encode() and made.filled == []
    with_address = "Name,E-Mail,double\nAda Lovelace,other@example.org,\n"
    made, got = fill("csv", with_address.encode(), course)
    assert got == with_address.encode()
    assert "has another address than ada-lovelace" in made.lines[0]


def test_marks_are_given_as_the_platform_counts_only_where_asked(fill, graded, tmp_path):
    text = before(MOODLE).replace("6.00", "100.00")
    with pytest.raises(ChainruleError, match=r"100 points at most, the assignment 6: --scale"):
        fill("moodle", text.encode())
    _, got = fill("moodle", text.encode(), scale=True)
    assert b",91.67,100.00," in got and b',"66.67",100.00,' in got
    course = copy_of(graded, tmp_path)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        grades = book.find_submission_notebook("nb", "double", "ada-lovelace").grades
        next(g for g in grades if g.name == "words").extra_credit = 2
        book.db.commit()
    made, got = fill("moodle", before(MOODLE).encode(), course)
    assert b'ada@school.example,"Submitted for grading",6,6.00' in got  # more is skipped there
    assert "ada-lovelace: 7.5 is more than the platform takes: 6 given." in made.lines


def test_late_work_loses_its_penalty(fill, graded, tmp_path):
    course = copy_of(graded, tmp_path)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.find_submission_notebook("nb", "double", "ada-lovelace").late_submission_penalty = 2
        book.db.commit()
        assert book.find_submission("double", "ada-lovelace").score == 5.5
    _, got = fill("csv", before(CLASS_LIST).encode(), course)
    assert b"ada-lovelace;;3,5;" in got


def test_a_decimal_comma_between_commas_is_quoted(fill):
    text = 'Name,double,other\nAda Lovelace,,"1,5"\n'
    _, got = fill("csv", text.encode())
    assert got == b'Name,double,other\nAda Lovelace,"5,5","1,5"\n'


def test_blind_marking_knows_numbers_only(fill, graded, tmp_path):
    course = copy_of(graded, tmp_path)
    ledger = course / "collected" / "double.csv"
    ledger.write_text(re.sub(r"Ada Lovelace|Cy Ox", "Participant", ledger.read_text()))
    _, got = fill("moodle", before(BLIND).encode(), course)
    assert got == after(BLIND).encode()


def test_feedback_is_named_as_each_platform_reads_it(fill, graded, tmp_path):
    made, _ = fill("moodle", before(MOODLE).encode(), feedback=tmp_path / "moodle.zip")
    with zipfile.ZipFile(tmp_path / "moodle.zip") as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    assert pages == {
        "Ada Lovelace_4711_assignfeedback_file/nb.html": "<p>ada-lovelace</p>",
        "Cy Ox_4713_assignfeedback_file/nb.html": "<p>cy-ox</p>",
    }
    course = copy_of(graded, tmp_path)
    ledger = course / "collected" / "double.csv"
    text = ledger.read_text().replace("moodle", "canvas").replace(",4711,", ",901,")
    entry = "Ada Lovelace_4711_assignsubmission_file/nb.ipynb"
    text = text.replace(entry, "lovelaceada_LATE_901_5501_nb-1.ipynb")
    ledger.write_text(text)
    made, _ = fill("canvas", before(CANVAS).encode(), course, feedback=tmp_path / "canvas.zip")
    with zipfile.ZipFile(tmp_path / "canvas.zip") as archive:
        (name,) = archive.namelist()
    numbers = [part for part in name.split("_") if part.isdigit()]
    assert numbers[:2] == ["901", "5501"]
    (course / "feedback/ada-lovelace/double/nb.html").unlink()
    made, _ = fill("canvas", before(CANVAS).encode(), course, feedback=tmp_path / "canvas.zip")
    assert any("ada-lovelace: there is no feedback page: `nbgrader" in line for line in made.lines)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (
            "canvas",
            "Student,ID,Double (88),Double (89)\n",
            "2 columns are called like double: give",
        ),
        ("canvas", "Student,ID,Double\n", "0 columns are called like double"),
        ("moodle", "Identifier,Name,Mail,Grade\nP 1,a,b,\n", "No column before a maximum"),
        ("csv", "double\n", "is no table with several columns"),
        ("csv", "PK\x03\x04", "is a workbook or an archive: save the sheet as CSV"),
        ("csv", "", "is no table"),
    ],
)
def test_what_cannot_be_filled_in(fill, kind, text, words):
    with pytest.raises(ChainruleError, match=re.escape(words)):
        fill(kind, text.encode())


def test_the_file_itself_is_never_written(graded, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(before(NAMES))
    with pytest.raises(ChainruleError, match="is the file itself"):
        export(graded, file, Options("csv", "double", output=file))


def test_the_command_ends_with_a_summary(graded, tmp_path, capsys):
    file = tmp_path / "a.csv"
    file.write_text(before(CLASS_LIST))
    arguments = ["export", str(file), "--for", "csv", "--course-dir", str(graded)]
    assert main(arguments) == 1
    assert "Which assignment? Give --assignment; the gradebook knows: double, triple." in (
        capsys.readouterr().err
    )
    assert main([*arguments, "--assignment", "double"]) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert last == (
        "double in 'double': 2 marks, 1 empty until a person has marked them, 0 not graded yet."
        f" Written: {tmp_path / 'a-marks.csv'}"
    )
    assert main(["export", str(tmp_path / "no.csv"), "--for", "csv", "--assignment", "double",
                 "--course-dir", str(graded)]) == 1  # fmt: skip
    assert "no.csv: No such file" in capsys.readouterr().err
