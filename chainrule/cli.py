"""The command line: each command parses its arguments and calls one function of the package."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Commands = Any  # what add_subparsers returns; its class has no public name


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="chainrule", description="A course on backpropagation.")
    commands = parser.add_subparsers(required=True, metavar="command")
    add_release(commands)
    chosen = parser.parse_args(arguments)
    return chosen.run(chosen)


def add_course(parser: argparse.ArgumentParser) -> None:
    """The option that every command about a course has."""
    parser.add_argument(
        "--course", type=Path, default=Path(), help="the course's folder (default: this one)"
    )


def add_release(commands: Commands) -> None:
    parser = commands.add_parser("release", help="make release/ from source/")
    parser.add_argument("--check", action="store_true", help="only say which files are stale")
    add_course(parser)
    parser.set_defaults(run=run_release)


def run_release(chosen: argparse.Namespace) -> int:
    from chainrule.course import CourseError, release, stale

    try:
        if not chosen.check:
            release(chosen.course)
            return 0
        old = stale(chosen.course)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    if old:
        print(f"release/ is stale: {', '.join(old)}. Run `make release`.", file=sys.stderr)
    return 1 if old else 0
