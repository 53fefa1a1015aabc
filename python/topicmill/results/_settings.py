"""Settings of a build as the text of a `topicmill.toml`."""

import json
import os
import tomllib
from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path

from topicmill import _native


def settings_text(config, given):
    """The configuration `config`, a file or a mapping, with what was `given` over it."""
    if config is None:
        table = {}
    elif isinstance(config, Mapping):
        table = dict(config)
    else:
        # It knows the lines of the file.
        _native.check_config(config)
        table = tomllib.loads(Path(config).read_text(encoding="utf-8"))
    for key, value in given.items():
        if value is None:
            continue
        section, _, name = key.rpartition(".")
        if section:
            table[section] = {**table.get(section, {}), name: value}
        else:
            table[name] = value
    return _to_toml(table)


def _to_toml(table):
    lines, sections = [], []
    for key, value in table.items():
        if isinstance(value, Mapping):
            sections += [f"[{_string(key)}]", *_pairs(value)]
        else:
            lines += _pairs({key: value})
    return "\n".join([*lines, *sections, ""])


def _pairs(table):
    return [f"{_string(key)} = {_value(value)}" for key, value in table.items() if value is not None]


def _value(value):
    # NumPy's truths are no bool.
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return repr(float(value))
    if isinstance(value, (str, os.PathLike)):
        return _string(os.fspath(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return f"[{', '.join(map(_value, items))}]"
    raise TypeError(f"a setting is a truth, a number, a string or a list of these, got {type(value).__name__}")


def _string(text):
    # JSON's escapes are TOML's, which has one control character more.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
