"""How many threads work takes."""

import os


def n_threads(n_jobs):
    """The number of threads that `n_jobs` asks for.

    None means every processor that this process may use, or as many as `OMP_NUM_THREADS` allows:
    joblib sets it in its workers, so that they do not crowd each other. Negative numbers count from
    the number of processors, as in scikit-learn: -1 is all of them.
    """
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if n_jobs is None:
        allowed = os.environ.get("OMP_NUM_THREADS", "")
        return min(available, int(allowed)) if allowed.isdigit() and int(allowed) > 0 else available
    if n_jobs == 0:
        raise ValueError("n_jobs == 0 has no meaning")
    return n_jobs if n_jobs > 0 else max(1, available + 1 + n_jobs)
