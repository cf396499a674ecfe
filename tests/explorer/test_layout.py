"""The picture's plan: at every size, nothing stands on anything else."""

from itertools import product

import pytest

from tests.support.nodejs import node

SIZES = [
    *product(range(1, 7), range(2, 7)),
    *((d, h, c) for d, h, c in product((1, 2, 3, 6), (1, 2, 4, 6), (2, 3, 6))),
]
PLANS = """
return given.map((sizes) => {
  const plan = page.layout(sizes);
  return { ...plan, weight: { width: page.WEIGHT.width, height: plan.tall } };
});
"""


@pytest.fixture(scope="module")
def plans():
    return list(zip(SIZES, node(PLANS, SIZES), strict=True))


def overlaps(boxes):
    """The pairs of boxes (left, top, width, height) that share some of the plane."""
    near = 1e-6
    return [
        (a, b)
        for place, a in enumerate(boxes)
        for b in boxes[:place]
        if a[0] + near < b[0] + b[2]
        and b[0] + near < a[0] + a[2]
        and a[1] + near < b[1] + b[3]
        and b[1] + near < a[1] + a[3]
    ]


def test_nothing_overlaps(plans) -> None:
    for sizes, plan in plans:
        weight = plan["weight"]
        units = [(u["x"], u["y"], u["width"], u["height"]) for u in plan["nodes"]]
        weights = [
            (
                edge["label"]["x"] - weight["width"] / 2,
                edge["label"]["y"] - weight["height"] / 2,
                weight["width"],
                weight["height"],
            )
            for edge in plan["edges"]
        ]
        assert overlaps(units + weights) == [], sizes


def test_everything_is_inside(plans) -> None:
    for sizes, plan in plans:
        assert len(plan["edges"]) == sum(a * b for a, b in zip(sizes, sizes[1:], strict=False))
        for unit in plan["nodes"]:
            assert unit["x"] >= 0 and unit["x"] + unit["width"] <= plan["width"] + 1e-9, sizes
            assert unit["y"] >= -1e-9 and unit["y"] + unit["height"] <= plan["height"] + 1e-9, sizes


def test_each_weight_stands_on_its_edge(plans) -> None:
    for sizes, plan in plans:
        for edge in plan["edges"]:
            part = (edge["label"]["x"] - edge["x1"]) / (edge["x2"] - edge["x1"])
            assert 0 < part < 1, sizes
            height = edge["y1"] + part * (edge["y2"] - edge["y1"])
            assert edge["label"]["y"] == pytest.approx(height), sizes


def test_the_seeds_networks_fit_a_narrow_window(plans) -> None:
    widths = {sizes: plan["width"] for sizes, plan in plans}
    assert widths[2, 2] < widths[2, 2, 2] < 42  # em; at 13 pixels each a window of 700 holds them
