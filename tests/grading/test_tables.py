"""Tests of tables are asked apart, as those of numbers are."""

import pytest

from chainrule import records
from chainrule.grading import grade
from tests.support import courses

GIVEN = """
import collections
import pandas as pd
sales = pd.DataFrame({"shop": ["a", "b", "a"], "sold": [1.0, 2.0, None]})
"""
ANSWER = 'def totals(sales):\n    return sales.groupby("shop")["sold"].sum()'
TEST = """
wanted = pd.Series([1.0, 2.0], index=pd.Index(["a", "b"], name="shop"), name="sold")
pd.testing.assert_series_equal(totals(sales), wanted)
assert list(sales) == ["shop", "sold"]
"""
COUNTED = "def counted(words):\n    return collections.Counter(words)"
OF_COUNTS = 'assert counted("aab").most_common(1) == [("a", 2)]'
BY_SHOP = 'def totals(sales):\n    return sales.groupby("shop")'
PIVOTED = 'def totals(sales):\n    return sales.pivot_table("sold", "shop", aggfunc="sum")["sold"]'
LEARNERS = {
    "as the instructor has it": (ANSWER, 2.0),
    "another way": (PIVOTED, 2.0),
    "without its name": (f'{BY_SHOP}["sold"].sum().rename(None)', 1.0),
    "a table": (f"{BY_SHOP}.sum()", 1.0),
    "a largest one": (f'{BY_SHOP}["sold"].max() + 1', 1.0),
    "an error": ('def totals(sales):\n    return sales["no such"]', 1.0),
}
CHANGES_IT = (
    'def totals(sales):\n    sales["more"] = 1\n    return sales.groupby("shop")["sold"].sum()'
)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    root = tmp_path_factory.mktemp("tables")
    cells = [
        courses.locked("given", GIVEN),
        courses.solved("totals", ANSWER),
        courses.test("test_totals", TEST),
        courses.solved("counted", COUNTED),
        courses.test("test_counted", OF_COUNTS),
    ]
    courses.make_course(root, {"nb": cells})
    for name, (body, _) in LEARNERS.items():
        courses.submit(root, name.replace(" ", "-"), courses.fill(totals=body, counted=COUNTED))
    courses.submit(root, "changes-it", courses.fill(totals=CHANGES_IT, counted=COUNTED))
    return {one.student: one for one in grade(root, jobs=2)}


@pytest.mark.parametrize("name", LEARNERS)
def test_a_table_gets_its_mark_apart(graded, name):
    one = graded[name.replace(" ", "-")]
    assert one.points == LEARNERS[name][1]
    assert not [result for result in one.notebooks["nb"] if "together" in result["flags"]]


def test_who_changes_the_tests_table_gets_no_zero_for_it(graded):
    """The test keeps its own copy, and would be wrong about the learner's: a person looks."""
    (result,) = graded["changes-it"].needs_person
    assert result["grade_id"] == "test_totals" and "was changed" in result["reason"]
    assert result["verdict"] == records.NEEDS_PERSON
