"""When a submission was handed in: its timestamp.txt, which the learner may have written."""

import datetime
import re
from functools import lru_cache

from nbgrader.utils import parse_utc

from ... import records
from .submission import Submission

NAME = "timestamp.txt"
MOST_BYTES = 100  # the time it takes to read a row of digits grows with its square
# A zone is looked up by its name, and dateutil takes a path for one as well.
_TIME = re.compile(r"(?!.*(?:^|\s)[:./])(?!.*\.\.)[\w :.,+/-]+", re.ASCII)


@lru_cache(maxsize=64)  # asked for when a submission is read, and when its marks are written
def read(content: bytes | None) -> tuple[datetime.datetime | None, str]:
    """The time in a timestamp.txt, and "" or why there is none.

    content: at least its first MOST_BYTES + 1 bytes, if there are so many.
    """
    if not content or not content.strip():
        return None, ""
    try:
        if len(content) > MOST_BYTES:
            raise ValueError("no time is so long")
        written = content.decode().strip()
        if not _TIME.fullmatch(written):
            raise ValueError("no time is written like that")
        return parse_utc(written), ""
    except Exception:  # dateutil raises what decimal, datetime and time zones make of a text
        return None, f"{NAME} holds no time that can be read: graded as not late."


def leave_out_if_unreadable(found: Submission) -> None:
    """Take it out of the submission, with a finding, if nbgrader could not go on with it."""
    _, fault = read(found.files.get(NAME, b"")[: MOST_BYTES + 1])
    if fault:
        del found.files[NAME]
        found.findings.append(records.finding("timestamp", fault))
