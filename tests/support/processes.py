"""The grader's own processes, found from outside by their place in the tree."""

import os
from pathlib import Path

# What is below the process that starts servers, by depth.
_TRUSTED = ("nursery", "template", "rehearsed", "server", "tests")
KINDS = (*_TRUSTED, "bwrap", "init", "zygote", "warmer", "learner")


def children(process):
    try:
        return [
            int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]
    except OSError:
        return []


def by_kind(run):
    """The processes of each kind that are there now. run: the number of the one that grades."""
    found = {kind: [] for kind in KINDS}
    for nursery in children(run):
        if b"chainrule.grading.processes.nursery" in _read(nursery, "cmdline"):
            _trusted(nursery, 0, found)
    return found


def descendants(process):
    found, waiting = [], children(process)
    while waiting:
        found.append(waiting.pop())
        waiting += children(found[-1])
    return found


def _trusted(process, depth, found):
    found[_TRUSTED[depth]].append(process)
    for child in children(process):
        if _read(child, "comm").strip() == b"bwrap" and depth == 0:
            _sandbox(child, found)
        elif depth + 1 < len(_TRUSTED):
            _trusted(child, depth + 1, found)


def _sandbox(bwrap, found):
    found["bwrap"].append(bwrap)
    for init in children(bwrap):
        found["init"].append(init)
        for zygote in children(init):
            found["zygote"].append(zygote)
            _learners(zygote, _namespace(zygote), found)


def _learners(parent, namespace, found):
    for child in children(parent):
        if _namespace(child) != namespace:
            found["learner"].append(child)
        else:
            found["warmer"].append(child)
            _learners(child, namespace, found)


def _namespace(process):
    try:
        return os.readlink(f"/proc/{process}/ns/pid")
    except OSError:
        return ""


def _read(process, name):
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except OSError:
        return b""
