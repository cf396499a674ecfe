"""The two graded learners in git are what grading gives now, to the byte."""

from chainrule.course.kept_samples import KEPT, stale_samples
from tests.support import ROOT


def test_regenerating_gives_the_same_bytes():
    assert stale_samples(ROOT) == []


def test_one_is_all_right_and_one_is_not():
    right, mistakes = (
        "".join(path.read_text() for path in (ROOT / "autograded" / learner).rglob("*.ipynb"))
        for learner in KEPT
    )
    assert '"verdict": "wrong"' not in right
    assert '"verdict": "wrong"' in mistakes
