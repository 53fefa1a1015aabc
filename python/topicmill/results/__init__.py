"""Documents to a site, and a site's results as tables."""

from topicmill.results._build import build
from topicmill.results._result import Result, open

__all__ = ["Result", "build", "open"]
