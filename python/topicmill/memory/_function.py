"""Functions whose results are kept, and the places of their results."""

import functools
import inspect
import pickle
import threading
import time
import types
import warnings

from topicmill.memory._digest import hash
from topicmill.memory._persist import to_parts
from topicmill.memory._store import StoreBackend

#: Raised when results are kept in another form.
_VERSION = 1

#: joblib's names of the arguments that have no parameter of their own.
_OTHERS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


class _Claims(threading.local):
    """The places of results that this thread computes now."""

    def __init__(self):
        self.held = set()


_CLAIMS = _Claims()


class MemorizedFunc:
    """A function whose results are kept; made by `Memory.cache`."""

    def __init__(
        self,
        func,
        location,
        backend="local",
        ignore=None,
        mmap_mode=None,
        compress=False,
        verbose=1,
        timestamp=None,
        cache_validation_callback=None,
    ):
        self.func = func
        self.store_backend = StoreBackend(location)
        if isinstance(ignore, str):
            raise ValueError(f"ignore must be a list of names of parameters, got {ignore!r}")
        self.ignore = [] if ignore is None else list(ignore)
        self.mmap_mode = mmap_mode
        self.compress = compress
        self._verbose = verbose
        self.cache_validation_callback = cache_validation_callback
        # The object of a method is an argument like the others: it may have changed since the last call.
        is_method = isinstance(func, types.MethodType)
        self._plain = func.__func__ if is_method else func
        self._bound = (func.__self__,) if is_method else ()
        self.signature = inspect.signature(self._plain)
        parameters = self.signature.parameters
        others = {_OTHERS[one.kind]: name for name, one in parameters.items() if one.kind in _OTHERS}
        self._ignored = {others.get(name, name) for name in self.ignore}
        unknown = [name for name in self.ignore if others.get(name, name) not in parameters]
        if unknown:
            raise ValueError(f"Ignore list: argument {unknown[0]!r} is not defined for function {name_of(func)}")
        functools.update_wrapper(self, func)
        self._digest = None

    def __call__(self, *args, **kwargs):
        return self._result(args, kwargs)[0]

    def call(self, *args, **kwargs):
        """Computes the result and keeps it, whatever is kept.

        Parameters
        ----------
        *args, **kwargs
            The function's arguments.

        Returns
        -------
        result : object
            The result.
        metadata : dict
            The `duration` of the call in seconds, the `time` when it began, and `input_args`, the
            representation of each argument.
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
            As small as its arguments, and good to send elsewhere; it computes the result again should it have been evicted.
        """
        generation = self._generation()
        _, key = self._result(args, kwargs)
        call = (self, args, kwargs)
        return MemorizedResult(self.store_backend, name_of(self.func), key, self.mmap_mode, call, generation)

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
        return self._is_valid(self._told(key), args, kwargs) and self.store_backend.has(key)

    def clear(self, warn=True):
        """Forgets all results of this function.

        Parameters
        ----------
        warn : bool, default=True
            Whether to tell.
        """
        if warn and self._verbose:
            warnings.warn(f"forgetting all results of {name_of(self.func)}", stacklevel=2)
        self.store_backend.tell(self._noted(), "cleared", self._generation() + 1)

    def __get__(self, instance, owner=None):
        # As a method: the instance is the first argument.
        return self if instance is None else functools.partial(self, instance)

    def __reduce__(self):
        backend, timestamp = "local", None
        settings = (self.func, self.store_backend.location, backend, self.ignore, self.mmap_mode, self.compress)
        return type(self), (*settings, self._verbose, timestamp, self.cache_validation_callback)

    def __repr__(self):
        return f"MemorizedFunc(func={self.func}, location={self.store_backend.location})"

    def _noted(self):
        return hash(name_of(self.func))

    def _generation(self):
        """How often the results were cleared: part of every key."""
        return self.store_backend.generation(name_of(self.func))

    def _key(self, args, kwargs):
        bound = self.signature.bind(*self._bound, *args, **kwargs)
        bound.apply_defaults()
        arguments = {name: value for name, value in bound.arguments.items() if name not in self._ignored}
        # What an object does when it is called hangs on what it holds, as a method does.
        called = () if _is_code(self._plain) else (self._plain,)
        key = ("call", _VERSION, self._code_digest(), self._generation(), arguments, *called)
        return hash(key, coerce_mmap=True)

    def _code_digest(self):
        """The digest of the function with what it captures, looked at when it is first called.

        A list that a function writes to is not another function for that; new code is.
        """
        code = getattr(self._plain, "__code__", None)
        if self._digest is None or self._digest[0] is not code:
            told = self._plain if _is_code(self._plain) else type(self._plain)
            self._digest = code, hash((name_of(self.func), told, *_run_by(self._plain)))
        return self._digest[1]

    def _result(self, args, kwargs):
        key = self._key(args, kwargs)
        told = self._told(key)
        found, value = self._kept(key, told, args, kwargs)
        if found:
            return value, key
        place = (self.store_backend.location, key)
        if place in _CLAIMS.held:
            # A function that calls itself: to wait for the outer call would be to wait for ever.
            return self._computed(key, args, kwargs)[0], key
        claim = self.store_backend.native().claim(key)
        _CLAIMS.held.add(place)
        try:
            # Somebody else may have made it while we waited. The user's rule is not asked again of what it refused.
            again = self._told(key)
            if self.cache_validation_callback is None or again != told:
                found, value = self._kept(key, again, args, kwargs)
            if not found:
                value, _ = self._computed(key, args, kwargs)
        finally:
            _CLAIMS.held.discard(place)
            del claim
        return value, key

    def _kept(self, key, told, args, kwargs):
        """Whether the result is there, and the result."""
        if not self._is_valid(told, args, kwargs):
            return False, None
        found, _, value = self.store_backend.read(key, self.mmap_mode, name_of(self.func))
        return found, value

    def _told(self, key):
        """What was noted of the kept result for the user's own rule, if there is one."""
        return None if self.cache_validation_callback is None else self.store_backend.told(self._noted(), key)

    def _is_valid(self, told, args, kwargs):
        """What the user's own rule says of the kept result."""
        if self.cache_validation_callback is None:
            return True
        return told is not None and bool(self.cache_validation_callback({**told, "input_args": self._shown(args, kwargs)}))

    def _shown(self, args, kwargs):
        bound = self.signature.bind_partial(*self._bound, *args, **kwargs)
        bound.apply_defaults()
        return {name: repr(value) for name, value in bound.arguments.items()}

    def _computed(self, key, args, kwargs):
        """The result, computed and kept, and what is known of the call."""
        started = self._started()
        return self._finished(key, self.func(*args, **kwargs), started, args, kwargs)

    def _started(self):
        """When a call begins, and tells of it."""
        if self._verbose:
            print(f"[Memory] Calling {name_of(self.func)}...")
        return time.time()

    def _finished(self, key, value, started, args, kwargs):
        """The result of a call, kept, and what is known of the call."""
        told = {"duration": time.time() - started, "time": started}
        try:
            data = b"".join(to_parts(value))
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise pickle.PicklingError(f"the result of {name_of(self.func)} cannot be kept: {error}") from error
        self.store_backend.write(key, data, (name_of(self.func), told["duration"]))
        if self.cache_validation_callback is not None:
            self.store_backend.tell(self._noted(), key, told)
        if self._verbose:
            print(f"[Memory] {name_of(self.func)} took {told['duration']:.1f}s")
        value = self.store_backend.mapped(key, data, self.mmap_mode) if self.mmap_mode else value
        return value, {**told, "input_args": self._shown(args, kwargs)}


class AsyncMemorizedFunc(MemorizedFunc):
    """A coroutine function whose results are kept; made by `Memory.cache`.

    Its calls are awaited. Those that want the same result at once each compute it: one that waited for another
    would hold up the loop that runs both.
    """

    async def __call__(self, *args, **kwargs):
        return (await self._result(args, kwargs))[0]

    async def call(self, *args, **kwargs):
        """Computes the result and keeps it, as `MemorizedFunc.call`."""
        return await self._computed(self._key(args, kwargs), args, kwargs)

    async def call_and_shelve(self, *args, **kwargs):
        """The place of the result, as `MemorizedFunc.call_and_shelve`; nothing is computed again by it."""
        generation = self._generation()
        _, key = await self._result(args, kwargs)
        return MemorizedResult(self.store_backend, name_of(self.func), key, self.mmap_mode, None, generation)

    async def _result(self, args, kwargs):
        key = self._key(args, kwargs)
        found, value = self._kept(key, self._told(key), args, kwargs)
        if not found:
            value, _ = await self._computed(key, args, kwargs)
        return value, key

    async def _computed(self, key, args, kwargs):
        started = self._started()
        return self._finished(key, await self.func(*args, **kwargs), started, args, kwargs)


class MemorizedResult:
    """The place of a kept result; made by `MemorizedFunc.call_and_shelve`.

    Attributes
    ----------
    func_id, args_id : str
        The name of the function, and the key of the call.
    """

    def __init__(self, store_backend, func_id, args_id, mmap_mode=None, call=None, generation=0):
        self.store_backend = store_backend
        self.func_id = func_id
        self.args_id = args_id
        self.mmap_mode = mmap_mode
        self._call = call
        self._generation = generation

    @property
    def func(self):
        """The name of the function."""
        return self.func_id

    def get(self):
        """The result; it is computed again should it have been evicted or damaged.

        Returns
        -------
        result : object
            The result.

        Raises
        ------
        KeyError
            When it was cleared, or is gone and this place came from where its function cannot.
        """
        found, was_cleared, value = self.store_backend.read(self.args_id, self.mmap_mode, self.func_id)
        was_cleared = was_cleared or self.store_backend.generation(self.func_id) > self._generation
        if found and not was_cleared:
            return value
        if was_cleared or self._call is None:
            raise KeyError(f"the result of {self.func_id} is {'cleared' if was_cleared else 'gone'}: call the function again")
        function, args, kwargs = self._call
        return function._result(args, kwargs)[0]

    def clear(self):
        """Forgets the result."""
        self.store_backend.forget(self.args_id)

    def __getstate__(self):
        # A function that cannot be sent is left behind: the result is found without it.
        try:
            pickle.dumps(self._call)
        except Exception:
            return {**self.__dict__, "_call": None}
        return self.__dict__

    def __repr__(self):
        where = f'location="{self.store_backend.location}", func="{self.func_id}"'
        return f'MemorizedResult({where}, args_id="{self.args_id}")'


class NotMemorizedFunc:
    """A function as it is, with the methods of a memorized one."""

    def __init__(self, func):
        self.func = func
        functools.update_wrapper(self, func)

    def __call__(self, *args, **kwargs):
        return self.func(*args, **kwargs)

    def call(self, *args, **kwargs):
        """The function's result, and nothing about the call."""
        return self.func(*args, **kwargs), {}

    def call_and_shelve(self, *args, **kwargs):
        """The function's result, with a `get`."""
        return NotMemorizedResult(self.func(*args, **kwargs))

    def check_call_in_cache(self, *args, **kwargs):
        """False: nothing is kept."""
        return False

    def clear(self, warn=True):
        """Does nothing."""

    def __reduce__(self):
        return type(self), (self.func,)

    def __repr__(self):
        return f"NotMemorizedFunc(func={self.func})"


class AsyncNotMemorizedFunc(NotMemorizedFunc):
    """A coroutine function as it is, with the methods of a memorized one."""

    async def call(self, *args, **kwargs):
        """The function's result, and nothing about the call."""
        return await self.func(*args, **kwargs), {}

    async def call_and_shelve(self, *args, **kwargs):
        """The function's result, with a `get`."""
        return NotMemorizedResult(await self.func(*args, **kwargs))


class NotMemorizedResult:
    """A result that lies in memory."""

    __slots__ = ("value", "valid")

    def __init__(self, value):
        self.value = value
        self.valid = True

    def get(self):
        """The result; `KeyError` when it was cleared."""
        if not self.valid:
            raise KeyError("the result is cleared: call the function again")
        return self.value

    def clear(self):
        """Forgets the result."""
        self.value, self.valid = None, False

    def __repr__(self):
        return f"NotMemorizedResult({self.value})"


def _is_code(func):
    """Whether calling `func` runs the same as long as its code is the same."""
    return isinstance(func, (type, functools.partial)) or not _run_by(func)


def _run_by(func):
    """What runs when `func` is called and its own digest does not tell: what makes an object of a class, and `__call__`."""
    while isinstance(func, functools.partial):
        func = func.func
    runs = (func.__new__, func.__init__) if isinstance(func, type) else (type(func).__call__,)
    return [one for one in runs if isinstance(one, types.FunctionType)]


def name_of(func):
    """Where a function is defined, and its name there."""
    while isinstance(func, functools.partial):
        func = func.func
    name = getattr(func, "__qualname__", type(func).__qualname__)
    return f"{getattr(func, '__module__', None)}.{name}"
