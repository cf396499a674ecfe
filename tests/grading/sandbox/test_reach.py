"""What one learner's process does reaches neither the warm process nor another learner's."""

import os
import signal
from dataclasses import replace

import pytest

from chainrule.grading.limits import MIB
from tests.support.learners import LIMITS, learner, run, sandbox, warm_process

SHARED = (
    "import mmap, builtins; builtins.shared = mmap.mmap(-1, 8192); shared[0] = 1;"
    "builtins.locked = mmap.mmap(-1, 4096, prot=mmap.PROT_READ)"
)
SIGNALS = f"""import os, signal
for number in {int(signal.SIGSTOP)}, {int(signal.SIGTERM)}, {int(signal.SIGKILL)}:
    for whom in 0, -1, os.getppid(), -os.getppid():
        try: os.kill(whom, number)
        except OSError: pass
"""


@pytest.mark.parametrize("confined", [True, False])
def test_a_process_group_and_a_session_of_its_own(confined):
    with sandbox(confined=confined) as made, learner(made.fork) as process:
        same = "import os\nprint(os.getpid() == os.getpgid(0) == os.getsid(0))"
        assert run(process, same) == "True"


def test_signals_reach_nobody_else():
    with sandbox() as made, learner(made.fork) as other:
        assert run(other, "print('before')") == "before"
        with learner(made.fork) as process:
            assert run(process, SIGNALS + "print('still here')") == "still here"
        assert run(other, "print('after')") == "after"
        with learner(made.fork) as third:
            assert run(third, "print('new')") == "new"
        assert os.path.exists(f"/proc/{warm_process(made)}")


@pytest.mark.parametrize("confined", [True, False])
def test_memory_that_a_module_shares_is_each_learners_own(confined):
    write = "shared[0] += 1\nshared[4096] = 9\nprint(shared[0], shared[4096])"
    within = "import os\nif os.fork() == 0:\n    shared[1] = 5\n    os._exit(0)\n"
    within += "os.wait()\nprint(shared[1])"
    with sandbox(confined=confined, imports=[SHARED]) as made:
        for _ in range(2):
            with learner(made.fork) as process:
                assert run(process, write) == "2 9"
                assert run(process, within) == "5"  # what it starts shares it with it


def test_a_lock_of_a_module_is_no_others():
    """As that of tqdm, which all bars take; in the sandbox none can be made before the fork."""
    lock = "import multiprocessing, builtins; builtins.lock = multiprocessing.Lock()"
    with sandbox(confined=False, imports=[lock]) as made:
        for _ in range(2):
            with learner(made.fork) as process:
                assert run(process, "print(lock.acquire(timeout=0))") == "True"


def test_nothing_is_inherited_but_the_wire():
    opened = "import os\nfound = []\nfor n in range(3, 4096):\n    try: os.fstat(n)\n"
    opened += "    except OSError: continue\n    found.append(n)\nprint(len(found))"
    with sandbox() as made, learner(made.fork) as first, learner(made.fork) as second:
        assert run(first, opened) == run(second, opened) == "1"


def test_the_machines_settings_are_read_only():
    writable = """import os
for folder, folders, files in os.walk('/proc'):
    folders[:] = [f for f in folders if not f.isdigit() and f not in ('self', 'thread-self')]
    for name in files:
        try: os.close(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_NONBLOCK))
        except OSError: continue
        print(os.path.join(folder, name))
print('.')"""
    with sandbox() as made, learner(made.fork) as process:
        assert run(process, writable) == "."


def test_terminals_are_few_and_its_own():
    take = "import os\nheld = []\ntry:\n    while True: held.append(os.openpty())\n"
    take += "except OSError: print(len(held))"
    with sandbox() as made, learner(made.fork) as greedy, learner(made.fork) as honest:
        assert run(greedy, take) == "16"
        assert run(honest, "!echo hello") == "hello"
        assert run(honest, "import os\nprint(os.ttyname(os.openpty()[1]))") == "/dev/pts/0"


REFUSED = {
    "vsock": "import socket\nsocket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
    "kernel's cryptography": "import socket\nsocket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
    "/dev/zero as memory": "import mmap, os\nmmap.mmap(os.open('/dev/zero', os.O_RDWR), 4096)",
    "huge pages": "import mmap\nmmap.mmap(-1, 2**21, flags=mmap.MAP_PRIVATE | 0x40000)",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_others_share_or_nobody_counts_is_refused(name):
    with sandbox() as made, learner(made.fork) as process:
        error = run(process, REFUSED[name])
    assert isinstance(error, list) and error[0] in ("OSError", "PermissionError"), error


def test_the_kernels_own_queues_are_refused():
    cell = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    cell += "print([libc.semget(0, 1, 0o600), libc.msgget(0, 0o600), libc.inotify_init(),"
    cell += " libc.vmsplice(0, None, 0, 0), libc.syscall(206, 1, None)])"
    with sandbox() as made, learner(made.fork) as process:
        assert run(process, cell) == "[-1, -1, -1, -1, -1]"
        assert run(process, "print(ctypes.get_errno())") == "1"  # EPERM


HONEST = {
    "a pool": "with ctx.Pool(2) as pool: print(pool.map(abs, [-1, 2]))",
    "a queue": "q = ctx.Queue()\np = ctx.Process(target=q.put, args=(4,))\np.start()\n"
    "print(q.get())\np.join()",
    "a value and its lock": "v = ctx.Value('i', 3)\ndef add():\n"
    "    with v.get_lock(): v.value += 1\n"
    "p = ctx.Process(target=add)\np.start()\np.join()\nprint(v.value)",
    "shared memory": "from multiprocessing import shared_memory\n"
    "s = shared_memory.SharedMemory(create=True, size=10)\ns.buf[0] = 4\nprint(s.buf[0])\n"
    "s.close()\ns.unlink()",
    "a manager": "with ctx.Manager() as m:\n    d = m.dict(a=4)\n    print(dict(d))",
    "anonymous memory": "import mmap, os\nm = mmap.mmap(-1, 10)\n"
    "if os.fork() == 0:\n    m[0] = 4\n    os._exit(0)\nos.wait()\nprint(m[0])",
    "a shell": "!head -c 2 /dev/zero | wc -c",
    "asyncio": "import asyncio\nasync def go():\n    await asyncio.sleep(0)\n    return 4\n"
    "from threading import Thread\nt = Thread(target=lambda: print(asyncio.run(go())))\n"
    "t.start()\nt.join()",
    "threads": "from concurrent.futures import ThreadPoolExecutor\n"
    "with ThreadPoolExecutor(8) as pool: print(sum(pool.map(abs, range(9))))",
}
SAID = ["[1, 2]", "4", "4", "4", "{'a': 4}", "4", "2", "4", "36"]


def test_honest_code_goes_on_working():
    with sandbox() as made, learner(made.fork) as process:
        run(process, "import multiprocessing\nctx = multiprocessing.get_context('fork')")
        assert [run(process, cell) for cell in HONEST.values()] == SAID


def test_loaders_with_workers_go_on_working():
    torch = pytest.importorskip("torch")
    cell = "from torch.utils.data import DataLoader\n"
    cell += "print(sum(int(b.sum()) for b in DataLoader(range(20), num_workers=2)))"
    limits = replace(LIMITS, memory_bytes=2048 * MIB)
    imports = [f"import {torch.__name__}"]
    with sandbox(limits, imports=imports) as made, learner(made.fork, limits) as process:
        assert run(process, cell) == "190"
