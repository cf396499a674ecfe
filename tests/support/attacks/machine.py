"""Attacks on the course folder, the machine, and the other submissions."""

from tests.support.attacks.course import Attack


def attacks_on_the_machine(root):
    """root: the folder of the course."""
    look = (
        "import os, glob\nfor place in [{place}]:\n    for at, _, names in os.walk(place):\n"
        "        for name in names:\n            try:\n"
        "                print(open(os.path.join(at, name), errors='replace').read())\n"
        "            except OSError as error:\n                print(error)"
    )
    write = (
        "import os\nfor place in [{place}]:\n    try:\n        os.makedirs(place, exist_ok=True)\n"
        "        open(os.path.join(place, 'cheated'), 'w').write('x')\n"
        "    except OSError as error:\n        print(error)"
    )
    course = repr(str(root))
    connect = (
        "import socket\nfor family, address in [(socket.AF_INET, ('127.0.0.1', 22)), "
        "(socket.AF_INET, ('198.51.100.1', 80))]:\n    try:\n"
        "        socket.create_connection(address, timeout=1)\n        print('connected')\n"
        "    except OSError as error:\n        print(error)"
    )
    fake_numpy = "def array(*a): return 0\nclass testing: assert_allclose = staticmethod(print)\n"
    kill = (
        "import os, signal\nfor process in [*range(2, 3000), os.getppid(), -1]:\n    try:\n"
        "        if process > 1 or process == -1:\n            os.kill(process, signal.SIGKILL)\n"
        "    except OSError:\n        pass"
    )
    linger = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        time.sleep(3600)\n    os._exit(0)"
    )
    return [
        Attack("reads the course", [look.format(place=course)]),
        Attack("reads home and var", [look.format(place="'/root', '/home', '/var', '/srv'")]),
        Attack("reads other processes", [look.format(place="'/proc/1/root', '/proc/1/cwd'")]),
        Attack("writes the course", [write.format(place=course)]),
        Attack(
            "writes the library",
            [
                "import numpy, os\nprint(os.access(numpy.__file__, os.W_OK))\n"
                "try:\n    open(numpy.__file__, 'a').write('\\n')\nexcept OSError as e: print(e)"
            ],
        ),
        Attack(
            "writes everywhere", [write.format(place="'/', '/usr', '/dev', '/etc', '/var/tmp'")]
        ),
        Attack(
            "leaves files for the next",
            [write.format(place="'/tmp', '/dev/shm', '/tmp/submission'")],
        ),
        Attack("connects", [connect]),
        Attack("kills the others", [kill]),
        Attack("lingers", [linger]),
        Attack(
            "runs commands",
            [
                "!cat /etc/shadow; ls -R /; id\nimport subprocess\n"
                "print(subprocess.run(['ls', '/'], capture_output=True))"
            ],
        ),
        Attack(
            "mounts",
            [
                "import ctypes\nlibc = ctypes.CDLL(None)\nprint(libc.umount2(b'/proc', 2),"
                " libc.mount(b'none', b'/tmp', b'tmpfs', 0, b''), libc.unshare(0x10000000))"
            ],
        ),
        Attack(
            "traces", ["import ctypes, os\nprint(ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0))"]
        ),
        Attack(
            "numpy beside the notebook", files={"numpy/__init__.py": fake_numpy, "numpy.py": "x"}
        ),
        Attack(
            "package beside the notebook",
            files={
                "chainrule/__init__.py": "grade = print",
                "sitecustomize.py": "print('mine')",
                "conftest.py": "",
                "IPython.py": "",
            },
        ),
        Attack(
            "escape sequences",
            ["print('\\x1b[2J\\x1b]0;owned\\x07')\nprint('<script>alert(1)</script>')"],
        ),
        Attack(
            "HTML output",
            [
                "from IPython.display import HTML, Javascript, display\n"
                "display(HTML('<script>alert(1)</script>'), Javascript('alert(1)'))"
            ],
        ),
    ]
