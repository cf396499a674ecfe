"""Which files of its working folder a test opens.

A learner's code has a folder of its own, and what it writes there is not here: a test would read
the instructor's copy, and find it in order whatever the learner has done.
"""

import os
import sys


def watch(opened: set[str]) -> None:
    """From here on, in this process, paths below the working folder come into `opened`."""
    here = os.path.join(os.path.realpath("."), "")

    def look(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("open", "sqlite3.connect") or not arguments:
            return
        path = arguments[0]
        if isinstance(path, (str, bytes)):
            whole = os.path.normpath(os.path.join(here, os.fsdecode(path)))
            if whole.startswith(here):
                opened.add(whole.removeprefix(here))

    sys.addaudithook(look)
