"""A pytest plugin that runs another package's own tests against ours.

    python -m pytest -p peers.rebind --suite sklearn_text --pyargs sklearn.feature_extraction.tests.test_text

The suite's file beside this one (`sklearn_text.toml`) says which names are bound to which of ours
before the tests are imported, and which tests are left out, each with its reason. The run fails

- when one of our classes is a subclass of the one whose place it takes,
- when the native half learnt nothing while the tests ran,
- when a test that is left out does not exist, or more are left out than the suite allows.
"""

import importlib
import inspect
import re
import tomllib
from pathlib import Path

import pytest
import topicmill
from topicmill import _native

HERE = Path(__file__).parent


def pytest_addoption(parser):
    parser.addoption("--suite", required=True, help="the name of a .toml file beside the plugin")


def pytest_configure(config):
    with open(HERE / f"{config.getoption('suite')}.toml", "rb") as file:
        suite = tomllib.load(file)
    config.pluginmanager.register(Rebinding(suite), "rebinding")


class Rebinding:
    """The names of one suite, bound to ours."""

    def __init__(self, suite):
        self.left_out = suite.get("left_out", [])
        self.at_most = suite["at_most"]
        self.bound = 0
        for module, names in suite["bind"].items():
            for name in names:
                self.bind(importlib.import_module(module), name)
        self.counts = suite.get("counts", True)
        self.fits_before = _native.n_fits()

    def bind(self, module, name):
        theirs, ours = getattr(module, name), getattr(topicmill, name)
        if inspect.isclass(ours) and inspect.isclass(theirs) and issubclass(ours, theirs):
            raise pytest.UsageError(f"topicmill.{name} is a subclass of {theirs.__module__}.{name}")
        setattr(module, name, ours)
        self.bound += 1

    def pytest_collection_modifyitems(self, session, config, items):
        kept, out, used = [], [], set()
        for item in items:
            name = item.nodeid.partition("::")[2]
            patterns = [one["test"] for one in self.left_out if matches(name, one["test"])]
            (out if patterns else kept).append(item)
            used.update(patterns)
        unused = [one["test"] for one in self.left_out if one["test"] not in used]
        if unused:
            raise pytest.UsageError(f"left out, but not there: {', '.join(unused)}")
        if len(out) > self.at_most * len(items):
            raise pytest.UsageError(f"{len(out)} of {len(items)} are left out, at most {self.at_most:.0%} may be")
        config.hook.pytest_deselected(items=out)
        items[:] = kept

    def pytest_sessionfinish(self, session, exitstatus):
        if self.counts and exitstatus == 0 and _native.n_fits() == self.fits_before:
            session.exitstatus = 1
            session.config.get_terminal_writer().line("the native half did nothing", red=True)

    def pytest_terminal_summary(self, terminalreporter):
        fits = _native.n_fits() - self.fits_before
        terminalreporter.line(f"{self.bound} names bound to topicmill's, {fits} native fits")


def matches(name, pattern):
    """Whether the regular expression is that of the whole name, or of the name without its case."""
    return any(re.fullmatch(pattern, one) for one in (name, name.partition("[")[0]))
