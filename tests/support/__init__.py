"""What tests share: courses, answers, processes, pages; `ROOT` is the repository."""

from pathlib import Path

import chainrule

ROOT = Path(chainrule.__file__).parents[1]
