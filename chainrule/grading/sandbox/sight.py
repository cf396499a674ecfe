"""What the sandbox shows of the file system: what programs and Python need, and nothing besides.

An empty root, and on it a list of places to show. A place that must not be seen and lies inside of
one that is shown, a course in an environment's folder, say, is covered; what is needed below that
is shown again. Links are followed here, so that each place has one name to be covered by.
"""

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..wall.learners_side import LEARNERS_SIDE, PACKAGE

SYSTEM = Path("/usr")
# Of a prefix: programs, libraries, what is compiled against them, a conda environment's own.
_PARTS = ("bin", "sbin", "lib*", "include", "pyvenv.cfg", "conda-meta", "ssl", "etc/fonts")
# Data that programs and libraries come with and read. The rest of share/ is where other services
# keep theirs: nbgrader's exchange lies in /usr/local/share by default.
_SHARED = (
    *("zoneinfo", "locale", "i18n", "icu", "terminfo", "tabset"),  # times, languages, terminals
    *("fonts", "fontconfig", "X11", "ghostscript", "poppler"),  # figures
    *("ca-certificates", "mime", "misc", "nltk_data", "proj", "gdal"),
    *(
        "git-core",
        "perl",
        "perl5",
        "python3",
        "tcltk",
        "texlive",
        "texmf",
        "texmf-dist",
        "R",
        "graphviz",
    ),
)
_CONFIGURATION = ("ld.so.cache", "localtime", "fonts", "ssl/certs", "alternatives", "mime.types")


@dataclass
class View:
    """shown, covered: real paths, outer ones first. links: a link's path -> what it says."""

    shown: list[Path] = field(default_factory=list)
    covered: list[Path] = field(default_factory=list)
    links: dict[Path, str] = field(default_factory=dict)

    def arguments(self) -> list[str]:
        """For bubblewrap, on an empty root."""
        arguments: list[str] = []
        made = {Path("/")}
        steps = [(path, "link") for path in self.links]
        steps += [(path, "show") for path in self.shown]
        steps += [(path, "cover") for path in self.covered]
        for path, what in sorted(steps, key=lambda step: (len(step[0].parts), step[0])):
            if what != "cover" and not self._is_inside(path):
                for parent in reversed(path.parents):
                    if parent not in made:  # bubblewrap would close them to others where they are
                        arguments += ["--dir", str(parent)]
                        made.add(parent)
            if what == "link":
                arguments += ["--symlink", self.links[path], str(path)]
            elif what == "show":
                arguments += ["--ro-bind", str(path), str(path)]
            elif path.is_dir():
                arguments += ["--tmpfs", str(path)]
            else:
                arguments += ["--ro-bind", os.devnull, str(path)]
        for path in reversed([path for path in self.covered if path.is_dir()]):
            arguments += ["--remount-ro", str(path)]
        return arguments

    def _is_inside(self, path: Path) -> bool:
        """Whether it lies in what is shown, and not covered."""
        inner = max(self._around(path), key=lambda place: len(place.parts), default=None)
        return inner in self.shown

    def _around(self, path: Path) -> list[Path]:
        return [place for place in path.parents if place in self.shown or place in self.covered]


def view(imports: list[str], out_of_sight: Iterable[str]) -> View:
    """What to show where notebooks run these import statements.

    out_of_sight: places that no learner may see, and that need not exist.
    """
    hidden = {Path(os.path.realpath(place)) for place in out_of_sight if os.path.lexists(place)}
    hidden -= {Path("/")}
    links: dict[Path, str] = {}
    wanted = {_followed(place, links) for place in [*_system(), *_environment()]}
    for place in _imported(imports):
        real = _followed(place, links)
        if not _is_in_a_closed_place(real, hidden):
            wanted.add(real)
    ours = {Path(os.path.realpath(copy)) for copy in _copies(wanted)}
    wanted |= {copy / name for copy in ours for name in LEARNERS_SIDE}
    wanted -= ours
    hidden |= ours
    found = View()
    places = {place for place in wanted if os.path.exists(place)} | hidden
    for place in sorted(places, key=lambda place: (len(place.parts), place)):
        inside = found._is_inside(place)
        if place in hidden and inside:
            found.covered.append(place)
        elif place not in hidden and not inside:
            found.shown.append(place)
    found.links = {link: said for link, said in links.items() if not found._is_inside(link)}
    return found


def _system() -> Iterator[Path]:
    for place in (Path("/"), SYSTEM):
        yield from (part for pattern in ("bin", "sbin", "lib*") for part in place.glob(pattern))
    yield from _parts(SYSTEM)
    yield from (Path("/etc", name) for name in _CONFIGURATION)


def _environment() -> Iterator[Path]:
    """The Python that runs, its environment, and the folders of packages besides."""
    yield from _parts(Path(sys.prefix))
    yield from _parts(Path(sys.base_prefix))
    yield Path(sys.executable)
    for entry in map(Path, sys.path):
        if entry.name in ("site-packages", "dist-packages"):
            yield entry
        if entry.is_dir() and entry.is_relative_to("/usr/local/lib"):
            yield from _parts(Path("/usr/local"))


def _parts(prefix: Path) -> Iterator[Path]:
    """Of a folder that programs are installed below, which may be a home or a course besides."""
    for pattern in _PARTS:
        yield from prefix.glob(pattern)
    if prefix != Path("/usr/local"):
        yield from (prefix / "share" / name for name in _SHARED)


def _imported(imports: list[str]) -> Iterator[Path]:
    """The packages and modules that notebooks import, wherever they lie."""
    for statement in imports:
        found = _spec(statement.split()[1].partition(".")[0])
        if found is None or found.origin in ("built-in", "frozen"):
            continue
        if found.submodule_search_locations:
            yield from map(Path, found.submodule_search_locations)
        elif found.origin is not None:
            yield Path(found.origin)


def _spec(name: str) -> Any:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None


def _copies(shown: set[Path]) -> Iterator[Path]:
    """This package, and whatever other installation of it lies in what is shown."""
    yield PACKAGE
    inside = f"{PACKAGE.name}/__init__.py"
    for place in shown:
        for pattern in (inside, f"*-packages/{inside}", f"python*/*-packages/{inside}"):
            yield from (found.parent for found in place.glob(pattern))


def _is_in_a_closed_place(path: Path, hidden: set[Path]) -> bool:
    """Whether it lies in a place to hide that holds no other: in source/, not in the course itself.

    A course's folder may hold a package that its notebooks import; a step's folder holds answers.
    """
    around = [place for place in hidden if path.is_relative_to(place)]
    return any(not any(p != q and p.is_relative_to(q) for p in hidden) for q in around)


def _followed(path: Path, links: dict[Path, str]) -> Path:
    """Its real path; the links on the way to it are added to `links`."""
    for _ in range(40):  # as many as the kernel follows
        link = next((p for p in [*reversed(path.parents), path] if p.is_symlink()), None)
        if link is None:
            break
        links[link] = os.readlink(link)
        path = Path(os.path.normpath(link.parent / links[link] / path.relative_to(link)))
    return path
