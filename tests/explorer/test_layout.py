"""The picture's plan: at every size, in every room, nothing stands on anything else."""

from itertools import product

import pytest

from tests.support.nodejs import node

SIZES = [
    *product((1, 2, 3, 6), (2, 3, 6)),
    *((d, h, c) for d, h, c in product((1, 2, 6), (1, 2, 4, 6), (2, 3, 6))),
]
ROOMS = [
    {"width": 1890, "height": 800, "figure": 36, "label": 16, "scrolls": False},
    {"width": 1250, "height": 560, "figure": 17, "label": 12, "scrolls": True},
    {"width": 620, "height": 560, "figure": 15, "label": 11.5, "scrolls": True},
    {"width": 378, "height": 600, "figure": 15, "label": 10.5, "scrolls": True},
    {"width": 378, "height": 600, "figure": 45, "label": 10.5, "scrolls": True},
]
SHOWN = [{"tall": tall, "gradients": gradients} for tall in (0, 1) for gradients in (0, 1)]
CASES = [(sizes, room, SHOWN[k % 4]) for k, (sizes, room) in enumerate(product(SIZES, ROOMS))]


@pytest.fixture(scope="module")
def plans():
    made = node(
        """
        return given.map(([sizes, room, shows]) => {
          const plan = page.layout(sizes, room, shows);
          const few = plan.edges.slice(0, 2);
          return { ...plan, pills: page.pills(few, plan.measures.pill, plan.ends), few };
        });
        """,
        CASES,
    )
    return list(zip(CASES, made, strict=True))


def box(part):
    return part["x"], part["y"], part["width"], part["height"]


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
    for case, plan in plans:
        parts = [*plan["units"], plan["loss"], *plan["blocks"], *plan["rails"]["items"]]
        assert overlaps([box(part) for part in parts]) == [], case
        assert overlaps([box(cell) for cell in plan["cells"]]) == [], case


def test_everything_is_inside(plans) -> None:
    for (sizes, *rest), plan in plans:
        assert len(plan["edges"]) == sum(a * b for a, b in zip(sizes, sizes[1:], strict=False))
        for part in [*plan["units"], *plan["cells"], plan["loss"], *plan["blocks"]]:
            x, y, width, height = box(part)
            assert x >= -1e-6 and x + width <= plan["width"] + 1e-6, (sizes, rest, part)
            assert y >= 0 and y + height <= plan["height"] + 1e-6, (sizes, rest, part)


def test_figures_on_edges_stand_between_the_layers(plans) -> None:
    for case, plan in plans:
        boxes = [box(pill) for pill in plan["pills"]]
        assert len(overlaps(boxes)) <= 1
        for pill, edge in zip(plan["pills"], plan["few"], strict=True):
            assert edge["x1"] <= pill["x"], case
            assert pill["x"] + pill["width"] <= edge["x2"], case


def test_figures_are_as_large_as_wanted_or_fill_the_room(plans) -> None:
    for (sizes, room, _), plan in plans:
        figure, fits = plan["figure"], plan["fits"]
        assert 11 <= figure <= 1.2 * room["figure"] + 0.3
        if max(sizes) <= 4 and room["width"] > 600:
            assert fits, (sizes, room)
        if fits:
            assert plan["width"] <= room["width"] + 1e-6


def test_targets_are_large_enough_for_a_finger(plans) -> None:
    for case, plan in plans:
        small = [part for part in plan["rails"]["items"] if min(part["width"], part["height"]) < 24]
        assert small == [] and plan["measures"]["value"] >= 24, case
        assert all(block["row"] >= 24 for block in plan["blocks"]), case
