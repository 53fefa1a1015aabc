"""Results that are kept, values that have a digest, and functions that run in parallel: joblib's interface."""

from topicmill.memory._digest import hash
from topicmill.memory._memory import MemorizedFunc, MemorizedResult, Memory, NotMemorizedFunc, NotMemorizedResult
from topicmill.memory._parallel import Parallel, delayed
from topicmill.memory._persist import dump, load

__all__ = [
    "MemorizedFunc",
    "MemorizedResult",
    "Memory",
    "NotMemorizedFunc",
    "NotMemorizedResult",
    "Parallel",
    "delayed",
    "dump",
    "hash",
    "load",
]
