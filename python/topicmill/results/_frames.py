"""Columns as a table of the library that the user has."""

import importlib.util
import sys

import numpy as np

_KINDS = ("pandas", "polars", "numpy")


def kind_of(frames):
    """Which tables are made: those asked for, else those of a library that is loaded or installed."""
    if frames is not None:
        if frames not in _KINDS:
            raise ValueError(f"frames must be {', '.join(map(repr, _KINDS))} or None, got {frames!r}")
        return frames
    for name in ("pandas", "polars"):
        if name in sys.modules:
            return name
    return next((name for name in ("pandas", "polars") if importlib.util.find_spec(name)), "numpy")


def frame(columns, kind):
    """A table of `columns`: a mapping of names to arrays or lists of equal lengths."""
    if kind == "pandas":
        import pandas

        return pandas.DataFrame(columns)
    if kind == "polars":
        import polars

        return polars.DataFrame(columns)
    return {name: _as_array(values) for name, values in columns.items()}


def _as_array(values):
    if isinstance(values, np.ndarray):
        return values
    if any(value is None or isinstance(value, (list, str)) for value in values):
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return array
    return np.array(values)
