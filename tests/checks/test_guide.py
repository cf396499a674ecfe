"""What a check can say is explained in the guide for learners: no kind of line is left out."""

import re

import pytest

from chainrule import CheckFailed, check
from tests.checks.test_sentences import SENTENCES
from tests.support import ROOT
from tests.support.wrong_answers import WRONG

GUIDE = (ROOT / "docs" / "learners.md").read_text()
# These say themselves what they mean; "Wrong" is the end of the first line.
PLAIN = {"Also wrong", "Wrong", "Your function changes its argument parameters in place"}


def messages():
    """What learners see of every wrong answer."""
    wrong = [
        (question, function)
        for question, mistakes in WRONG.items()
        for functions in mistakes.values()
        for function in functions
    ]
    odd = [("single_layer.softmax", function) for function, _ in SENTENCES.values()]
    for question, function in wrong + odd:
        with pytest.raises(CheckFailed) as failed:
            check(question, function)
        yield str(failed.value)


def test_every_kind_of_line_is_in_the_guide():
    said = "\n".join(messages())
    kinds = set(re.findall(r"^([A-Z][a-z ]+)(?: \([^)]*\))?:", said, re.MULTILINE))
    assert kinds >= {"Asked", "Hint", "The mistake"}
    explained = set(re.findall(r"`([A-Z][a-z ]+):", GUIDE))
    assert kinds - PLAIN <= explained
