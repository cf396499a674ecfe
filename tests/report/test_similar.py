"""Pairs that are alike beyond what was handed out and what many wrote."""

import textwrap

import pytest

from chainrule.report.class_report import report
from chainrule.report.similar import similar
from tests.support import made
from tests.support.often_wrong import answers

OWN = textwrap.dedent(
    """
    def forward(x, W, b):
        total = []
        for row in range(len(x)):
            line = [b[0][k] + sum(x[row][j] * W[j][k] for j in range(len(W))) for k in range(3)]
            total.append([max(0.0, value) if value > -1e300 else 0 for value in line])
        return np.asarray(total, dtype=float).reshape(len(x), -1)
    """
)
RENAMED = OWN.replace("total", "out").replace("row", "i").replace("value", "v") + "\n# mine"
HANDED_OUT = "def forward(x, W, b):\n    # YOUR CODE HERE\n    raise NotImplementedError('todo')\n"
USUAL = "def forward(x, W, b):\n    return np.maximum(x @ W + b, 0)\n"


def test_a_renamed_copy_is_found_and_nobody_else():
    code = {f"learner{number}": USUAL for number in range(8)} | {"ada": OWN, "bo": RENAMED}
    (pair,) = similar(code, HANDED_OUT)
    assert (pair.first, pair.second, pair.share) == ("ada", "bo", 1.0)


def test_what_was_handed_out_is_nobodys():
    assert similar({"ada": OWN, "bo": RENAMED}, OWN) == []


def test_what_many_wrote_tells_nothing():
    assert similar({f"learner{number}": OWN for number in range(10)}, HANDED_OUT) == []


@pytest.mark.parametrize(
    "text", ["", "def (", "'''", "\0", "x = 1\n  y = 2\n z", "日本語 " * 50, "0x"]
)
def test_what_is_no_python_is_no_trouble(text):
    assert similar({"ada": text, "bo": text, "cy": OWN}, HANDED_OUT) == []


@pytest.mark.parametrize("question", sorted({one.question for one in answers()}))
def test_answers_of_strangers_are_not_alike(question):
    """What novices write to one question without each other; one pair of them nearly is a copy."""
    own = (one for one in answers() if one.question == question)
    code = {f"learner{one.number}": one.text for one in own}
    assert len(code) >= 25
    assert len(similar(code, HANDED_OUT)) <= 1


def test_they_stand_side_by_side_and_run_nothing(tmp_path):
    for learner, text in (("ada", OWN), ("bo", RENAMED + "# <script>alert(1)</script>")):
        cells = [made.answer("forward", text), made.test("test_forward", None)]
        made.put(tmp_path, learner, "ps1", made.notebook(*cells))
    page = report(tmp_path)[0].read_text()
    assert "ada and bo: 100 %" in page
    assert page.count('<div class="beside">') == 1
    assert "&lt;script&gt;" in page and "<script" not in page
