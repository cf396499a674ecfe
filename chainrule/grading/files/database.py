"""What is wrong with a gradebook's database, in one line that never holds its password."""

import re

_PASSWORD = re.compile(r"(?<=://)([^@/\s]*?):[^\s]*(?=@)")
_NAMED = re.compile(r"((?:password|passwd|pwd)\s*=\s*)[^&\s]+", re.IGNORECASE)
_DRIVERS = {
    "psycopg": "pip install 'psycopg[binary]'",
    "psycopg2": "write postgresql+psycopg:// and pip install 'psycopg[binary]'",
}


def problem(error: Exception, db_url: str) -> str:
    """Why the database cannot be used, and its address."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        remedy = _DRIVERS.get(error.name, f"pip install {error.name}")
        why = f"{error.name} is not installed: {remedy}"
    elif db_url.partition("://")[2].partition("/")[0].count("@") > 1:
        why = "an @ in its password has to be written %40"  # the error would show what follows it
    else:
        why = " ".join(str(getattr(error, "orig", None) or error).split())
    return shown(f"({why}): {db_url}")


def shown(text: str) -> str:
    """A text with addresses of databases in it, each without its password."""
    return _NAMED.sub(r"\1***", _PASSWORD.sub(r"\1:***", text))
