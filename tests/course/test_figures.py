"""The figures of the series, to the digits that it prints, appear in the executed notebooks."""

import re
from decimal import Decimal

import pytest

NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
FIGURES = {
    ("single_layer", "example_720"): "4 14",
    ("single_layer", "example_720_probs"): "4.53978687e-05 .9999546021 -10.0000454 -4.5399e-05",
    ("single_layer", "example_720_loss"): "10.0000454",
    ("single_layer", "examples"): """
        720 4 14 4.53978687e-05 .9999546021 10.0000454
        -7.9996368 7.9996368 1.9999092 -1.9999092 -.9999546 .9999546
        710 30 0 1 9.3576e-14 30 1 -1 -10 10 20 -20 1 -1""",
    ("single_layer", "cross_check"): """
        -7.9996368 7.9996368 1.9999092 -1.9999092 -.9999546 .9999546""",
    ("multi_layer", "example_740_forward"): "29 29 29 29 121 63 1 6.4702e-26 58",
    ("multi_layer", "cross_check"): "-10 -10 20 20 1 1 29 -29 29 -29 1 -1",
    ("update_step", "one_step"): """
        720 1.0799964 1.9200036 1.9800009 1.0199991 .0099995 -.0099995 10.00005 8.62024
        710 1.1 1.9 1.8 1.2 -.01 .01 30 19.98""",
    ("update_step", "training"): """
        720 10.00005 8.62024 7.24103
        710 1.2 1.8 1.6 1.4 -.02 .02 30 19.98 9.96005
        740 58 20.1 .068 .020""",
    ("batches", "example_730"): "30 0 4 14",
    ("batches", "example_730_loss"): "30 10.0000454 20.0000227",
    ("batches", "one_by_one"): """
        -8.9998184 8.9998184 10.9999546 -10.9999546 -8.9998184 8.9998184 10.9999546 -10.9999546
        2.26989e-05 -2.26989e-05 1.0899982 1.9100018 1.8900005 1.1099995 -2.2699e-07 2.2699e-07""",
    ("batches", "cross_check"): """
        29 29 3 3 121 63 17 11 1 6.4702e-26 .99753 .0024726 29.0012378
        -5.0098905 -5.0098905 10.0024726 10.0024726 .4987637 .4987637
        14.4962911 -14.4962911 14.4962911 -14.4962911 .4987637 -.4987637""",
    ("batches", "lost_digits"): "2.26989e-05 2.2709e-05",
    # Of math.exp and math.tanh at -2 and 0.5.
    ("activations", "sigmoid_numbers"): ".119203 .622459 .104994 .235004",
    ("activations", "tanh_numbers"): "-.964028 .462117 .0706508 .786448",
}


def shows(printed: str, figure: str) -> bool:
    """Whether a printed number, rounded to the figure's digits, is the figure."""
    value, wanted = Decimal(printed), Decimal(figure)
    return abs(value - wanted) <= Decimal((0, (5,), int(wanted.as_tuple().exponent) - 1))


@pytest.mark.parametrize(("exercise", "name"), FIGURES, ids=lambda value: value)
def test_figures_appear_in_their_order(graded, exercise, name):
    cell = next(cell for cell in graded["instructor", exercise].cells if cell.id == name)
    text = "".join(output.get("text", "") for output in cell.outputs)
    printed = iter(NUMBER.findall(text))
    for figure in FIGURES[exercise, name].split():
        assert any(shows(number, figure) for number in printed), f"{figure} is not in\n{text}"


def test_another_number_is_not_the_figure():
    assert shows("9.357622969e-14", "9.3576e-14")
    assert not shows("9.358622969e-14", "9.3576e-14")
    assert not shows("7.9996368", "-7.9996368")
