"""The words of results and findings: a type knows each, and so do the pages that show them."""

from typing import get_args

import pytest

from chainrule import records
from chainrule.report.class_figures import NOTED
from chainrule.report.verdict_words import LEARNER


def test_each_word_is_said_what_it_means():
    assert set(records.VERDICTS) == set(get_args(records.Verdict))
    assert set(records.FLAGS) == set(get_args(records.Flag))
    assert set(records.KINDS) == set(get_args(records.Kind))


def test_each_word_has_one_for_people():
    assert set(NOTED) == set(records.KINDS)
    assert set(LEARNER) == set(records.VERDICTS)


def test_no_other_word_is_written():
    with pytest.raises(ValueError, match="no verdict 'fine'; there are passed, partly"):
        records.result("test_mean", 1.0, 1.0, "fine")
    with pytest.raises(ValueError, match="no kind of finding 'odd'; there are changed"):
        records.finding("odd", "")
