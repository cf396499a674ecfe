"""An earlier function that is wrong costs a later one nothing, and hides nothing of it."""

import pytest

from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import VISIBLE_SEEDS, cases
from chainrule.exercises.questions import QUESTIONS
from tests.support.earlier_wrong import pairs


@pytest.mark.parametrize("pair", [*pairs()], ids=lambda pair: pair.name)
def test_a_later_function_is_judged_by_itself(pair):
    function, own = pair.functions()
    names = getattr(function, "__globals__", {})
    before = dict(names)
    asked = QUESTIONS[pair.question]
    for seeds, examples in ((VISIBLE_SEEDS, True), ((41, 42), False)):
        found = examine(asked, function, cases(pair.question, seeds, examples), own)
        assert {one.property.name for one in found.faults} == pair.lost
        message = plain_text(explain(found))
        assert found.right == (not pair.lost), message
        assert set(found.carried) == set(pair.blamed), message
        for name in pair.blamed:
            assert name in message
    assert all(names[name] is value for name, value in before.items()) and len(names) == len(before)
