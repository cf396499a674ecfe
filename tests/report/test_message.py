"""A verdict's message becomes paragraphs, boxes and tables."""

from chainrule.report.message import blocks

MESSAGE = """\
multi_layer.backward_relu: not right yet. Right: value. Wrong: slope at 0.
Asked: backward_relu(grad_hidden_act, hidden_pre) on a fresh network of 3 → 4 → 5
units with a pre-activation of exactly 0.
    hidden_pre = [[0.5, 0.0]]
grad_hidden_pre: 1 of 2 entries is wrong (marked *).
    yours     1.5*      0
    true        0       0
b: 1 of 2 entries is wrong (marked *).
    yours       2*
    true        1
The mistake: slope 1 at a pre-activation of 0.
Hint: This course, like PyTorch, says what the slope of ReLU is exactly at 0. Look it
up.
Marks: 3 of 5."""


def test_wrapped_lines_are_joined_and_hints_stay_with_their_mistake():
    found = blocks(MESSAGE, example=False)
    assert [block.kind for block in found] == [
        "text", "text", "table", "text", "table", "text", "table", "box",
    ]  # fmt: skip
    assert found[0].parts == ["Not right yet. Right: value. Wrong: slope at 0."]
    assert found[1].parts[0].endswith("of 3 → 4 → 5 units with a pre-activation of exactly 0.")
    assert found[-1].parts == [
        "The mistake: slope 1 at a pre-activation of 0.",
        "Hint: This course, like PyTorch, says what the slope of ReLU is exactly at 0. Look it up.",
    ]


def test_beside_an_example_its_inputs_and_its_table_are_not_repeated():
    tables = [b.parts[0] for b in blocks(MESSAGE, example=True) if b.kind == "table"]
    assert tables == ["    yours       2*\n    true        1"]
