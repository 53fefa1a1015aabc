"""Functions whose results are kept on disk: joblib's `Memory`, on a store that never gives a wrong one."""

import datetime
import functools
import inspect
import os
import time
import warnings
from pathlib import Path

from topicmill.memory._function import AsyncMemorizedFunc, AsyncNotMemorizedFunc, MemorizedFunc, NotMemorizedFunc
from topicmill.memory._store import StoreBackend


class Memory:
    """Keeps the results of functions in a folder.

    A result is found by the arguments, and by the function: its code with that of the functions of its
    module that it calls, and what it captures, as they are when it is first called. The object of a bound
    method, and an object that is called, count as they are at each call. Nothing is wiped when code
    changes: the former results are there when it changes back. Results are checked when they are read, and a damaged one is computed again. Several threads and
    processes may share a folder; a result that two of them want at once is computed by one.

    Parameters
    ----------
    location : str or path, default=None
        The folder; None keeps nothing.
    backend : {'local'}, default='local'
        Of joblib.
    mmap_mode : {None, 'r', 'r+', 'w+', 'c'}, default=None
        Whether arrays in results are mapped from disk.
    compress : bool or int, default=False
        Of joblib: results are compressed where that pays.
    verbose : int, default=1
        Whether calls that compute are told.
    backend_options : dict, default=None
        Of joblib; not used.

    Examples
    --------
    >>> import tempfile, topicmill as tm
    >>> memory = tm.Memory(tempfile.mkdtemp(), verbose=0)
    >>> @memory.cache
    ... def square(x):
    ...     print("computing")
    ...     return x * x
    >>> square(3)
    computing
    9
    >>> square(3)
    9
    """

    def __init__(self, location=None, backend="local", mmap_mode=None, compress=False, verbose=1, backend_options=None):
        if backend != "local":
            raise TypeError(f"Unknown location {location} or backend {backend!r}: the backend must be 'local'")
        if location is not None and not isinstance(location, (str, os.PathLike)):
            raise TypeError(f"location must be a path or None, got {type(location).__name__}")
        self.location = location
        self.backend = backend
        self.mmap_mode = mmap_mode
        self.compress = compress
        self.verbose = verbose
        self.backend_options = backend_options

    @property
    def folder(self):
        """The folder that results are kept in, or None."""
        return None if self.location is None else Path(self.location) / "topicmill"

    @property
    def store_backend(self):
        """What sees that folder, or None."""
        return None if self.location is None else StoreBackend(self.folder)

    def cache(self, func=None, ignore=None, verbose=None, mmap_mode=False, cache_validation_callback=None):
        """A function that looks for its result before it computes it; also as a decorator.

        Parameters
        ----------
        func : callable, default=None
            The function. It should depend on its arguments alone. The results of a coroutine function are awaited.
        ignore : list of str, default=None
            Parameters that change no result; `"*"` and `"**"` are those without a name of their own.
        verbose : int, default=None
            Instead of the memory's.
        mmap_mode : default=False
            Instead of the memory's, unless it is False.
        cache_validation_callback : callable, default=None
            Takes what is known of a call, and says whether its kept result may be used.

        Returns
        -------
        function : MemorizedFunc
            To be called as the function.
        """
        if cache_validation_callback is not None and not callable(cache_validation_callback):
            raise ValueError(f"cache_validation_callback needs to be callable. Got {cache_validation_callback}.")
        if func is None:
            return functools.partial(
                self.cache,
                ignore=ignore,
                verbose=verbose,
                mmap_mode=mmap_mode,
                cache_validation_callback=cache_validation_callback,
            )
        is_async = inspect.iscoroutinefunction(func) or isinstance(func, AsyncMemorizedFunc)
        if self.location is None:
            return (AsyncNotMemorizedFunc if is_async else NotMemorizedFunc)(func)
        if isinstance(func, MemorizedFunc):
            func = func.func
        return (AsyncMemorizedFunc if is_async else MemorizedFunc)(
            func,
            self.folder,
            ignore=ignore,
            mmap_mode=self.mmap_mode if mmap_mode is False else mmap_mode,
            compress=self.compress,
            verbose=self.verbose if verbose is None else verbose,
            cache_validation_callback=cache_validation_callback,
        )

    def clear(self, warn=True):
        """Removes all results.

        Parameters
        ----------
        warn : bool, default=True
            Whether to tell.
        """
        if self.location is None:
            return
        if warn and self.verbose:
            warnings.warn(f"removing all results in {self.folder}", stacklevel=2)
        self.store_backend.clear()

    def reduce_size(self, bytes_limit=None, items_limit=None, age_limit=None):
        """Removes results until the folder is as small as asked: first those that are cheap to compute and were not asked for.

        Parameters
        ----------
        bytes_limit : int or str, default=None
            The most bytes; a string ends in K, M or G.
        items_limit : int, default=None
            The most files; a result has one or two.
        age_limit : timedelta, default=None
            Results that nobody asked for in so long a time are removed too.
        """
        limits = (_bytes(bytes_limit), _not_negative("items_limit", items_limit), _seconds(age_limit))
        if self.location is None or limits == (None, None, None):
            return
        self.store_backend.reduce(limits)

    def eval(self, func, *args, **kwargs):
        """Calls a function, by way of the memory.

        Parameters
        ----------
        func : callable
            The function.
        *args, **kwargs
            Its arguments.

        Returns
        -------
        result : object
            Its result.
        """
        return self.cache(func)(*args, **kwargs)

    def __repr__(self):
        return f"Memory(location={None if self.location is None else str(self.folder)})"


def expires_after(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0):
    """A `cache_validation_callback` by which results are computed again when they are older than this.

    Parameters
    ----------
    days, seconds, microseconds, milliseconds, minutes, hours, weeks : float, default=0
        The age, as in `datetime.timedelta`.

    Returns
    -------
    callback : callable
        For `Memory.cache`.

    Examples
    --------
    >>> import tempfile, topicmill as tm
    >>> memory = tm.Memory(tempfile.mkdtemp(), verbose=0)
    >>> @memory.cache(cache_validation_callback=tm.expires_after(hours=1))
    ... def latest(name):
    ...     return f"news of {name}"
    >>> latest("Bergen")
    'news of Bergen'
    """
    age = datetime.timedelta(days, seconds, microseconds, milliseconds, minutes, hours, weeks)
    return lambda told: time.time() - told["time"] < age.total_seconds()


def _bytes(limit):
    """A number of bytes that may be a text as joblib has it: `"10M"`."""
    if isinstance(limit, str):
        number, unit = limit[:-1], {"K": 2**10, "M": 2**20, "G": 2**30}.get(limit[-1:])
        if unit is None or not number.replace(".", "", 1).isdigit():
            raise ValueError(f"bytes_limit must be a number of bytes, or end in K, M or G, got {limit!r}")
        return int(float(number) * unit)
    return _not_negative("bytes_limit", limit)


def _not_negative(name, limit):
    if limit is not None and limit < 0:
        raise ValueError(f"{name} must be at least 0, got {limit}")
    return None if limit is None else int(limit)


def _seconds(age):
    if age is not None and age.total_seconds() < 0:
        raise ValueError(f"age_limit must be at least 0, got {age}")
    return None if age is None else age.total_seconds()
