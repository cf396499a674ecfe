"""grade() gives a plain mark and one verdict record, and never raises."""

import json

import pytest

from chainrule import check, grade
from chainrule.checks import check as checks
from chainrule.exercises.questions import QUESTIONS
from tests.support.right_answers import RIGHT
from tests.support.wrong_answers import WRONG, softmax

POINTS = {
    name: {prop.name: 2 for prop in question.properties} for name, question in QUESTIONS.items()
}


@pytest.fixture
def marked(monkeypatch):
    """Grade a function; the mark, and the record as it went through JSON."""
    shown = []
    monkeypatch.setattr(checks, "_display", shown.append)

    def run(question, getter, earlier=(), points=None):
        given = points or POINTS[question]
        mark = grade(question, getter, seeds=[5, 6], points=given, earlier=earlier)
        record = json.loads(json.dumps(shown.pop(), allow_nan=False))
        assert type(mark) is float
        assert record["points"] == mark
        assert shown == []
        return mark, record

    return run


def right_before(question):
    """Look up a right function for every one that the question may build on."""
    asked = QUESTIONS[question]
    return [lambda name=name: RIGHT[f"{asked.exercise}.{name}"][0] for name in asked.earlier]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_right_answer_passes(marked, question):
    function = RIGHT[question][0]
    mark, record = marked(question, lambda: function, right_before(question))
    assert mark == sum(POINTS[question].values()) == record["max_points"]
    assert record["verdict"] == "passed"
    assert record["mistakes"] == [] and record["example"] is None
    assert [one["points"] for one in record["properties"]] == list(POINTS[question].values())


def test_a_slip_costs_one_property_and_is_named(marked):
    wrong = WRONG["multi_layer.backward_relu"]["A5"][0]
    mark, record = marked("multi_layer.backward_relu", lambda: wrong)
    assert (mark, record["verdict"]) == (2.0, "partly")
    assert [mistake["id"] for mistake in record["mistakes"]] == ["A5"]
    assert record["example"]["result"] == "grad_hidden_pre"
    (row, column), *others = record["example"]["differ"]
    assert not others
    assert record["example"]["yours"][row][column] != record["example"]["true"][row][column] == 0.0
    assert record["example"]["inputs"]["hidden_pre"][row][column] == 0.0


def test_numbers_that_are_not_finite_are_words(marked):
    wrong = WRONG["single_layer.softmax"]["L5"][0]
    mark, record = marked("single_layer.softmax", lambda: wrong)
    assert mark == 2.0
    assert "nan" in record["example"]["yours"][0]


def test_a_name_that_does_not_exist_is_a_verdict(marked):
    mark, record = marked("single_layer.softmax", lambda: no_such_function)  # noqa: F821
    assert (mark, record["verdict"]) == (0.0, "error")
    assert "name 'no_such_function' is not defined" in record["message"]


def test_not_attempted(marked):
    def stub(c):
        raise NotImplementedError

    mark, record = marked("single_layer.softmax", lambda: stub)
    assert (mark, record["verdict"]) == (0.0, "not attempted")


def test_a_missing_earlier_function_costs_nothing(marked):
    def missing():
        raise NameError("name 'softmax' is not defined")

    function = RIGHT["single_layer.backward_logits"][0]
    mark, record = marked("single_layer.backward_logits", lambda: function, [missing])
    assert (mark, record["verdict"]) == (4.0, "passed")


def test_an_argument_changed_in_place_is_flagged(marked):
    def in_place(dh, a):
        dh[a <= 0] = 0
        return dh

    mark, record = marked("multi_layer.backward_relu", lambda: in_place)
    assert (mark, record["flags"]) == (4.0, ["argument changed: grad_hidden_act"])


def test_an_error_of_the_test_itself_is_for_a_person(marked):
    points = {"no such property": 4}
    mark, record = marked("single_layer.softmax", lambda: softmax, points=points)
    assert (mark, record["flags"]) == (0.0, ["test failed"])
    assert "A person has to look at it." in record["message"]


def test_remote_functions_bring_their_text_as_data(marked):
    class Remote:
        source = "def f(c):\n    return torch.func.vjp(c)"
        reads = {"x": "ndarray", "np": "module", "helper": "function"}

        def __call__(self, c):
            return softmax(c)

        def call_each(self, given):
            return [lambda one=one: softmax(*one) for one in given]

    mark, record = marked("single_layer.softmax", Remote)
    assert (mark, record["flags"]) == (4.0, ["autograd", "global: x"])


def test_the_display_is_json_and_the_message(monkeypatch):
    published = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: published.append((data, raw)))
    grade("single_layer.softmax", lambda: softmax, seeds=[5], points=POINTS["single_layer.softmax"])
    ((data, raw),) = published
    assert raw is True
    assert data["text/plain"] == data[checks.RECORD]["message"]


def test_all_the_points_are_all_of_them_in_whatever_order_they_are_named(marked):
    points = {"hopeless target": 0.3, "large logits": 0.2, "value": 0.1}
    function = RIGHT["single_layer.cross_entropy"][0]
    earlier = right_before("single_layer.cross_entropy")
    mark, record = marked("single_layer.cross_entropy", lambda: function, earlier, points)
    assert mark == 0.6 == record["max_points"]
    assert record["verdict"] == "passed"


@pytest.mark.parametrize("count", [1, 3])
def test_check_takes_every_earlier_function_or_none(count):
    function = RIGHT["single_layer.backward"][0]
    with pytest.raises(ValueError, match="earlier takes softmax, backward_logits, in this order"):
        check("single_layer.backward", function, earlier=[softmax] * count)
