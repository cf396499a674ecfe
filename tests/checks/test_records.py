"""mark() gives a plain mark and one verdict record, and never raises."""

import ast
import json
from functools import partial

import pytest

from chainrule import check, mark, records
from chainrule.checks import mark as hidden_tests
from chainrule.exercises.questions import QUESTIONS
from tests.support.right_answers import RIGHT
from tests.support.wrong_answers import WRONG, softmax

POINTS = {
    name: {prop.name: 2 for prop in question.properties} for name, question in QUESTIONS.items()
}


@pytest.fixture
def marked(monkeypatch):
    """Mark a function; the mark, and the record as it went through JSON."""
    shown = []
    monkeypatch.setattr(hidden_tests, "_display", shown.append)

    def run(question, getter, earlier=(), points=None):
        given = points or POINTS[question]
        got = mark(question, getter, seeds=[5, 6], points=given, earlier=earlier)
        record = json.loads(json.dumps(shown.pop().as_json(), allow_nan=False))
        assert type(got) is float
        assert record["points"] == got
        assert shown == []
        return got, record

    return run


def flag(kind, what=""):
    return {"kind": kind, "what": what}


def right_before(question):
    """Look up a right function for every one that the question may build on."""
    asked = QUESTIONS[question]
    return [lambda name=name: RIGHT[f"{asked.exercise}.{name}"][0] for name in asked.earlier]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_right_answer_passes(marked, question):
    function = RIGHT[question][0]
    got, record = marked(question, lambda: function, right_before(question))
    assert got == sum(POINTS[question].values()) == record["max_points"]
    assert record["verdict"] == "passed"
    assert record["mistakes"] == [] and record["example"] is None
    assert [one["points"] for one in record["properties"]] == list(POINTS[question].values())


def test_a_slip_costs_one_property_and_is_named(marked):
    wrong = WRONG["multi_layer.backward_relu"]["A5"][0]
    got, record = marked("multi_layer.backward_relu", lambda: wrong)
    assert (got, record["verdict"]) == (2.0, "partly")
    assert [mistake["id"] for mistake in record["mistakes"]] == ["A5"]
    assert record["example"]["result"] == "grad_hidden_pre"
    (row, column), *others = record["example"]["differ"]
    assert not others
    assert record["example"]["yours"][row][column] != record["example"]["true"][row][column] == 0.0
    assert record["example"]["inputs"]["hidden_pre"][row][column] == 0.0


def test_numbers_that_are_not_finite_are_words(marked):
    wrong = WRONG["single_layer.softmax"]["L5"][0]
    got, record = marked("single_layer.softmax", lambda: wrong)
    assert got == 2.0
    assert "nan" in record["example"]["yours"][0]


def test_a_name_that_does_not_exist_is_a_verdict(marked):
    got, record = marked("single_layer.softmax", lambda: no_such_function)  # noqa: F821
    assert (got, record["verdict"]) == (0.0, "error")
    assert record["blocks"][0]["text"].startswith("name 'no_such_function' is not defined: ")


def test_not_attempted(marked):
    def stub(c):
        raise NotImplementedError

    got, record = marked("single_layer.softmax", lambda: stub)
    assert (got, record["verdict"]) == (0.0, "not attempted")


def test_a_missing_earlier_function_costs_nothing(marked):
    def missing():
        raise NameError("name 'softmax' is not defined")

    function = RIGHT["single_layer.backward_logits"][0]
    got, record = marked("single_layer.backward_logits", lambda: function, [missing])
    assert (got, record["verdict"]) == (4.0, "passed")


def test_an_argument_changed_in_place_is_flagged(marked):
    def in_place(dh, a):
        dh[a <= 0] = 0
        return dh

    got, record = marked("multi_layer.backward_relu", lambda: in_place)
    assert (got, record["flags"]) == (4.0, [flag("argument changed", "grad_hidden_act")])


def test_an_error_of_the_test_itself_is_for_a_person(marked):
    points = {"no such property": 4}
    got, record = marked("single_layer.softmax", lambda: softmax, points=points)
    assert (got, record["flags"]) == (0.0, [flag("test failed")])
    assert record["blocks"][0]["text"].endswith("A person has to look at it.")


def test_remote_functions_bring_their_text_as_data(marked):
    class Remote:
        source = "def f(c):\n    return torch.func.vjp(c)"
        reads = {"x": "ndarray", "np": "module", "helper": "function"}

        def __call__(self, c): ...

        def call_each(self, given):
            return [partial(softmax, *arguments) for arguments in given]

    got, record = marked("single_layer.softmax", Remote)
    assert (got, record["flags"]) == (4.0, [flag("autograd"), flag("global", "x")])


@pytest.fixture
def published(monkeypatch):
    """What is displayed: MIME bundles."""
    found = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: found.append((data, raw)))
    return found


def test_the_display_is_json_and_what_it_says(published):
    points = POINTS["single_layer.softmax"]
    mark("single_layer.softmax", lambda: softmax, seeds=[5], points=points)
    ((data, raw),) = published
    assert raw is True
    assert data["text/plain"] == "single_layer.softmax: right.\nMarks: 4 of 4."
    assert data[records.VERDICT_MIME]["blocks"] == [
        {"kind": "headline", "question": "single_layer.softmax", "text": "right."}
    ]


HANDED_OUT_BEFORE = """
from chainrule import grade

grade(
    "multi_layer.backward_relu",
    lambda: backward_relu,
    seeds=[6400, 171],
    points={"value": 3, "slope at 0": 2},
)
"""


def test_notebooks_that_were_handed_out_before_call_it_grade(published):
    for cell in (HANDED_OUT_BEFORE, HANDED_OUT_BEFORE.replace("grade", "mark")):
        *first, last = ast.parse(cell).body
        names = {"backward_relu": WRONG["multi_layer.backward_relu"]["A5"][0]}
        exec(compile(ast.Module(first, []), "cell", "exec"), names)
        assert eval(compile(ast.Expression(last.value), "cell", "eval"), names) == 3.0
    assert published[0] == published[1]


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("nothing to say")


def raises(error):
    def answer(c):
        raise error

    return answer


def of_a_long_name():
    return lambda c: type("L" * 100_000, (), {})()


def reading_many_names():
    names = [f"value_{number}_{'x' * 500}" for number in range(500)]
    namespace = dict.fromkeys(names, 0)
    exec(f"def answer(c):\n    return c + {' + '.join(names)}", namespace)
    return namespace["answer"]


@pytest.mark.parametrize(
    "answer",
    [
        raises(ValueError("long " * 100_000)),
        raises(ValueError("\x1b[31m\udc80\x00")),
        raises(Mute()),
        of_a_long_name(),
        reading_many_names(),
        lambda c: [[0.0] * 3000] * 100,
        lambda c: "x" * 1_000_000,
    ],
)
def test_nothing_that_a_learner_does_makes_a_record_too_large_to_be_kept(published, answer):
    points = POINTS["single_layer.softmax"]
    assert mark("single_layer.softmax", lambda: answer, seeds=[5], points=points) == 0.0
    ((data, _),) = published
    assert len(str(data)) <= records.RECORD_BYTES
    assert "test itself failed" not in data["text/plain"]
    json.dumps(data, allow_nan=False).encode()


def test_all_the_points_are_all_of_them_in_whatever_order_they_are_named(marked):
    points = {"hopeless target": 0.3, "large logits": 0.2, "value": 0.1}
    function = RIGHT["single_layer.cross_entropy"][0]
    earlier = right_before("single_layer.cross_entropy")
    got, record = marked("single_layer.cross_entropy", lambda: function, earlier, points)
    assert got == 0.6 == record["max_points"]
    assert record["verdict"] == "passed"


@pytest.mark.parametrize("count", [1, 3])
def test_check_takes_every_earlier_function_or_none(count):
    function = RIGHT["single_layer.backward"][0]
    with pytest.raises(ValueError, match="earlier takes softmax, backward_logits, in this order"):
        check("single_layer.backward", function, earlier=[softmax] * count)
