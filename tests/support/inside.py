"""Cells run inside the sandbox, which root or an ordinary user has started, in any layout."""

import ast
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

ORDINARY = 54321  # no account
# weak: root that may not mount, as in many containers. contained: root of one user only.
STARTERS = ["root", "ordinary", "weak", "contained"]
_DRIVER = """
import json, sys
from chainrule.grading.limits import Limits
from chainrule.grading.sandbox.probe import probe
from chainrule.grading.sandbox.bubblewrap import Sandbox
from chainrule.grading.wall.wire import Wire

asked = json.load(sys.stdin)
setup = {"imports": asked["imports"], "out_of_sight": asked["out_of_sight"]}
sandbox = Sandbox(setup | {"limits": Limits().plain(), "confined": True, "many": False})
sandbox.wait()
probe(sandbox)
channel, line = sandbox.fork()
wire = Wire(channel)
for source in asked["sources"]:
    wire.send({"do": "run", "source": source})
    answer, _ = wire.receive()
    print(json.dumps(answer["outputs"]), flush=True)
sandbox.close()
"""


def inside(*sources, starter="root", python=sys.executable, imports=(), out_of_sight=(), mounts=()):
    """The value of the last expression of each cell; cells share one learner's process.

    mounts: (what, where) for `mount --bind`, made where only the sandbox's starter sees them.
    """
    asked = {"imports": list(imports), "sources": sources}
    asked["out_of_sight"] = [str(place) for place in out_of_sight]
    python = python if isinstance(python, list) else [python]
    command = started_by(starter, [*python, "-P", "-c", _DRIVER], mounts)
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    return [_value(json.loads(line)) for line in done.stdout.splitlines()]


def _value(outputs):
    for output in outputs:
        if output["output_type"] == "error":
            raise AssertionError(output)
        if output["output_type"] == "execute_result":
            text = output["data"]["text/plain"]
            try:
                return ast.literal_eval(text)
            except (ValueError, SyntaxError):
                return text
    return None


def started_by(starter, command, mounts=()):
    """The command as root starts it, or an ordinary user to whom our folders are open."""
    command = list(map(str, command))
    if os.getuid() != 0:
        if starter != "ordinary" or mounts:
            pytest.skip("only root can start it as anybody")
        return command
    lines = ["set -e"]
    for what, where in mounts:
        lines.append(shlex.join(["mount", "--bind", str(what), str(where)]))
    user = ["setpriv", "--reuid", str(ORDINARY), "--regid", str(ORDINARY), "--clear-groups", "--"]
    before = {
        "root": [],
        "ordinary": user,
        "weak": ["setpriv", "--bounding-set=-sys_admin", "--"],
        "contained": [*user, "unshare", "--user", "--map-root-user", "--"],
    }[starter]
    if before:
        lines += _opened()
        command = [*before, *command]
    lines.append(f"exec {shlex.join(command)}")
    return ["unshare", "--mount", "sh", "-c", "\n".join(lines)]


def _opened():
    """Lines for a shell with mounts of its own: what we need, in folders that others may enter."""
    needed = {Path(sys.base_prefix), Path(sys.prefix), ROOT}
    closed = {_closed(place) for place in needed} - {None}
    stage = "/mnt"
    yield f"mount -t tmpfs none {stage}"
    places = [place for place in needed if _closed(place)]
    for number, place in enumerate(places):
        yield f"mkdir {stage}/{number}; mount --bind {shlex.quote(str(place))} {stage}/{number}"
    for folder in closed:
        yield f"mount -t tmpfs -o mode=755 none {shlex.quote(str(folder))}"
    for number, place in enumerate(places):
        quoted = shlex.quote(str(place))
        yield f"mkdir -p {quoted}; mount --bind {stage}/{number} {quoted}"


def _closed(place):
    """The outermost folder on the way that others may not enter."""
    return next((p for p in reversed(place.parents) if not p.stat().st_mode & 1), None)


def environment(folder, python=sys.executable, wheel=False):
    """A venv in a folder, which takes packages from ours; its Python.

    wheel: the package lies in it as pip installs it.
    """
    options = ["--without-pip", "--symlinks", folder]
    subprocess.run([python, "-m", "venv", *map(str, options)], check=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    ours = next(path for path in sys.path if path.startswith(sys.prefix) and "site-p" in path)
    lines = [ours]
    if wheel:
        shutil.copytree(ROOT / "chainrule", site / "chainrule")
    else:
        lines.insert(0, str(ROOT))
    (site / "theirs.pth").write_text("\n".join(lines) + "\n")
    return folder / "bin" / "python"
