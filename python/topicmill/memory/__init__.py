"""Results that are kept, values that have a digest, and functions that run in parallel: joblib's interface."""

from topicmill.memory._digest import hash
from topicmill.memory._function import MemorizedFunc, MemorizedResult, NotMemorizedFunc, NotMemorizedResult
from topicmill.memory._memory import Memory, expires_after
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
    "expires_after",
    "hash",
    "load",
]
