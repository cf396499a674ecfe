"""Verdicts in words."""

from chainrule import records

from .sheet import Question

# verdict: (word, colour class, sentence)
LEARNER = {
    records.PASSED: ("right", "good", ""),
    records.PARTLY: ("partly right", "part", "Some of what was tested is right."),
    records.WRONG: ("not right yet", "bad", "The test ran, and found that this is not right yet."),
    records.ERROR: ("error", "bad", "The test was ended by an error."),
    records.NOT_ATTEMPTED: ("not attempted", "none", "Nothing has been written here yet."),
    records.TIME_OUT: (
        "out of time",
        "bad",
        "Your code did not come back in time. Look for a loop that never ends.",
    ),
    records.MEMORY: (
        "out of memory",
        "bad",
        "Your code wanted more memory than there is. Look for an array or a list that grows.",
    ),
    records.CRASHED: ("crashed", "bad", "Your code ended the whole process, not only itself."),
    records.NEEDS_PERSON: ("waits for a person", "none", "Somebody will look at this."),
}


def overall(question: Question) -> str:
    """One verdict for all results of a question."""
    verdicts = list(dict.fromkeys(result.verdict for result in question.results))
    if len(verdicts) == 1:
        return verdicts[0]
    if records.NEEDS_PERSON in verdicts:
        return records.NEEDS_PERSON
    return records.PARTLY if question.points else next(v for v in verdicts if v != records.PASSED)
