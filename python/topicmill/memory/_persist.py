"""Values in files: arrays as they lie in memory, so that they can be mapped back."""

import io
import os
import pickle
import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np

#: The first bytes of a file, its version last.
MAGIC = b"topicmill value\x01"
#: Magic, flags, length of the pickle, number of buffers.
_HEAD = struct.Struct("<16sIIQQ")
#: Offset and length of a buffer.
_PLACE = struct.Struct("<QQ")
#: Buffers begin at multiples of this.
_ALIGNED = 64
_COMPRESSED = 1
#: Bytes that are read at once.
_PIECE = 1 << 24


def dump(value, filename, compress=0, protocol=None):
    """Writes a value to a file; arrays as they lie in memory.

    The file is complete or not there: it is written beside its place and renamed. Arrays with gaps between
    their items are written without.

    Parameters
    ----------
    value : object
        What pickle can write.
    filename : str, path or binary file
        Where to.
    compress : int, bool or tuple, default=0
        0 to 9: whether, and how hard, to compress. Compressed arrays cannot be mapped.
    protocol : int, default=None
        Of joblib; the protocol is always 5.

    Returns
    -------
    filenames : list of str
        The file, when a name was given.

    Raises
    ------
    pickle.PicklingError
        For what no pickle can hold, such as local functions.
    """
    level = _level(compress)
    parts = to_parts(value, level)
    if hasattr(filename, "write"):
        for part in parts:
            filename.write(part)
        return None
    path = Path(filename)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(beside, 0o666 & ~umask)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
    return [str(path)]


def load(filename, mmap_mode=None, ensure_native_byte_order="auto"):
    """Reads a value that `dump` wrote. Only read files that you trust: a pickle can run anything.

    Parameters
    ----------
    filename : str, path or binary file
        Where from; a file is read to the end of the value, and others may follow.
    mmap_mode : {None, 'r', 'r+', 'w+', 'c'}, default=None
        Whether arrays are mapped from the file instead of read, and whether they can be written.
    ensure_native_byte_order : bool or 'auto', default='auto'
        Of joblib; arrays have the byte order that they were written with.

    Returns
    -------
    value : object
        The value.
    """
    if mmap_mode not in (None, "r", "r+", "w+", "c"):
        raise ValueError(f"mmap_mode must be None, 'r', 'r+', 'w+' or 'c', got {mmap_mode!r}")
    if hasattr(filename, "read"):
        return from_bytes(_next(filename))
    if mmap_mode is None:
        return from_bytes(_read(filename))
    return _mapped(filename, "r+" if mmap_mode == "w+" else mmap_mode)


def to_parts(value, level=0):
    """The file of a value, in pieces: the buffers of arrays are not copied."""
    buffers, file = [], io.BytesIO()
    try:
        _Pickler(file, protocol=5, buffer_callback=buffers.append).dump(value)
    except AttributeError as error:
        # Python 3.11 raises it for local functions; later versions raise as below.
        raise pickle.PicklingError(str(error)) from error
    data = file.getvalue()
    raw = [buffer.raw() for buffer in buffers]
    if level:
        data, raw = zlib.compress(data, level), [zlib.compress(one, level) for one in raw]
    at = _padded(_HEAD.size + _PLACE.size * len(raw) + len(data))
    places = []
    for one in raw:
        places.append(_PLACE.pack(at, len(one)))
        at = _padded(at + len(one))
    head = _HEAD.pack(MAGIC, _COMPRESSED if level else 0, 0, len(data), len(raw)) + b"".join(places) + data
    yield head
    end = len(head)
    for one in raw:
        yield bytes(_padded(end) - end)
        yield one
        end = _padded(end) + len(one)


class _Pickler(pickle.Pickler):
    """Puts arrays aside that pickle alone would copy into itself, so that they can be mapped."""

    def reducer_override(self, value):
        if type(value) is not np.ndarray or value.dtype.hasobject:
            return NotImplemented
        # As pickle does: arrays without gaps, whatever the order of their axes.
        is_packed = value.flags.forc or value.transpose(np.argsort(value.strides)[::-1]).flags.c_contiguous
        packed = value if is_packed else value.copy(order="C")
        if value.dtype.kind not in "mM":
            return NotImplemented if packed is value else packed.__reduce_ex__(5)
        # Dates and spans are no buffers; the numbers that they are made of are.
        make, (buffer, _, *rest) = packed.view(f"{value.dtype.byteorder}i8").__reduce_ex__(5)
        return make, (buffer, value.dtype, *rest)


def from_bytes(data, writable=True):
    """The value of a file that has been read."""
    view = memoryview(data)
    is_compressed, start, length = _head(view)
    places = _places(view, start)
    _check(_end(start + length, places) <= len(view))
    body = view[start : start + length]
    raw = [view[at : at + n] for at, n in places]
    if is_compressed:
        try:
            body, raw = zlib.decompress(body), [bytearray(zlib.decompress(one)) for one in raw]
        except zlib.error as error:
            raise ValueError(f"this file of a value is damaged: {error}") from error
    return pickle.loads(body, buffers=raw)


def _mapped(filename, mode):
    with open(filename, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        data = _read_to(_HEAD.size, file, bytearray())
        is_compressed, start, length = _head(data)
        # Before so much is read: a damaged length may be any.
        _check(start + length <= size)
        data = _read_to(start + length, file, data)
    places = _places(data, start)
    _check(_end(start + length, places) <= size)
    if is_compressed:
        return from_bytes(_read(filename))
    buffers = [
        np.memmap(filename, mode=mode, offset=at, shape=n, dtype=np.uint8) if n else bytearray() for at, n in places
    ]
    return _Mapped(data[start:], buffers).load()


class _Mapped(pickle.Unpickler):
    """Reads a pickle whose arrays lie in mapped memory, and makes them `numpy.memmap`s."""

    def __init__(self, data, buffers):
        super().__init__(io.BytesIO(data), buffers=buffers)
        self.buffers = buffers

    def find_class(self, module, name):
        found = super().find_class(module, name)
        return _as_memmap if name == "_frombuffer" and module.startswith("numpy") else found


def _as_memmap(buffer, dtype, shape, order, axis_order=None):
    array = np.asarray(buffer).view(np.memmap) if not isinstance(buffer, np.memmap) else buffer
    array = array.view(dtype)
    if order == "K" and axis_order is not None:
        return array.reshape(shape, order="C").transpose(axis_order)
    return array.reshape(shape, order=order)


def _head(data):
    """Whether it is compressed, where its pickle begins, and how long that is."""
    if len(data) < _HEAD.size:
        raise ValueError("this is no file of a value: it ends within its header")
    magic, flags, _, length, n_buffers = _HEAD.unpack(data[: _HEAD.size])
    if magic[:-1] != MAGIC[:-1]:
        raise ValueError(f"this is no file of a value: it begins with {bytes(magic[:8])!r}")
    if magic != MAGIC:
        raise ValueError(f"this file is of version {magic[-1]}, known is {MAGIC[-1]}: it needs a newer topicmill")
    return bool(flags & _COMPRESSED), _HEAD.size + _PLACE.size * n_buffers, length


def _places(data, start):
    """Where the buffers lie, by the table before the pickle."""
    _check(start <= len(data))
    return [_PLACE.unpack(data[at : at + _PLACE.size]) for at in range(_HEAD.size, start, _PLACE.size)]


def _end(end, places):
    """Where a file ends whose pickle ends at `end`."""
    return max([end, *(at + n for at, n in places)])


def _check(is_whole):
    if not is_whole:
        raise ValueError("this file of a value is truncated")


def _next(file):
    """The bytes of the next value in a file, and no more: others may follow."""
    data = _read_to(_HEAD.size, file, bytearray())
    _, start, length = _head(data)
    data = _read_to(start, file, data)
    return _read_to(_end(start + length, _places(data, start)), file, data)


def _read_to(end, file, data):
    """`data` with what follows in the file, to `end` or to the end of the file."""
    # Piece by piece: a damaged length may ask for more than memory holds.
    while piece := file.read(min(end - len(data), _PIECE)):
        data += piece
    return data


def _read(filename):
    """A file as bytes that may be written to, so that arrays over them can be."""
    with open(filename, "rb") as file:
        data = bytearray(os.fstat(file.fileno()).st_size)
        n = file.readinto(data)
    return data if n == len(data) else data[:n]


def _padded(at):
    return -(-at // _ALIGNED) * _ALIGNED


def _level(compress):
    if isinstance(compress, tuple):
        compress = compress[1]
    if isinstance(compress, str):
        return 3
    level = 3 if compress is True else int(compress)
    if not 0 <= level <= 9:
        raise ValueError(f"compress must be in 0..=9, True, False, or a tuple, got {compress!r}")
    return level
