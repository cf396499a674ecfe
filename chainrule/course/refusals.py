"""Why nbgrader refused, out of what it logged: a reason for each assignment, without the trace."""

import re

_BEGUN = re.compile(r"Updating/creating assignment '([^']*)'")
_ERROR = re.compile(r"\[\w+ \| (?:ERROR|CRITICAL)\] (.*)")
_LOGGED = re.compile(r"\[\w+ \| \w+\] ")
_CLASS = re.compile(r"[\w.]*(?:Error|Exception|Exit)\b: ?")


def reasons(said: str) -> dict[str, str]:
    """Assignment -> why it failed; "" for what concerns none, or is not known to."""
    found: dict[str, str] = {}
    assignment = ""
    for record in _records(said):
        if begun := _BEGUN.search(record[0]):
            assignment = begun[1]
        if error := _ERROR.match(record[0]):
            # Of a trace only the last line says what is wrong; the first trace is the cause.
            reason = record[-1] if error[1].startswith("Traceback") else error[1]
            if not _is_only_a_hint(reason):
                found.setdefault(assignment, _CLASS.sub("", reason.strip(), count=1))
    if not found:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        found[""] = lines[-1] if lines else "it said nothing"
    return found


def _records(said: str) -> list[list[str]]:
    """The lines of each thing that was logged, without empty ones."""
    records: list[list[str]] = []
    for line in said.splitlines():
        if _LOGGED.match(line) or not records:
            records.append([line])
        elif line.strip():
            records[-1].append(line)
    return records


def _is_only_a_hint(reason: str) -> bool:
    return "traceback" in reason or reason.startswith("There was an error processing assignment")
