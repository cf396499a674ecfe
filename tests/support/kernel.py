"""A real kernel, as JupyterLab starts it for a learner: cells are run, and what shows is read.

One kernel serves many tests: `fresh` makes it forget what was run, as a restart would.
"""

import contextlib
import os
import queue
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from tests.support import ROOT

LEARNERS = ROOT / "scripts" / "learner-lab"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FORGET = """
get_ipython().reset(new_session=True)
import chainrule.checks.progress as _progress, numpy as _np
_progress._right.clear(); _np.seterr(all="warn"); _np.set_printoptions(legacy=False)
get_ipython().reset(new_session=True)
"""


@dataclass
class Shown:
    """What a cell showed, as plain text: printed, displayed, and the error that ended it."""

    printed: str = ""
    error: str = ""
    colours: str = ""  # the same with its colours
    mime: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.printed + self.error


class Kernel:
    def __init__(self, manager: KernelManager, client: Any) -> None:
        self.manager, self.client = manager, client

    def fresh(self) -> None:
        """Forget all names and all that was run."""
        self.client.execute_interactive(_FORGET, silent=True, output_hook=lambda _: None)

    def restart(self) -> None:
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=60)

    def run(self, source: str, interrupt_at: str = "", seconds: float = 60) -> Shown:
        """Run a cell. interrupt_at: a text; once the cell has shown it, it is interrupted."""
        shown, asked = Shown(), self.client.execute(source)

        def take(message: Any) -> None:
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                shown.printed += ANSI.sub("", content["text"])
                shown.colours += content["text"]
            elif kind == "error":
                shown.colours += "\n".join(content["traceback"])
                shown.error += ANSI.sub("", "\n".join(content["traceback"]))
            elif kind in ("display_data", "execute_result"):
                shown.mime.append(content["data"])
                shown.printed += content["data"].get("text/plain", "") + "\n"

        interrupted = False
        while True:
            message = self.client.get_iopub_msg(timeout=seconds)
            if message["parent_header"].get("msg_id") != asked:
                continue
            take(message)
            if interrupt_at and interrupt_at in shown.printed and not interrupted:
                interrupted = True
                self.manager.interrupt_kernel()
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        with contextlib.suppress(queue.Empty):
            self.client.get_shell_msg(timeout=1)
        return shown

    def is_alive(self) -> bool:
        return self.run("6 * 7").printed == "42\n" and self.manager.is_alive()


@contextlib.contextmanager
def learners_kernel() -> Iterator[Kernel]:
    """A kernel as the learner's JupyterLab starts it."""
    specs = KernelSpecManager(kernel_dirs=[str(LEARNERS / "kernels")])
    manager = KernelManager(kernel_name="python3", kernel_spec_manager=specs)
    manager.start_kernel(cwd=str(ROOT / "release" / "single_layer"), env=dict(os.environ))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
