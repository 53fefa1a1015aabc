"""Functions whose results are kept on disk: joblib's `Memory`, on a store that never gives a wrong one."""

import functools
import inspect
import os
import pickle
import shutil
import time
import warnings
from pathlib import Path

from topicmill import _native
from topicmill.memory._digest import hash
from topicmill.memory._persist import dump, from_bytes, load, to_parts

#: Raised when results are kept in another form.
_VERSION = 1


class Memory:
    """Keeps the results of functions in a folder.

    A result is found by the arguments, and by the function: its code with that of the functions of its
    module that it calls, and what it captures, as they are when it is first called. Nothing is wiped when code changes: the former results are there when it changes
    back. Results are checked when they are read, and a damaged one is computed again. Several threads and
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
            raise TypeError(f"backend must be 'local', got {backend!r}")
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

    def cache(self, func=None, ignore=None, verbose=None, mmap_mode=False, cache_validation_callback=None):
        """A function that looks for its result before it computes it; also as a decorator.

        Parameters
        ----------
        func : callable, default=None
            The function. It should depend on its arguments alone.
        ignore : list of str, default=None
            Parameters that change no result.
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
        if func is None:
            return functools.partial(
                self.cache,
                ignore=ignore,
                verbose=verbose,
                mmap_mode=mmap_mode,
                cache_validation_callback=cache_validation_callback,
            )
        if cache_validation_callback is not None and not callable(cache_validation_callback):
            raise ValueError(
                f"cache_validation_callback needs to be callable. Got {cache_validation_callback}."
            )
        if self.location is None:
            return NotMemorizedFunc(func)
        if isinstance(func, MemorizedFunc):
            func = func.func
        return MemorizedFunc(
            func,
            self.folder,
            ignore=ignore,
            mmap_mode=self.mmap_mode if mmap_mode is False else mmap_mode,
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
        shutil.rmtree(self.folder, ignore_errors=True)

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
        _store(str(self.folder)).reduce(*limits)
        # Copies for mapping, which are made again of the results that stay.
        shutil.rmtree(self.folder / "mapped", ignore_errors=True)

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


class MemorizedFunc:
    """A function whose results are kept; made by `Memory.cache`."""

    def __init__(self, func, folder, ignore=None, mmap_mode=None, verbose=1, cache_validation_callback=None):
        self.func = func
        self.folder = Path(folder)
        self.ignore = [] if ignore is None else list(ignore)
        self.mmap_mode = mmap_mode
        self.verbose = verbose
        self.cache_validation_callback = cache_validation_callback
        self.signature = inspect.signature(func)
        unknown = [name for name in self.ignore if name not in self.signature.parameters]
        if unknown:
            raise ValueError(f"Ignore list: argument {unknown[0]!r} is not defined for function {_name(func)}")
        functools.update_wrapper(self, func)
        self._digest = None

    def __call__(self, *args, **kwargs):
        return self._result(args, kwargs)[0]

    def call(self, *args, **kwargs):
        """Computes the result, keeps it, and returns it, whatever is kept.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        result : object
            The result.
        """
        return self._computed(self._key(args, kwargs), args, kwargs)

    def call_and_shelve(self, *args, **kwargs):
        """The place of the result, computed if it is not there; `.get()` reads it.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        shelved : MemorizedResult
            Small, and good to send elsewhere; it computes the result again should it be gone.
        """
        _, key = self._result(args, kwargs)
        return MemorizedResult(self, key, args, kwargs)

    def check_call_in_cache(self, *args, **kwargs):
        """Whether the result is kept.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        is_kept : bool
            Whether a call would compute nothing.
        """
        key = self._key(args, kwargs)
        return self._is_valid(key) and self._store().get(key)[0] is not None

    def clear(self, warn=True):
        """Forgets all results of this function.

        Parameters
        ----------
        warn : bool, default=True
            Whether to tell.
        """
        if warn and self.verbose:
            warnings.warn(f"forgetting all results of {_name(self.func)}", stacklevel=2)
        self._meta("cleared").parent.mkdir(parents=True, exist_ok=True)
        dump(self._generation() + 1, self._meta("cleared"))

    def __get__(self, instance, owner=None):
        # As a method: the instance is the first argument.
        return self if instance is None else functools.partial(self, instance)

    def __reduce__(self):
        settings = (self.func, self.folder, self.ignore, self.mmap_mode, self.verbose, self.cache_validation_callback)
        return MemorizedFunc, settings

    def __repr__(self):
        return f"MemorizedFunc(func={self.func}, location={self.folder})"

    def _store(self):
        return _store(str(self.folder))

    def _meta(self, name):
        return self.folder / "functions" / hash(_name(self.func)) / name

    def _generation(self):
        """How often the results were cleared: part of every key."""
        try:
            return load(self._meta("cleared"))
        except (OSError, ValueError):
            return 0

    def _key(self, args, kwargs):
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        arguments = {name: value for name, value in bound.arguments.items() if name not in self.ignore}
        return hash(("call", _VERSION, self._code_digest(), self._generation(), arguments), coerce_mmap=True)

    def _code_digest(self):
        """The digest of the function with what it captures, looked at when it is first called.

        A list that a function writes to is not another function for that; new code is.
        """
        code = getattr(self.func, "__code__", None)
        if self._digest is None or self._digest[0] is not code:
            self._digest = code, hash((_name(self.func), self.func))
        return self._digest[1]

    def _result(self, args, kwargs):
        key = self._key(args, kwargs)
        found, value = self._kept(key, args, kwargs)
        if found:
            return value, key
        claim = self._store().claim(key)
        # Somebody else may have made it while we waited.
        found, value = self._kept(key, args, kwargs)
        if not found:
            value = self._computed(key, args, kwargs)
        del claim
        return value, key

    def _kept(self, key, args, kwargs):
        """Whether the result is there, and the result."""
        if not self._is_valid(key, args, kwargs):
            return False, None
        data, damaged = self._store().get(key)
        if damaged:
            warnings.warn(f"a kept result of {_name(self.func)} was damaged: it is computed again", stacklevel=4)
        if data is None:
            return False, None
        try:
            return True, self._mapped(key, data) if self.mmap_mode else from_bytes(bytearray(data))
        except Exception as error:
            warnings.warn(f"a kept result of {_name(self.func)} cannot be read ({error}): it is computed again", stacklevel=4)
            return False, None

    def _mapped(self, key, data):
        """The result with its arrays mapped from a file of their own, made of what was checked."""
        path = self.folder / "mapped" / key
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}")
            beside.write_bytes(data)
            os.replace(beside, path)
        return load(path, mmap_mode=self.mmap_mode)

    def _is_valid(self, key, args=(), kwargs=None):
        """What the user's own rule says of the kept result."""
        if self.cache_validation_callback is None:
            return True
        try:
            told = load(self._meta(key))
        except (OSError, ValueError):
            return False
        return bool(self.cache_validation_callback({**told, "input_args": self._shown(args, kwargs or {})}))

    def _shown(self, args, kwargs):
        bound = self.signature.bind_partial(*args, **kwargs)
        return {name: repr(value) for name, value in bound.arguments.items()}

    def _computed(self, key, args, kwargs):
        if self.verbose:
            print(f"[Memory] Calling {_name(self.func)}...")
        started = time.time()
        value = self.func(*args, **kwargs)
        duration = time.time() - started
        try:
            data = b"".join(to_parts(value))
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise pickle.PicklingError(f"the result of {_name(self.func)} cannot be kept: {error}") from error
        self._store().put(key, data, (_name(self.func), duration))
        (self.folder / "mapped" / key).unlink(missing_ok=True)
        if self.cache_validation_callback is not None:
            self._meta(key).parent.mkdir(parents=True, exist_ok=True)
            dump({"duration": duration, "time": started}, self._meta(key))
        if self.verbose:
            print(f"[Memory] {_name(self.func)} took {duration:.1f}s")
        return self._mapped(key, data) if self.mmap_mode else value


class MemorizedResult:
    """The place of a kept result."""

    def __init__(self, function, key, args, kwargs):
        self.function, self.key, self.args, self.kwargs = function, key, args, kwargs

    def get(self):
        """The result; it is computed again should it be gone or damaged.

        Returns
        -------
        result : object
            The result.
        """
        return self.function._result(self.args, self.kwargs)[0]

    def clear(self):
        """Forgets the result."""
        self.function._store().put(self.key, b"", ("cleared", 0.0))

    def __repr__(self):
        return f"MemorizedResult(location={str(self.function.folder)!r}, func={_name(self.function.func)!r}, args_id={self.key!r})"


class NotMemorizedFunc:
    """A function as it is, with the methods of a memorized one."""

    def __init__(self, func):
        self.func = func
        functools.update_wrapper(self, func)

    def __call__(self, *args, **kwargs):
        return self.func(*args, **kwargs)

    def call(self, *args, **kwargs):
        """The function's result."""
        return self.func(*args, **kwargs)

    def call_and_shelve(self, *args, **kwargs):
        """The function's result, with a `get`."""
        return NotMemorizedResult(self.func(*args, **kwargs))

    def check_call_in_cache(self, *args, **kwargs):
        """False: nothing is kept."""
        return False

    def clear(self, warn=True):
        """Does nothing."""

    def __reduce__(self):
        return NotMemorizedFunc, (self.func,)

    def __repr__(self):
        return f"NotMemorizedFunc(func={self.func})"


class NotMemorizedResult:
    """A result that lies in memory."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def get(self):
        """The result."""
        return self.value

    def clear(self):
        """Does nothing."""

    def __repr__(self):
        return f"NotMemorizedResult({self.value})"


@functools.cache
def _store(folder):
    return _native.Store(folder)


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


def _name(func):
    while isinstance(func, functools.partial):
        func = func.func
    name = getattr(func, "__qualname__", type(func).__qualname__)
    return f"{getattr(func, '__module__', None)}.{name}"
