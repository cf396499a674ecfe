"""A record is read back as it was written, and anything else that stands there does no harm."""

import copy
import json
import random

import pytest

from chainrule import records
from chainrule.blocks import Entries, Headline
from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import QUESTIONS
from chainrule.hooks.feedback import WORDS
from chainrule.report import pages
from chainrule.report.untrusted import Flag, record
from tests.support import made
from tests.support.right_answers import RIGHT
from tests.support.wrong_answers import WRONG

POINTS = {
    name: {prop.name: 2 for prop in question.properties} for name, question in QUESTIONS.items()
}


def displayed(value):
    return [{"output_type": "display_data", "data": {records.VERDICT_MIME: value}}]


def earlier(question):
    """Right functions that it may build on, by name."""
    asked = QUESTIONS[question]
    return {name: RIGHT[f"{asked.exercise}.{name}"][0] for name in asked.earlier}


def written(question, function):
    """A record as it stands in a notebook."""
    own = earlier(question).values()
    return json.loads(json.dumps(made.record_of(question, function, POINTS[question], own)))


@pytest.mark.parametrize("question", QUESTIONS)
def test_blocks_are_read_as_the_check_made_them(question):
    for functions in WRONG[question].values():
        asked, given = QUESTIONS[question], cases(question, (3, 4))
        said = explain(examine(asked, functions[0], given, earlier(question)))
        read = record(displayed(written(question, functions[0])))
        # One NaN is not another, but both are written the same.
        assert repr(read.blocks) == repr(said)
        assert not read.text


def test_flags_and_marks_are_read():
    value = written("multi_layer.backward_relu", WRONG["multi_layer.backward_relu"]["A5"][0])
    value["flags"] = [{"kind": "global", "what": "x"}, {"kind": "autograd", "what": ""}]
    read = record(displayed(value))
    assert read.flags == (Flag("global", "x"), Flag("autograd"))
    assert [str(flag) for flag in read.flags] == ["global: x", "autograd"]
    assert [mistake.id for mistake in read.mistakes] == ["A5"]
    assert [(part.name, part.points) for part in read.properties] == [
        ("value", 2.0),
        ("slope at 0", 0.0),
    ]
    assert read.example.inputs.keys() == {"grad_hidden_act", "hidden_pre"}


OLD = {
    "version": 1,
    "message": "single_layer.softmax: not right yet.\n    yours     1.5*\n\x1b[31mMarks: 0 of 2.",
    "flags": ["global: x", "autograd"],
    "mistakes": [{"id": "E1", "name": "sign", "hint": "Which way?"}],
    "properties": [],
    "example": {
        "inputs": {"logits": [[1.0]]}, "result": "p", "yours": 1, "true": 2, "differ": [[]],
    },
}  # fmt: skip


def test_a_record_that_is_older_than_blocks_is_read():
    read = record(displayed(OLD))
    assert read.blocks == ()
    assert read.text.splitlines()[:2] == OLD["message"].splitlines()[:2]
    assert read.flags == (Flag("global", "x"), Flag("autograd"))
    html = page(OLD)
    assert "<pre>single_layer.softmax: not right yet.\n    yours     1.5*\n" in html
    assert "\x1b" not in html
    assert html.count("1.5*") == 1 and "true: p" not in html


def page(value):
    with_record = made.test("test", None, 1, displayed(value))
    cells = [made.answer("f", "pass"), with_record]
    from chainrule.report.marks import NotebookMarks
    from chainrule.report.sheet import Sheet, _questions

    questions = list(_questions(json.loads(json.dumps(cells)), NotebookMarks()))
    sheet = Sheet("ps1", "ada", "nb", questions, [], True)
    return pages.render("feedback.html.j2", sheet=sheet, **WORDS)


ODD = (
    None, True, -1, 10**400, 1e308, float("nan"), "", "x" * 5000, "\udc80\x00", "nan", [], {}, [[]],
    [[1, 2], [3]], [[[1.0]]], {"kind": "entries"}, {"kind": ["code"]}, "<script>alert(1)</script>",
    [{"kind": "code", "lines": ["<script>"]}], {"a b": 1}, {"class": 1}, [True], [["inf", "x"]],
)  # fmt: skip


def places(value, path=()):
    """The paths of all that is in nested lists and dicts."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def test_whatever_stands_in_place_of_a_part_the_page_is_made_and_safe():
    rng = random.Random(11)
    wrong = [
        written(question, next(iter(mistakes.values()))[0]) for question, mistakes in WRONG.items()
    ]
    for _ in range(600):
        value = copy.deepcopy(rng.choice([*wrong, OLD]))
        for _ in range(rng.choice((1, 1, 2, 5))):
            path = rng.choice([path for path in places(value) if path] or [("version",)])
            inner = value
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = copy.deepcopy(rng.choice(ODD))
        html = page(value)
        html.encode()
        assert "<script" not in html, value


@pytest.mark.parametrize("value", [None, 3, [], {}, {"blocks": []}, {"blocks": [{}], "message": 3}])
def test_what_has_no_words_is_no_record(value):
    assert record(displayed(value)) is None


def test_what_grading_would_not_have_kept_is_left_out():
    value = {"blocks": [{"kind": "headline", "question": "q", "text": "right."}]}
    assert record(displayed(value)).blocks == (Headline("q", "right."),)
    assert record(displayed(value | {"more": "x" * records.RECORD_BYTES})) is None


@pytest.mark.parametrize("name", ["a b", "class", "", "x = 1; y"])
def test_an_input_is_a_name_of_python(name):
    """What is shown is there to be pasted."""
    value = {"blocks": [{"kind": "headline", "question": "q", "text": "right."}]}
    for given, there in ((name, False), ("logits", True)):
        found = record(displayed(value | {"example": {"inputs": {given: 1}, "result": "y"}}))
        assert bool(found.example) == there


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def test_lists_in_lists_without_end_are_no_inputs():
    value = {"blocks": [{"kind": "headline", "question": "q", "text": "right."}]}
    for levels in (10, 900, 20_000):
        example = {"inputs": {"x": deep(levels)}, "result": "y"}
        found = record(displayed(value | {"example": example}))
        assert found is None or found.example is None


@pytest.mark.parametrize(
    ("yours", "wrong", "expected"),
    [
        (2.0, [[]], (((2.0,),), ((0, 0),))),
        ([1.0, -2.5], [[1]], (((1.0, -2.5),), ((0, 1),))),
        ([[1], [3]], [[1, 0], [2, 0], ["x"], [-1, 0]], (((1.0,), (3.0,)), ((1, 0),))),
    ],
)  # fmt: skip
def test_numbers_rows_and_matrices_are_entries(yours, wrong, expected):
    block = {"kind": "entries", "result": "b", "yours": yours, "true": [[0.0]], "wrong": wrong}
    (found,) = record(displayed({"blocks": [block]})).blocks
    assert found == Entries("b", expected[0], ((0.0,),), expected[1])


@pytest.mark.parametrize("yours", [None, "120 numbers", [[[1.0]]], {"a": 1}, [[1.0], [1.0, 2.0]]])
def test_what_is_no_table_is_left_out(yours):
    block = {"kind": "entries", "result": "b", "yours": yours, "true": [[0.0]], "wrong": []}
    assert record(displayed({"blocks": [block]})) is None
