"""What of this package a learner process has: what it runs, and nothing that knows answers."""

from pathlib import Path

import chainrule

PACKAGE = Path(chainrule.__file__).parent
LEARNERS_SIDE = ("__init__.py", "errors.py", "records.py", "functions.py", "grading")
