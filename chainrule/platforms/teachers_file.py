"""A table that a teacher has downloaded: fields are exchanged in it, every other byte stays.

Nothing is written anew from what was understood: a field is a place in the text, so that quotes,
ends of lines, a mark at the beginning and whatever else is there are as they were.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chainrule.errors import ChainruleError

_DELIMITERS = ",;\t"
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


class FileError(ChainruleError):
    """The teacher's file cannot be filled in; the message says what was seen and what to do."""


@dataclass(frozen=True)
class Field:
    """A field: where it stands in the text, quotes included, and what it says."""

    start: int
    end: int
    text: str

    @property
    def value(self) -> str:
        text = self.text
        if len(text) >= 2 and text[0] == text[-1] == '"':
            return text[1:-1].replace('""', '"')
        return text


@dataclass(frozen=True)
class Table:
    """mark: the bytes before the text. rows: the first are the titles."""

    mark: bytes
    encoding: str
    text: str
    delimiter: str
    rows: list[list[Field]]

    @property
    def titles(self) -> list[str]:
        return [field.value.strip() for field in self.rows[0]]

    def value(self, row: int, column: int) -> str:
        """What a field says; "" where the row is too short to have it."""
        fields = self.rows[row]
        return fields[column].value.strip() if 0 <= column < len(fields) else ""

    def numbers(self, column: int) -> list[float]:
        """What are numbers in a column, below its title."""
        found = (number(self.value(row, column)) for row in range(1, len(self.rows)))
        return [value for value in found if value is not None]

    @cached_property
    def decimal(self) -> str:
        """The sign before decimals: as in the file, else as where `;` stands between fields."""
        values = [field.value.strip() for row in self.rows[1:] for field in row]
        numbers = [value for value in values if _NUMBER.fullmatch(value)]
        for sign in ".,":
            if any(sign in value for value in numbers):
                return sign
        return "," if self.delimiter == ";" else "."

    def filled(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """The file with these fields, (row, column) -> text, in place of what they say."""
        made, at = [], 0
        for (row, column), value in sorted(values.items()):
            field = self.rows[row][column]
            quoted = field.text.startswith('"') or self.delimiter in value
            made += [self.text[at : field.start], f'"{value}"' if quoted else value]
            at = field.end
        return self.mark + "".join([*made, self.text[at:]]).encode(self.encoding)

    def written(self, value: float) -> str:
        """A number as the file writes them, with two decimals at most."""
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", self.decimal)


def number(text: str) -> float | None:
    """A number with a point or a comma before its decimals; None if it is none."""
    text = text.strip()
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def read_table(path: Path) -> Table:
    """The table in a file. Raises FileError."""
    data = path.read_bytes()
    if data.startswith(b"PK\x03\x04"):
        raise FileError(f"{path} is a workbook or an archive: save the sheet as CSV.")
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    text, encoding = _decoded(data[len(mark) :], _MARKS.get(mark), path)
    first, begin = text.partition("\n")[0], 0
    if told := re.fullmatch(r"sep=(.)\r?", first):  # Excel's own way to say it
        delimiter, begin = told[1], len(first) + 1
    else:
        bare = re.sub(r'"[^"]*"', "", first)
        delimiter = max(_DELIMITERS, key=bare.count)
        if delimiter not in bare:
            raise FileError(
                f"{path} is no table with several columns: its first line is {first!r:.80}."
            )
    return Table(mark, encoding, text, delimiter, _rows(text, begin, delimiter))


def _decoded(data: bytes, marked: str | None, path: Path) -> tuple[str, str]:
    for encoding in [marked] if marked else ["utf-8", "cp1252", "latin-1"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.encode(encoding) == data:
            return text, encoding
    raise FileError(f"{path} is no text that can be read.")


def _rows(text: str, at: int, delimiter: str) -> list[list[Field]]:
    mark = re.escape(delimiter)
    pattern = re.compile(
        rf'(?P<field>"[^"]*+(?:""[^"]*+)*+(?:"[^{mark}\r\n]*+)?|[^{mark}\r\n]*+)'
        rf"(?P<after>{mark}|\r\n|\n|\r|\Z)"
    )
    rows: list[list[Field]] = [[]]
    while at < len(text) or rows[-1]:
        found = pattern.match(text, at)
        if found is None:  # an opening quote is never closed: the rest is one field
            rows[-1].append(Field(at, len(text), text[at:]))
            break
        rows[-1].append(Field(found.start("field"), found.end("field"), found["field"]))
        at = found.end()
        if found["after"] != delimiter:
            if at == len(text):
                break
            rows.append([])
    return rows
