"""A PostgreSQL server of Debian's package on loopback, with a database and a password."""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

USER = "teacher"


def programs():
    """Where Debian keeps the server's programs, of the newest version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    assert found, "PostgreSQL is not installed: make setup"
    return found[-1]


class Server:
    """A running server. url(name): the address of a database, with the password in it."""

    def __init__(self, folder, port):
        self.folder, self.port, self.password = folder, port, secrets.token_hex(8)

    def url(self, name, password=None):
        secret = self.password if password is None else password
        return f"postgresql+psycopg://{USER}:{secret}@127.0.0.1:{self.port}/{name}"

    def create(self, name):
        self._as_server("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", USER, name)
        return self.url(name)

    def start(self):
        (self.folder / "password").write_text(self.password)
        data = self.folder / "data"
        self._as_server("initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", "--no-sync",
                        "-E", "UTF8", f"--pwfile={self.folder / 'password'}")  # fmt: skip
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder} -F"
        log = self.folder / "log"
        self._as_server("pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")

    def stop(self):
        self._as_server("pg_ctl", "-D", self.folder / "data", "-m", "fast", "-w", "stop")

    def _as_server(self, program, *arguments):
        """The server refuses to be root's."""
        user = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("postgres")
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        environment = os.environ | {"PGPASSWORD": self.password, "LC_ALL": "C.UTF-8"}
        with tempfile.TemporaryFile() as said:
            command = [programs() / program, *map(str, arguments)]
            done = subprocess.run(
                command, stdout=said, stderr=said, cwd=self.folder, env=environment, **user
            )
            said.seek(0)
            assert done.returncode == 0, said.read().decode()


@contextlib.contextmanager
def server():
    """In a folder of its own, since the server's user cannot reach those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="chainrule-postgresql-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Server(folder, port)
    try:
        running.start()
        yield running
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            running.stop()
        shutil.rmtree(folder, ignore_errors=True)
