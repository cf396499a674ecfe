"""What has to be the same on all machines, so that no mark depends on where it was given."""

import ast
import hashlib
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from ... import __version__

Versions = dict[str, str]  # "Python", "chainrule", and packages by the names that pip knows
PYTHON, OURS = "Python", "chainrule"
_MISSING = "none"


def versions(imports: Iterable[str]) -> Versions:
    """Of Python, of this package, and of the packages that these statements import."""
    names = {name.partition(".")[0] for statement in imports for name in _modules(statement)}
    known = metadata.packages_distributions()
    packages = {package for name in names for package in known.get(name, ())}
    return _here(sorted(packages - {OURS}))


def unlike(wanted: Mapping[str, str]) -> str:
    """What is another version here, as a clause; "" where nothing is."""
    here = _here(name for name in wanted if name not in (PYTHON, OURS))
    differs = [
        f"{name} {here[name]} in place of {version}"
        for name, version in wanted.items()
        if here[name] != version
    ]
    return f"it has {', '.join(differs)}" if differs else ""


def _here(packages: Iterable[str]) -> Versions:
    ours = f"{__version__} ({_digest_of_sources()})"
    return {
        PYTHON: platform.python_version(),
        OURS: ours,
        **{name: _version(name) for name in packages},
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return _MISSING


@cache
def _digest_of_sources() -> str:
    """Tells two checkouts of one version apart."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:8]


def _modules(statement: str) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(statement)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
    return found
