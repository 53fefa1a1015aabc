"""Documents that are at hand in Python, as a source of a build."""

import json
import os
from collections.abc import Mapping, Set
from pathlib import Path


def sources_of(source, folder):
    """The sources that a user gave: addresses and paths as strings.

    Documents themselves, rows of a table or mappings, are written as JSON lines into `folder`.
    """
    if isinstance(source, (str, os.PathLike)):
        return [os.fspath(source)]
    documents = _documents(source)
    if documents is None:
        return [os.fspath(one) for one in source]
    if not documents:
        raise ValueError("at least 2 documents are needed, got none")
    path = Path(folder) / "documents.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for document in documents:
            present = {key: value for key, value in document.items() if not _is_missing(value)}
            file.write(_line(present) + "\n")
    return [os.fspath(path)]


def _documents(source):
    """The mappings of a table or of an iterable of them; None when it is of something else."""
    if hasattr(source, "to_dicts"):
        return source.to_dicts()
    if hasattr(source, "to_dict") and hasattr(source, "columns"):
        return source.to_dict("records")
    source = list(source)
    kinds = {"path" if isinstance(one, (str, os.PathLike)) else "document" if isinstance(one, Mapping) else None for one in source}
    if None in kinds or len(kinds) > 1:
        wrong = next(one for one in source if not isinstance(one, (str, os.PathLike)))
        raise TypeError(
            "source must be an address or a path, a list of these, a table, or a list of documents "
            f"(mappings with a text), got {type(wrong).__name__} in it"
        )
    return None if kinds == {"path"} else source


def _line(document):
    """A document as JSON, which has no numbers that are not finite: they are null."""
    try:
        return json.dumps(document, default=_plain, allow_nan=False)
    except ValueError:
        read = json.loads(json.dumps(document, default=_plain), parse_constant=lambda name: None)
        return json.dumps(read)


def _is_missing(value):
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NaTType", "NAType")


def _plain(value):
    """What JSON has not: bytes as the text that they are in UTF-8, sets as sorted lists, dates by their ISO
    form, NumPy's numbers and arrays as Python's, what is missing as null, and everything else as its text."""
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "replace")
    if isinstance(value, Set):
        values = [_plain(one) if isinstance(one, bytes) else one for one in value]
        try:
            return sorted(values)
        except TypeError:
            return sorted(values, key=str)
    if _is_missing(value):
        return None
    for name in ("isoformat", "tolist"):
        if hasattr(value, name):
            return getattr(value, name)()
    return str(value)
