"""A learner's outputs are kept as far as they are harmless."""

from chainrule.grading.notebook import clean


def display(**data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


def test_html_stays_without_what_runs():
    markup = "<table><tr><td onclick='x()'>5</td></tr></table><script>x()</script>"
    (output,) = clean([display(**{"text/html": markup, "text/plain": "a table"})], 10_000)
    assert output["data"]["text/plain"] == "a table"
    kept = output["data"]["text/html"]
    assert "<td>5</td>" in kept
    assert "script" not in kept and "onclick" not in kept


def test_what_cannot_be_shown_is_left_out():
    assert clean([display(**{"application/javascript": "x()"}), "no output at all"], 10_000) == []
