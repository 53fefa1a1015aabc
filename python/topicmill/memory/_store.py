"""The folder that results lie in, as the functions and the places of results see it."""

import contextlib
import os
import shutil
import time
import warnings
from pathlib import Path

from topicmill import _native
from topicmill.memory._digest import hash
from topicmill.memory._persist import dump, from_bytes, load

#: Stores that are open in this process, by folder.
_OPEN = {}

#: Nobody wants results among the files of a repository.
_IGNORE = "# Results that topicmill keeps.\n*\n"


class StoreBackend:
    """The folder of a memory's results.

    Attributes
    ----------
    location : str
        The folder.
    """

    def __init__(self, location):
        self.location = os.fspath(location)

    def __repr__(self):
        return f'StoreBackend(location="{self.location}")'

    def native(self):
        """The store; opened again should somebody have removed the folder."""
        store = _OPEN.get(self.location)
        if store is None or not os.path.exists(os.path.join(self.location, "FORMAT")):
            store = _OPEN[self.location] = _native.Store(self.location)
            ignore = Path(self.location, ".gitignore")
            # A folder that cannot be written to is read from all the same.
            with contextlib.suppress(OSError):
                if not ignore.exists():
                    ignore.write_text(_IGNORE)
        return store

    def read(self, key, mmap_mode, name):
        """Whether the result of a call is there, whether it was cleared, and the result."""
        data, damaged = self.native().get(key)
        if damaged:
            warnings.warn(f"a kept result of {name} was damaged: it is computed again", stacklevel=5)
        if not data:
            return False, data is not None, None
        try:
            return True, False, self.mapped(key, data, mmap_mode) if mmap_mode else from_bytes(bytearray(data))
        except Exception as error:
            warnings.warn(f"a kept result of {name} cannot be read ({error}): it is computed again", stacklevel=5)
            return False, False, None

    def has(self, key):
        """Whether the result of a call is there."""
        return bool(self.native().get(key)[0])

    def write(self, key, data, made):
        """Keeps the bytes of a result, and who made it in how many seconds."""
        self.native().put(key, data, made)
        self._of_mapped(key).unlink(missing_ok=True)

    def forget(self, key):
        """Clears the result of a call: what is left says that it was there."""
        self.write(key, b"", ("cleared", 0.0))

    def mapped(self, key, data, mmap_mode):
        """A result with its arrays mapped from a file of their own, made of what was checked."""
        path = self._of_mapped(key)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}")
            beside.write_bytes(data)
            os.replace(beside, path)
        return load(path, mmap_mode=mmap_mode)

    def told(self, function, name):
        """What was noted of a function under a name; None when nothing was."""
        try:
            return load(self._of_function(function, name))
        except (OSError, ValueError):
            return None

    def generation(self, name):
        """How often the results of the function of this name were cleared."""
        return self.told(hash(name), "cleared") or 0

    def tell(self, function, name, value):
        """Notes something of a function."""
        # The folder is a store before anything else is in it.
        self.native()
        path = self._of_function(function, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        dump(value, path)

    def reduce(self, limits):
        """Removes results until bytes, files and ages are within `limits`."""
        self.native().reduce(*limits)
        # Copies for mapping, which are made again of the results that stay.
        shutil.rmtree(Path(self.location, "mapped"), ignore_errors=True)

    def clear(self):
        """Removes everything."""
        if Path(self.location).exists():
            self.reduce((0, 0, 0.0))
            shutil.rmtree(Path(self.location, "functions"), ignore_errors=True)

    def _of_mapped(self, key):
        return Path(self.location, "mapped", key)

    def _of_function(self, function, name):
        return Path(self.location, "functions", function, name)
