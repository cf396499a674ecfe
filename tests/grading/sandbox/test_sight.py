"""What is in sight in real layouts of Python, package and course, tried from inside."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from chainrule.cli import main
from tests.support import ROOT, courses
from tests.support.inside import environment, inside

SITE = next(path for path in sys.path if path.startswith(sys.prefix) and "site-p" in path)
SEEN = "import os\n[path for path in {places!r} if os.path.exists(path)]"
SECRET = "layout-secret.txt"
# Of all that is in sight: files named so, and what teaches in this package. The large folders that
# all tests have in common are left out.
EVERYTHING = f"""
import os
found = []
for folder, folders, files in os.walk("/"):
    common = ["/proc", "/usr/lib", "/usr/bin", "/usr/include", "/usr/share", {sys.base_prefix!r}]
    common += [{SITE!r}]
    folders[:] = [name for name in folders if os.path.join(folder, name) not in common]
    found += [os.path.join(folder, name) for name in files if name.startswith("layout-secret")]
    if os.path.basename(folder) == "chainrule":
        ours = {{"__init__.py", "errors.py", "records.py", "functions.py", "grading"}}
        found += sorted({{*folders, *files}} - ours)
found
"""
WORKS = "import numpy, chainrule.grading\nfrom chainrule import check\nint(numpy.ones(3).sum())"


@pytest.fixture(params=["/tmp", "/var/tmp"])  # learners have a /tmp of their own
def place(request):
    """A folder that everybody may enter, outside of pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="layout-", dir=request.param))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def course_in(root):
    """Make a course with a secret in its root and in a step's folder; return both folders."""
    (root / "source" / "ps1").mkdir(parents=True)
    for folder in (root, root / "source" / "ps1"):
        (folder / SECRET).write_text("the answers")
    return [root, root / "source"]


@pytest.mark.parametrize("starter", ["root", "ordinary"])
def test_an_environment_in_the_course(place, starter):
    hidden = course_in(place)
    python = environment(place / ".venv")
    works, found = inside(WORKS, EVERYTHING, python=python, starter=starter, out_of_sight=hidden)
    assert (works, found) == (3, [])


@pytest.mark.parametrize("starter", ["root", "ordinary"])
def test_an_environment_that_is_the_course(place, starter):
    hidden = course_in(place)
    python = environment(place, wheel=True)
    works, found = inside(WORKS, EVERYTHING, python=python, starter=starter, out_of_sight=hidden)
    assert (works, found) == (3, [])


@pytest.mark.parametrize("starter", ["root", "ordinary"])
def test_a_course_and_an_exchange_in_the_environment(place, starter):
    python = environment(place / "env", wheel=True)
    (site,) = (place / "env").glob("lib/python3*/site-packages")
    hidden = [*course_in(place / "env" / "lib" / "course"), *course_in(site / "exchange")]
    hidden.append(place / "env" / "bin" / "layout-secret.db")
    hidden[-1].write_text("a gradebook")
    works, listed, found = inside(
        WORKS,
        f"import os\nos.listdir({str(site / 'exchange')!r})",
        EVERYTHING.replace("layout-secret", "layout-secret.t"),
        python=python,
        starter=starter,
        out_of_sight=hidden,
    )
    assert (works, listed, found) == (3, [], [])


def test_an_environment_of_roots_own(place):
    python = environment(place / "env", wheel=True)
    (place / "env").chmod(0o700)
    place.chmod(0o700)
    works, found = inside(WORKS, EVERYTHING, python=python)
    assert (works, found) == (3, [])


def test_a_course_by_another_name(place):
    """A link to it in the environment, and one as the path that is hidden."""
    hidden = course_in(place / "env" / "lib" / "course")
    python = environment(place / "env")
    (place / "link").symlink_to("env/lib/course")
    (place / "env" / "lib" / "link").symlink_to(hidden[0])
    works, found = inside(WORKS, EVERYTHING, python=python, out_of_sight=[place / "link"])
    assert (works, found) == (3, [])


@pytest.mark.parametrize("place", ["/var/tmp"], indirect=True)
def test_an_environment_by_another_name(place):
    (place / "real").mkdir()
    (place / "link").symlink_to("real")
    (place / "real" / "other").mkdir()
    python = environment(place / "link" / "env", wheel=True)
    hidden = course_in(place / "real" / "env" / "lib" / "course")
    seen = SEEN.format(places=[str(place / "link" / "env" / "bin"), str(place / "real" / "other")])
    works, found, there = inside(WORKS, EVERYTHING, seen, python=python, out_of_sight=hidden)
    assert (works, found, there) == (3, [], [str(place / "link" / "env" / "bin")])


@pytest.mark.skipif(not os.path.exists("/usr/bin/python3"), reason="no Python of the system's")
@pytest.mark.parametrize("starter", ["root", "ordinary"])
def test_debians_python(place, starter):
    hidden = course_in(place / "course")
    python = environment(place / "env", python="/usr/bin/python3")
    works, local = inside(
        "import chainrule.grading, sys\nsys.base_prefix",
        "import os\nos.listdir('/usr/local') if os.path.exists('/usr/local') else []",
        python=python,
        starter=starter,
        out_of_sight=hidden,
    )
    assert works == "/usr"
    assert set(local) <= {"bin", "lib"}


def test_python_in_usr_local(place):
    """Also that nbgrader's exchange beside it is not shown, which lies there by default."""
    local = place / "local"
    left_out = shutil.ignore_patterns("test", "site-packages", "__pycache__")
    shutil.copytree(sys.base_prefix, local, symlinks=True, ignore=left_out)
    secrets = course_in(local / "share" / "nbgrader" / "exchange")
    python = ["env", f"PYTHONPATH={ROOT}:{SITE}", "/usr/local/bin/python3"]
    mounts = [(local, "/usr/local")]
    told = inside(
        WORKS,
        "import os, sys\n[sys.prefix, sys.base_prefix, sorted(os.listdir('/usr/local'))]",
        EVERYTHING,
        python=python,
        mounts=mounts,
    )
    parts = ["bin", "include", "lib"]
    assert secrets and told == [3, ["/usr/local", "/usr/local", parts], []]


def test_packages_elsewhere_are_shown_if_notebooks_import_them(place):
    for name in ("helpers", "other", "course/mine", "course/source/answers"):
        (place / name).mkdir(parents=True)
        (place / name / "__init__.py").touch()
    hidden = course_in(place / "course")
    paths = [ROOT, *(place / name for name in (".", "course", "course/source"))]
    told = inside(
        "import helpers, mine",
        "import importlib.util\n[n for n in ('other', 'answers') if importlib.util.find_spec(n)]",
        EVERYTHING,
        python=["env", f"PYTHONPATH={':'.join(map(str, paths))}", sys.executable],
        imports=["import helpers", "from mine import x", "import answers.one"],
        out_of_sight=hidden,
    )
    assert told == [None, [], []]


def test_a_second_installation_of_the_package_is_covered(place):
    python = environment(place / "env", wheel=True)
    told = inside(WORKS, EVERYTHING, python=["env", f"PYTHONPATH={ROOT}", python])
    assert told == [3, []]


def test_a_command_lists_it(tmp_path, capsys):
    courses.make_course(tmp_path, {"nb": courses.DOUBLE})
    courses.submit(tmp_path, "ada")
    before = sorted(tmp_path.rglob("*"))
    assert main(["sandbox", "--course-dir", str(tmp_path)]) == 0
    seen = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    assert seen["/usr/bin"] == seen["/etc/fonts"] == "read-only"
    assert seen["/tmp"] == seen["/dev/shm"] == "its own, empty"
    assert seen["/dev/null"] == "a device"
    assert "can be written to" not in seen.values()
    assert not [path for path in seen if path.startswith(str(tmp_path))]
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_covered_is_listed(tmp_path, capsys):
    exchange = "c.Exchange.root = '/usr/lib/locale'"
    courses.make_course(tmp_path, {"nb": courses.DOUBLE}, config=exchange)
    assert main(["sandbox", "--course-dir", str(tmp_path)]) == 0
    assert "/usr/lib/locale: covered\n" in capsys.readouterr().out
