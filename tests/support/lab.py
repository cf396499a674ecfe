"""A real JupyterLab, Voilà and Chromium for the browser tests and for the benchmark.

Servers run in a process group of their own on a free port of this machine, with folders of their
own for settings, and are ended by that group.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A browser of playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


def write_notebook(path: Path, *cells: str) -> None:
    notebook = new_notebook(metadata={"kernelspec": KERNEL})
    notebook.cells = [new_code_cell(source) for source in cells]
    nbformat.write(notebook, path)


@contextlib.contextmanager
def jupyterlab(home: Path) -> Iterator[str]:
    """JupyterLab on the folder home/notebooks; its address."""
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    (home / "notebooks").mkdir(exist_ok=True)
    lab = (sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={home / 'notebooks'}")
    with _lab(list(lab), home) as address:
        yield address


@contextlib.contextmanager
def learners_lab(course: Path, home: Path) -> Iterator[str]:
    """The learner's JupyterLab of a course, as `make lab` starts it; its address."""
    (home / "settings").mkdir(parents=True)
    with _lab([str(course / "scripts" / "learner-lab" / "start")], home, course) as address:
        yield address


@contextlib.contextmanager
def _lab(start: list[str], home: Path, folder: Path | None = None) -> Iterator[str]:
    port = _free_port()
    command = [
        *(*start, "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token="),
        *("--ServerApp.password=", "--ServerApp.disable_check_xsrf=True"),
        *("--expose-app-in-browser", f"--LabApp.workspaces_dir={home / 'workspaces'}"),
        f"--LabApp.user_settings_dir={home / 'settings'}",
    ]
    address = f"http://127.0.0.1:{port}"
    with _server(command, home, f"{address}/api/status", folder):
        yield address


@contextlib.contextmanager
def voila(home: Path, notebook: Path) -> Iterator[str]:
    """Voilà on one notebook, started in its folder as `make demo` does; its address."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "voila", notebook.name, "--no-browser"),
        *(f"--port={port}", "--Voila.ip=127.0.0.1"),
    ]
    address = f"http://127.0.0.1:{port}"
    with _server(command, home, f"{address}/voila/static/voila.js", notebook.parent):
        yield address


@contextlib.contextmanager
def _server(
    command: list[str], home: Path, answers: str, folder: Path | None = None
) -> Iterator[None]:
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data"}
    folders |= {"JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    own = {name: str(home / folder) for name, folder in folders.items()}
    own["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    log = home / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | own,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            _wait_for(answers, process, log)
            yield
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=2).read()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not come up:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


READY = """async () => {
  while (!window.jupyterapp?.shell?.currentWidget?.sessionContext)
    await new Promise((done) => setTimeout(done, 50));
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
}"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"


def open_in_lab(page: Any, address: str, name: str, run: bool = True) -> None:
    """Open a notebook and, if asked to, run all its cells and wait for the explorer."""
    page.goto(f"{address}/lab/tree/{name}?reset")  # no tabs of earlier pages
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=60_000)
    if run:
        page.evaluate(READY)
        page.evaluate(RUN_ALL)
        page.locator(".chainrule-explorer").first.wait_for(timeout=60_000)


LISTEN = """() => {
  const heard = (_, state) => { window.lastSave = state; };
  delete window.lastSave;
  window.jupyterapp.shell.currentWidget.context.saveState.connect(heard);
}"""
SAVE = "() => { window.jupyterapp.commands.execute('docmanager:save'); }"


def save(page: Any, ask: Callable[[], Any] | None = None) -> None:
    """Save the notebook, by `ask` if given, and wait until JupyterLab has said that it is saved.

    What is changed a moment later, by a message of the kernel, is no part of it.
    """
    page.evaluate(LISTEN)
    if ask is None:
        page.evaluate(SAVE)
    else:
        ask()
    page.wait_for_function("() => window.lastSave === 'completed'")


def run_code(page: Any, code: str) -> None:
    """Run code in the notebook's kernel, and wait until it has run."""
    page.evaluate(
        """async (code) => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          const reply = await kernel.requestExecute({ code }).done;
          if (reply.content.status !== "ok") throw new Error(reply.content.evalue);
        }""",
        code,
    )
