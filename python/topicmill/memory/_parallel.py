"""Functions that run in parallel, in processes or threads."""

import functools
import numbers
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from topicmill._threads import n_threads

#: The processes of this module, by their number and environment. Those of joblib are its own: it cannot go on with
#: others in their place.
_EXECUTORS = {}
_LOCK = threading.Lock()


def delayed(function):
    """A function whose call is put off: `delayed(f)(1, x=2)` is the call of `f(1, x=2)`, not made yet.

    Parameters
    ----------
    function : callable
        The function.

    Returns
    -------
    delayed : callable
        Takes the arguments and returns the call, for `Parallel`.
    """

    @functools.wraps(function)
    def call(*arguments, **keywords):
        return function, arguments, keywords

    return call


class Parallel:
    """Runs calls in parallel; results come in the order of the calls.

    Parameters
    ----------
    n_jobs : int, default=None
        How many at once; None is one, -1 all processors.
    backend : {None, 'loky', 'multiprocessing', 'processes', 'threading', 'threads'}, default=None
        Processes (loky's; functions and lambdas of any kind), or threads.
    return_as : {'list', 'generator', 'generator_unordered'}, default='list'
        What comes back.
    verbose : int, default=0
        Whether progress is told.
    timeout : float, default=None
        Seconds that a result may take.
    batch_size : int or 'auto', default='auto'
        Calls that are sent together.
    pre_dispatch, temp_folder, max_nbytes, mmap_mode, prefer, require
        Of joblib; `prefer='threads'` and `require='sharedmem'` choose threads.

    Examples
    --------
    >>> import topicmill as tm
    >>> tm.Parallel(n_jobs=2, backend="threading")(tm.delayed(pow)(n, 2) for n in range(4))
    [0, 1, 4, 9]
    """

    def __init__(
        self,
        n_jobs=None,
        backend=None,
        return_as="list",
        verbose=0,
        timeout=None,
        pre_dispatch="2 * n_jobs",
        batch_size="auto",
        temp_folder=None,
        max_nbytes="1M",
        mmap_mode="r",
        prefer=None,
        require=None,
    ):
        known = (None, "loky", "multiprocessing", "processes", "threading", "threads", "sequential")
        if backend not in known:
            raise ValueError(f"backend must be one of {', '.join(map(repr, known))}, got {backend!r}")
        if return_as not in ("list", "generator", "generator_unordered"):
            raise ValueError(f"return_as must be 'list', 'generator' or 'generator_unordered', got {return_as!r}")
        if prefer not in (None, "processes", "threads"):
            raise ValueError(f"prefer must be 'processes', 'threads' or None, got {prefer!r}")
        if require not in (None, "sharedmem"):
            raise ValueError(f"require must be 'sharedmem' or None, got {require!r}")
        if prefer == "processes" and require == "sharedmem":
            raise ValueError("prefer='processes' and require='sharedmem' contradict each other")
        if batch_size != "auto" and not (isinstance(batch_size, numbers.Integral) and batch_size > 0):
            raise ValueError(f"batch_size must be 'auto' or a whole number above 0, got {batch_size!r}")
        self.n_jobs = 1 if n_jobs is None else n_threads(n_jobs)
        threads = backend in ("threading", "threads") or (backend is None and prefer == "threads")
        self.threads = threads or require == "sharedmem"
        self.sequential = backend == "sequential"
        self.return_as = return_as
        self.verbose = verbose
        self.timeout = timeout
        self.batch_size = batch_size

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False

    def __call__(self, iterable):
        """Runs the calls.

        Parameters
        ----------
        iterable : iterable
            Calls, as `delayed` makes them.

        Returns
        -------
        results : list or generator
            Their results.
        """
        results = self._results(iter(iterable))
        return list(results) if self.return_as == "list" else results

    def _results(self, calls):
        if self.n_jobs == 1 or self.sequential:
            return self._told(function(*arguments, **keywords) for function, arguments, keywords in calls)
        return self._told(self._submitted(calls))

    def _submitted(self, calls):
        """Keeps so many batches in flight that no worker waits, and never all of them."""
        size = 1 if self.batch_size == "auto" else int(self.batch_size)
        auto = self.batch_size == "auto"
        executor = self._executor()
        pending = []
        try:
            while True:
                while len(pending) < 2 * self.n_jobs and (batch := [call for _, call in zip(range(size), calls)]):
                    pending.append((executor.submit(_run, batch), time.perf_counter(), len(batch)))
                if not pending:
                    return
                future, started, n = pending.pop(0)
                yield from future.result(self.timeout)
                if auto and (time.perf_counter() - started) < 0.02 * self.n_jobs and size < 4096:
                    size = max(size, 2 * n)
        finally:
            for future, *_ in pending:
                future.cancel()
            if self.threads:
                executor.shutdown(wait=True)

    def _executor(self):
        if self.threads:
            return ThreadPoolExecutor(self.n_jobs)
        threads = str(max(1, n_threads(None) // self.n_jobs))
        environment = {name: os.environ.get(name, threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        return _processes(self.n_jobs, environment)

    def _told(self, results):
        started = time.perf_counter()
        for done, result in enumerate(results, 1):
            if self.verbose and (self.verbose > 10 or done & (done - 1) == 0):
                print(f"[Parallel(n_jobs={self.n_jobs})]: done {done} tasks, elapsed: {time.perf_counter() - started:.1f}s")
            yield result


def _processes(n, environment):
    """So many processes, those of the last call if they are well; they end when nothing was asked of them for 300 s."""
    from joblib.externals.loky import ProcessPoolExecutor

    key = (os.getpid(), n, *environment.values())
    with _LOCK:
        executor = _EXECUTORS.get(key)
        if executor is None or executor._flags.shutdown:
            executor = _EXECUTORS[key] = ProcessPoolExecutor(n, timeout=300, env=environment)
        return executor


def _run(batch):
    return [function(*arguments, **keywords) for function, arguments, keywords in batch]
