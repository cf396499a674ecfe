"""A Jupyter server with Formgrader on a course; it ends with the test."""

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path


@contextlib.contextmanager
def formgrader(course, private):
    """The address of a server on a course; private: a folder for its own configuration."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = [
        sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root",
        f"--ServerApp.root_dir={course}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=course, env=environment, text=True, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as server:  # fmt: skip
        lines = queue.SimpleQueue()
        reader = threading.Thread(target=_read, args=(server.stderr, lines))
        reader.start()
        try:
            said = []
            while (line := lines.get(timeout=120)) and "is running at" not in line:
                said.append(line)
            if not line:
                raise RuntimeError(f"the server did not start:\n{''.join(said)}")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            reader.join()


def _read(stream, lines):
    for line in stream:
        lines.put(line)
    lines.put("")
