"""Tables, columns and labels of pandas, made of arrays and lists; see `library_values`.

pandas is imported where there is a value of it, and not before.
"""

import re
from typing import Any

import numpy as np

from .kinds import Kind, NotPlain, Parts

# Types of columns with a mask for what is missing, by their names.
_MASKED = {
    *("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"),
    *("Float32", "Float64", "boolean"),
}
_ZONE = re.compile(r"[A-Za-z][\w+-]*(/[\w+-]+)*|UTC[+-]\d\d:\d\d")


def _values_apart(labelled: Any) -> Parts:
    """The values of a column or an index, without their labels."""
    import pandas

    kind = labelled.dtype
    if isinstance(kind, np.dtype):
        return ["plain", np.array(labelled)]
    values = labelled.array
    if isinstance(kind, pandas.CategoricalDtype):
        return ["category", np.array(values.codes), values.categories, bool(kind.ordered)]
    if isinstance(kind, pandas.DatetimeTZDtype):
        utc = np.array(pandas.DatetimeIndex(labelled).tz_convert("UTC").tz_localize(None))
        return ["zone", utc, str(kind.tz), kind.unit]
    if isinstance(kind, pandas.StringDtype):
        return ["string", _with_none(values), kind.storage, kind.na_value is pandas.NA]
    if str(kind) in _MASKED:
        return ["masked", _with_none(values), str(kind)]
    raise NotPlain(f"a column of the type {kind}")


def _with_none(values: Any) -> list[Any]:
    """Its values, None where one is missing."""
    missing = np.asarray(values.isna()).tolist()
    return [None if gone else one for one, gone in zip(values, missing, strict=True)]


def _values(kind: str, *parts: Any) -> Any:
    import pandas

    if kind == "plain":
        return parts[0]
    if kind == "category":
        codes, categories, ordered = parts
        return pandas.Categorical.from_codes(codes, categories=categories, ordered=ordered)
    if kind == "zone":
        utc, zone, unit = parts
        index = pandas.DatetimeIndex(utc).tz_localize("UTC").tz_convert(_zone(zone))
        return index.as_unit(unit).array
    if kind == "string":
        texts, storage, is_na = parts
        missing = pandas.NA if is_na else np.nan
        return pandas.array(texts, dtype=pandas.StringDtype(storage, na_value=missing))
    if kind == "masked" and parts[1] in _MASKED:
        return pandas.array(*parts)
    raise ValueError("no kind of column")


def _index_apart(index: Any) -> Parts:
    import pandas

    if isinstance(index, pandas.RangeIndex):
        return ["range", index.start, index.stop, index.step, index.name]
    if isinstance(index, pandas.MultiIndex):
        codes = [np.array(code) for code in index.codes]
        return ["levels", list(index.levels), codes, list(index.names)]
    return ["values", _values_apart(index), index.name, getattr(index, "freqstr", None)]


def _index(kind: str, *parts: Any) -> Any:
    import pandas

    if kind == "range":
        start, stop, step, name = parts
        return pandas.RangeIndex(start, stop, step, name=name)
    if kind == "levels":
        levels, codes, names = parts
        return pandas.MultiIndex(levels=levels, codes=codes, names=names)
    if kind == "values":
        made, name, often = parts
        values = _values(*made)
        index = pandas.Index(values, dtype=values.dtype, name=name)
        if often is not None:
            index.freq = often
        return index
    raise ValueError("no kind of index")


def _series_apart(series: Any) -> Parts:
    _has_no_more(series)
    return [_values_apart(series), series.index, series.name]


def _series(column: Parts, index: Any, name: Any) -> Any:
    import pandas

    values = _values(*column)
    return pandas.Series(values, index=index, name=name, dtype=values.dtype)


def _frame_apart(frame: Any) -> Parts:
    _has_no_more(frame)
    columns = [_values_apart(frame.iloc[:, number]) for number in range(frame.shape[1])]
    return [columns, frame.index, frame.columns]


def _frame(columns: list[Parts], index: Any, names: Any) -> Any:
    import pandas

    data = {number: _values(*column) for number, column in enumerate(columns)}
    frame = pandas.DataFrame(data, index=index)
    frame.columns = names
    return frame


def _has_no_more(value: Any) -> None:
    if value.attrs:
        raise NotPlain(f"a {type(value).__name__} with attributes of its own")


def _timestamp_apart(stamp: Any) -> Parts:
    zone = None if stamp.tz is None else str(stamp.tz)
    utc = stamp if zone is None else stamp.tz_convert("UTC").tz_localize(None)
    return [utc.to_datetime64(), zone, stamp.unit]


def _timestamp(utc: Any, zone: str | None, unit: str) -> Any:
    import pandas

    stamp = pandas.Timestamp(utc).as_unit(unit)  # type: ignore[arg-type]  # refuses other words
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(_zone(zone))


def _zone(name: str) -> str:
    # With some beginnings, pandas reads a file of any name.
    if not _ZONE.fullmatch(name) or name.startswith("dateutil"):
        raise ValueError("no time zone")
    return name


def _timedelta(span: Any, unit: str) -> Any:
    import pandas

    return pandas.Timedelta(span).as_unit(unit)  # type: ignore[arg-type]  # refuses other words


def _only(name: str) -> Any:
    """A value of which there is only one."""
    import pandas

    return getattr(pandas, {"NAType": "NA", "NaTType": "NaT"}[name])


_INDEXES = ("Index", "RangeIndex", "MultiIndex", "DatetimeIndex", "TimedeltaIndex",
            "CategoricalIndex")  # fmt: skip
KINDS = (
    Kind("pandas", "DataFrame", _frame_apart, _frame, changes=True),
    Kind("pandas", "Series", _series_apart, _series, changes=True),
    *(Kind("pandas", name, _index_apart, _index) for name in _INDEXES),
    Kind("pandas", "Timestamp", _timestamp_apart, _timestamp),
    Kind(
        "pandas",
        "Timedelta",
        lambda span: [span.to_timedelta64(), span.unit],
        _timedelta,
    ),
    Kind("pandas", "NAType", lambda _: ["NAType"], _only),
    Kind("pandas", "NaTType", lambda _: ["NaTType"], _only),
)
