"""Kept results, digests, files and parallel calls."""

import datetime
import os
import pickle
import shutil
import threading
import warnings

import numpy as np
import pytest
import topicmill as tm


@pytest.fixture
def memory(tmp_path):
    return tm.Memory(tmp_path, verbose=0)


def test_a_result_is_computed_once(memory):
    calls = []

    @memory.cache
    def double(x, y=1):
        calls.append(x)
        return 2 * x + y

    assert [double(3), double(3), double(x=3, y=1), double(3, 2)] == [7, 7, 7, 8]
    assert calls == [3, 3]
    assert double.check_call_in_cache(3) and not double.check_call_in_cache(4)


def test_a_changed_callee_is_another_function(tmp_path, run_python):
    script = """
import sys, topicmill as tm
from pathlib import Path
source = sys.argv[2]
exec(compile(source, "m", "exec"), globals())
print(tm.Memory(sys.argv[1], verbose=0).cache(outer)(3))
"""
    source = "def inner(x):\n    return x + {0}\ndef outer(x):\n    return inner(x){1}\n"
    seen = [run_python(script, tmp_path, source.format(n, c)).strip() for n, c in ((1, ""), (2, ""), (1, "  # same"))]
    assert seen == ["4", "5", "4"]


def test_a_damaged_result_is_computed_again_with_a_warning(memory, tmp_path):
    @memory.cache
    def numbers(n):
        return np.arange(n)

    numbers(100)
    for path in (tmp_path / "topicmill").rglob("*"):
        if path.is_file() and path.stat().st_size > 200:
            data = bytearray(path.read_bytes())
            data[-5] ^= 1
            path.write_bytes(data)
    with pytest.warns(UserWarning, match="damaged"):
        np.testing.assert_array_equal(numbers(100), np.arange(100))


def test_what_cannot_be_kept_raises_and_leaves_nothing(memory):
    @memory.cache
    def local(x):
        return lambda: x

    for _ in range(2):
        with pytest.raises(pickle.PicklingError, match="cannot be kept"):
            local(1)
    assert not local.check_call_in_cache(1)


def test_an_exception_comes_through_and_is_not_kept(memory):
    calls = []

    @memory.cache
    def broken(x):
        calls.append(x)
        raise RuntimeError("mine")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="mine"):
            broken(1)
    assert len(calls) == 2


def square(x):
    return x * x


def test_a_shelved_result_outlives_the_store(memory):
    cached = memory.cache(square)
    shelved = cached.call_and_shelve(5)
    sent = pickle.loads(pickle.dumps(shelved))
    assert shelved.get() == sent.get() == 25 and repr(sent) == repr(shelved)
    memory.reduce_size(items_limit=0)
    assert not cached.check_call_in_cache(5)
    assert sent.get() == 25 and cached.check_call_in_cache(5)


def test_what_was_cleared_is_told_and_computed_by_the_next_call(memory):
    shelved = [func.call_and_shelve(5) for func in (memory.cache(square), tm.Memory(None).cache(square))]
    for one in shelved:
        one.clear()
        one.clear()
        with pytest.raises(KeyError, match="cleared"):
            one.get()
    cached = memory.cache(square)
    assert not cached.check_call_in_cache(5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cached(5) == 25
    assert shelved[0].get() == 25


def test_what_a_function_cleared_is_told_by_its_places(memory):
    cached = memory.cache(square)
    shelved = cached.call_and_shelve(5)
    sent = pickle.loads(pickle.dumps(shelved))
    cached.clear(warn=False)
    for one in (shelved, sent):
        with pytest.raises(KeyError, match="cleared"):
            one.get()
    assert cached.call_and_shelve(5).get() == 25


def test_the_place_of_a_local_functions_result_can_be_sent(memory):
    base = 1
    shelved = memory.cache(lambda x: x + base).call_and_shelve(5)
    sent = pickle.loads(pickle.dumps(shelved))
    assert sent.get() == 6
    memory.clear(warn=False)
    with pytest.raises(KeyError, match="gone"):
        sent.get()
    assert shelved.get() == 6


@pytest.mark.parametrize("kept", [True, False])
def test_a_call_tells_what_it_took(kept, tmp_path):
    memory = tm.Memory(tmp_path if kept else None, verbose=0)
    value, told = memory.cache(square).call(3)
    assert value == 9
    if kept:
        assert told["input_args"] == {"x": "3"} and told["duration"] >= 0


def test_results_expire(memory):
    calls = []
    fresh = memory.cache(lambda x: calls.append(x), cache_validation_callback=tm.expires_after(hours=1))
    stale = memory.cache(lambda x: calls.append(-x), cache_validation_callback=tm.expires_after(seconds=-1))
    for cached in (fresh, stale):
        for _ in range(2):
            cached(1)
    assert calls == [1, -1, -1]
    with pytest.raises(ValueError, match="callable"):
        memory.cache(cache_validation_callback=True)


def test_a_folder_that_was_removed_is_made_again(memory, tmp_path, run_python):
    cached = memory.cache(square)
    for remove in (lambda: memory.clear(warn=False), lambda: shutil.rmtree(tmp_path / "topicmill")):
        cached(4)
        remove()
        assert not cached.check_call_in_cache(4)
        assert cached(4) == 16
        # What is left is a store that others open.
        script = "import sys, topicmill as tm; print(tm.Memory(sys.argv[1], verbose=0).cache(abs)(-1))"
        assert run_python(script, tmp_path).strip() == "1"


def test_git_is_told_to_ignore_results(memory, tmp_path):
    ignore = tmp_path / "topicmill/.gitignore"
    memory.cache(square)(2)
    assert "*" in ignore.read_text().splitlines()
    ignore.write_text("mine")
    memory.reduce_size(items_limit=0)
    memory.cache(square)(2)
    assert ignore.read_text() == "mine"


def test_a_folder_that_git_cannot_be_told_of_holds_results(tmp_path):
    (tmp_path / "topicmill").mkdir()
    (tmp_path / "topicmill/.gitignore").symlink_to(tmp_path / "nowhere/file")
    cached = tm.Memory(tmp_path, verbose=0).cache(square)
    assert cached(7) == 49 and cached.check_call_in_cache(7)


def test_a_function_is_cleared_before_its_first_call(tmp_path):
    cached = tm.Memory(tmp_path, verbose=0).cache(square)
    cached.clear()
    assert cached(7) == 49 and cached.check_call_in_cache(7)


def test_arrays_are_mapped_back(tmp_path):
    memory = tm.Memory(tmp_path, mmap_mode="r", verbose=0)
    numbers = memory.cache(lambda n: np.arange(float(n)))
    for _ in range(2):
        got = numbers(1000)
        assert isinstance(got, np.memmap) and not got.flags.writeable
        np.testing.assert_array_equal(got, np.arange(1000.0))


def test_callers_that_come_at_once_compute_once(memory):
    calls = []

    @memory.cache
    def slow(x):
        calls.append(x)
        threading.Event().wait(0.2)
        return x

    threads = [threading.Thread(target=slow, args=(1,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1]


class Metres(np.ndarray):
    """An array with something of its own that its pickle keeps."""

    def __array_finalize__(self, other):
        self.unit = getattr(other, "unit", "m")

    def __reduce__(self):
        return Metres, (self.shape,), (super().__reduce__()[2], self.unit)


def metres(values, unit):
    array = np.array(values).view(Metres)
    array.unit = unit
    return array


EQUAL = {
    "layout of masked arrays": (
        np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]]).T,
        np.ma.array([[1, 3], [2, 4]], mask=[[0, 0], [1, 0]]),
    ),
    "no mask": (np.ma.array([1, 2]), np.ma.array([1, 2], mask=[False, False])),
    "layout of a subclass": (metres([[1, 2], [3, 4]], "m").T, metres([[1, 3], [2, 4]], "m")),
    "order of a dict": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "order of a set": ({1, "x", (2,)}, {(2,), "x", 1}),
    "layout": (np.arange(6).reshape(2, 3).T, np.ascontiguousarray(np.arange(6).reshape(2, 3).T)),
    "view": (np.arange(10)[::-2], np.arange(10)[::-2].copy()),
    "lambda": (lambda x: x + 1, lambda x: x + 1),
    "shared": ([[1]] * 2, [[1], [1]]),
}
DIFFERENT = {
    "mask": (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[1, 0])),
    "mask of objects": (np.ma.array([1, "a"], object, mask=[0, 1]), np.ma.array([1, "b"], object, mask=[0, 1])),
    "fill value": (np.ma.array([1, 2], fill_value=3), np.ma.array([1, 2], fill_value=4)),
    "what a subclass adds": (metres([1, 2], "m"), metres([1, 2], "km")),
    "type": (1, 1.0),
    "truth": (1, True),
    "list and tuple": ([1], (1,)),
    "nesting": ([[1], 2], [1, [2]]),
    "dtype": (np.zeros(2, np.float32), np.zeros(2, np.float64)),
    "shape": (np.zeros((2, 3)), np.zeros((3, 2))),
    "lambda": (lambda x: x + 1, lambda x: x + 2),
    "default": (lambda x=1: x, lambda x=2: x),
    "text and bytes": ("a", b"a"),
    "large integers": (2**70, 2**70 + 1),
    "zero's sign": (0.0, -0.0),
}


@pytest.mark.parametrize("case", EQUAL)
def test_equal_values_have_one_digest(case):
    a, b = EQUAL[case]
    assert tm.hash(a) == tm.hash(b)


@pytest.mark.parametrize("case", DIFFERENT)
def test_different_values_have_different_digests(case):
    a, b = DIFFERENT[case]
    assert tm.hash(a) != tm.hash(b)


def test_closures_are_hashed_by_what_they_capture():
    def adder(n):
        return lambda x: x + n

    assert tm.hash(adder(1)) == tm.hash(adder(1)) != tm.hash(adder(2))


def test_digests_are_the_same_in_every_process(run_python):
    script = "import topicmill as tm; print(tm.hash({'a': {1, 'b', frozenset([2, 3])}, 'f': lambda x: x * 2}))"
    assert len({run_python(script) for _ in range(3)}) == 1


def test_values_that_contain_themselves_have_a_digest():
    def loop(n):
        x = [n]
        x.append(x)
        return x

    assert tm.hash(loop(1)) == tm.hash(loop(1)) != tm.hash(loop(2))


def test_a_deep_value_is_refused():
    deep = []
    for _ in range(490):
        deep = [deep]
    assert len(tm.hash(deep)) == 64
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(RecursionError):
        tm.hash(deep)


@pytest.mark.parametrize("value", [open(os.devnull), (n for n in "a"), threading.Lock()])
def test_what_has_no_content_is_refused(value):
    with pytest.raises(pickle.PicklingError, match="while hashing"):
        tm.hash([value])


@pytest.mark.parametrize("compress", [0, 3, True, ("zlib", 1)])
def test_a_dumped_value_is_loaded(tmp_path, compress):
    value = {"x": np.arange(1000.0).reshape(10, 100).T, "text": ["a", None], "empty": np.empty((0, 3))}
    path = tmp_path / "value"
    assert tm.dump(value, path, compress=compress) == [str(path)]
    for mode in (None, "r", "c"):
        got = tm.load(path, mmap_mode=mode)
        np.testing.assert_array_equal(got["x"], value["x"])
        assert got["text"] == value["text"] and got["empty"].shape == (0, 3)
    assert tm.load(path)["x"].flags.writeable
    if not compress:
        assert isinstance(tm.load(path, mmap_mode="r")["x"], np.memmap)


def test_files_that_are_none_of_ours_are_refused(tmp_path):
    path = tmp_path / "value"
    tm.dump([1], path)
    good = path.read_bytes()
    newer = good[:15] + b"\x09" + good[16:]
    for bad, message in ((b"", "header"), (b"x" * 100, "begins"), (good[:45], "truncated|header"), (newer, "version 9")):
        path.write_bytes(bad)
        with pytest.raises(ValueError, match=message):
            tm.load(path)


def test_a_dump_that_fails_leaves_the_former_file(tmp_path):
    path = tmp_path / "value"
    tm.dump([1], path)
    with pytest.raises((pickle.PicklingError, TypeError, AttributeError)):
        tm.dump(lambda: 1, path)
    assert tm.load(path) == [1] and [one.name for one in tmp_path.iterdir()] == ["value"]


@pytest.mark.parametrize("backend", ["threading", "loky", "sequential"])
def test_parallel_results_keep_their_order(backend):
    squares = tm.Parallel(n_jobs=2, backend=backend)(tm.delayed(lambda n: n * n)(n) for n in range(50))
    assert squares == [n * n for n in range(50)]


def test_an_exception_in_a_worker_comes_through():
    def broken(n):
        raise KeyError(n)

    for backend in ("threading", "loky"):
        with pytest.raises(KeyError):
            tm.Parallel(n_jobs=2, backend=backend)(tm.delayed(broken)(n) for n in range(3))


def test_the_folder_is_made_smaller(memory):
    calls = []

    @memory.cache
    def numbers(n):
        calls.append(n)
        # What cannot be made smaller by compressing it.
        return np.random.default_rng(n).random(20_000)

    for n in range(8):
        numbers(n)
    memory.reduce_size()
    assert all(numbers.check_call_in_cache(n) for n in range(8))
    memory.reduce_size(bytes_limit="500K")
    kept = sum(numbers.check_call_in_cache(n) for n in range(8))
    assert 0 < kept < 8
    np.testing.assert_array_equal(numbers(3), np.random.default_rng(3).random(20_000))
    memory.reduce_size(age_limit=datetime.timedelta(days=1))
    assert numbers.check_call_in_cache(3)
    memory.reduce_size(items_limit=0)
    assert not any(numbers.check_call_in_cache(n) for n in range(8))
    assert tm.Memory(None).reduce_size(items_limit=0) is None


@pytest.mark.parametrize(
    "limits",
    [{"bytes_limit": -1}, {"bytes_limit": "many"}, {"items_limit": -1}, {"age_limit": datetime.timedelta(days=-1)}],
)
def test_limits_below_nothing_are_refused(memory, limits):
    with pytest.raises(ValueError, match="_limit must be"):
        memory.reduce_size(**limits)


class Scaled:
    def __init__(self, memory, ignore=None):
        self.factor = 2
        self.times = memory.cache(self.times, ignore=ignore)

    def times(self, x):
        return self.factor * x


def test_a_cached_method_sees_its_object_change(memory):
    scaled = Scaled(memory)
    assert scaled.times(3) == 6
    scaled.factor = 5
    assert scaled.times(3) == scaled.times(x=3) == 15
    scaled.factor = 2
    assert scaled.times.check_call_in_cache(3) and scaled.times(3) == 6


def test_the_object_of_a_cached_method_can_be_ignored(memory):
    scaled = Scaled(memory, ignore=["self"])
    assert scaled.times(3) == 6
    scaled.factor = 5
    assert scaled.times(3) == 6


class Adder:
    def __init__(self, n):
        self.n = n

    def __call__(self, x):
        return x + self.n


def test_a_cached_object_that_is_called_sees_itself_change(memory):
    adder = Adder(1)
    cached = memory.cache(adder)
    assert cached(1) == 2
    adder.n = 10
    assert cached(1) == 11
    # The place of a result is the same whenever the object was first called.
    assert memory.cache(Adder(10)).check_call_in_cache(1)


@pytest.mark.parametrize("first", ["topicmill", "joblib"])
def test_joblib_runs_in_the_same_process(first, run_python):
    script = """
import sys, joblib, topicmill as tm
packages = [tm, joblib, tm] if sys.argv[1] == "topicmill" else [joblib, tm, joblib]
print([package.Parallel(n_jobs=2)(package.delayed(pow)(n, 2) for n in range(4)) for package in packages])
"""
    assert run_python(script, first).strip() == str([[0, 1, 4, 9]] * 3)


def test_processes_that_died_are_replaced():
    parallel = tm.Parallel(n_jobs=2)
    with pytest.raises(RuntimeError):
        parallel(tm.delayed(os._exit)(1) for _ in range(2))
    assert parallel(tm.delayed(pow)(n, 2) for n in range(4)) == [0, 1, 4, 9]


@pytest.mark.parametrize(
    "settings",
    [{"batch_size": 0}, {"batch_size": -1}, {"batch_size": 1.5}, {"batch_size": "all"}, {"prefer": "bad"}, {"require": "bad"}],
)
def test_settings_of_parallel_calls_that_mean_nothing_are_refused(settings):
    with pytest.raises(ValueError, match=f"{next(iter(settings))} must be"):
        tm.Parallel(n_jobs=2, **settings)


def test_a_function_may_call_itself_with_the_same_key(memory):
    @memory.cache(ignore=["depth"])
    def deep(x, depth):
        return deep(x, depth - 1) + 1 if depth else x

    found = []
    thread = threading.Thread(target=lambda: found.extend([deep(1, 3), deep(1, 0)]), daemon=True)
    thread.start()
    thread.join(20)
    assert found == [4, 4]


CODE = {
    "lru_cache": "import functools\n@functools.lru_cache\ndef f(x): return x + {0}",
    "global lru_cache": "import functools\n@functools.lru_cache\ndef g(x): return x + {0}\ndef f(x): return g(x)",
    "cached global": "@memory.cache\ndef g(x): return x + {0}\ndef f(x): return g(x)",
    "object": "class C:\n    def __call__(self, x): return x + {0}\nf = C()",
    "part of an object": "import functools\nclass C:\n    def __call__(self, y, x): return x + {0}\nf = functools.partial(C(), 0)",
    "__init__": "class f(list):\n    def __init__(self, x): self.append(x + {0})\n    def __eq__(self, x): return self[0] == x",
    "__new__": "class f(int):\n    def __new__(cls, x): return x + {0}",
}


@pytest.mark.parametrize("case", CODE)
def test_code_that_changes_behind_something_else_is_another_function(case, memory, monkeypatch):
    import sys
    import types

    for n in (1, 2, 1):
        module = types.ModuleType("changing")
        monkeypatch.setitem(sys.modules, "changing", module)
        module.memory = memory
        exec(CODE[case].format(n), vars(module))
        cached = memory.cache(module.f)
        assert cached(1) == 1 + n
        assert cached.check_call_in_cache(1)


def test_a_rule_sees_default_values_and_is_asked_once_a_call(memory):
    seen = []

    def rule(told):
        seen.append(told["input_args"])
        return False

    @memory.cache(cache_validation_callback=rule)
    def add(x, y=2):
        return x + y

    assert [add(1), add(1), add(1)] == [3, 3, 3]
    assert seen == [{"x": "1", "y": "2"}] * 2
    assert memory.cache(lambda x, y=2: x).call(1)[1]["input_args"] == {"x": "1", "y": "2"}


def test_ignored_parameters_are_a_list_and_may_be_all_others(memory):
    def taken(x, *others, **named):
        return x

    with pytest.raises(ValueError, match="list"):
        memory.cache(taken, ignore="x")
    for ignore in (["*"], ["**"], ["*", "**"]):
        memory.clear(warn=False)
        cached = memory.cache(taken, ignore=ignore)
        cached(1)
        assert cached.check_call_in_cache(1, 2) == ("*" in ignore)
        assert cached.check_call_in_cache(1, y=2) == ("**" in ignore)
    for missing in ("*", "**", "y"):
        with pytest.raises(ValueError, match="is not defined"):
            memory.cache(square, ignore=[missing])


async def later(x):
    import asyncio

    await asyncio.sleep(0)
    return [x]


@pytest.mark.parametrize("kept", [True, False])
def test_the_result_of_a_coroutine_is_kept(kept, tmp_path):
    import asyncio

    calls = []

    async def slow(x):
        calls.append(x)
        return await later(x)

    async def run():
        cached = tm.Memory(tmp_path if kept else None, verbose=0).cache(slow)
        together = await asyncio.gather(cached(1), cached(1))
        shelved = await cached.call_and_shelve(1)
        value, told = await cached.call(2)
        values = [*together, shelved.get(), value, await cached(1)]
        return values, told, cached.check_call_in_cache(2)

    values, told, is_kept = asyncio.run(run())
    assert values == [[1], [1], [1], [2], [1]] and is_kept == kept
    # Two that come at once both compute: neither could wait without holding up the other.
    assert calls == ([1, 1, 2] if kept else [1, 1, 1, 2, 1])
    assert not kept or told["input_args"] == {"x": "2"}


def test_the_place_of_a_coroutines_result_computes_nothing(memory):
    import asyncio

    cached = pickle.loads(pickle.dumps(memory.cache(later)))
    shelved = asyncio.run(cached.call_and_shelve(1))
    assert shelved.get() == [1]
    memory.reduce_size(items_limit=0)
    with pytest.raises(KeyError, match="gone"):
        shelved.get()


MAPPED = {
    "every second": np.arange(100)[::2],
    "backwards": np.arange(100)[::-1],
    "part of rows": np.arange(100.0).reshape(10, 10)[:, 2:5],
    "permuted": np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1),
    "dates": np.datetime64("2026-07-01") + np.arange(100),
    "dates backwards": (np.datetime64("2026-07-01") + np.arange(100))[::-1],
    "spans": np.arange(100).astype("m8[s]").reshape(10, 10).T,
    "one date": np.array("2026-07-01", "M8[D]"),
}


@pytest.mark.parametrize("case", MAPPED)
def test_arrays_of_any_layout_and_dates_are_mapped(case, tmp_path):
    array = MAPPED[case]
    tm.dump([array, array], tmp_path / "value")
    for mode in ("r", None):
        got, again = tm.load(tmp_path / "value", mmap_mode=mode)
        assert got is again and got.dtype == array.dtype and isinstance(got, np.memmap) == (mode == "r")
        assert got.flags.writeable == (mode is None)
        np.testing.assert_array_equal(got, array)


def test_values_follow_each_other_in_one_file():
    import io

    values = [[1, 2], np.arange(5), np.empty(0), {"x": np.arange(3.0)}]
    for compress in (0, 3):
        file = io.BytesIO()
        for value in values:
            tm.dump(value, file, compress=compress)
        file.seek(0)
        for value in values:
            got = tm.load(file)
            np.testing.assert_equal(got, value)
        assert not file.read()
        with pytest.raises(ValueError, match="header"):
            tm.load(file)


def _ends(data):
    """Where the header of a file ends, with its table of buffers."""
    return 40 + 16 * int.from_bytes(data[32:40], "little")


@pytest.mark.parametrize("compress", [0, 3])
def test_damaged_files_are_refused(tmp_path, compress):
    import io

    path = tmp_path / "value"
    tm.dump({"x": np.arange(1000.0), "y": np.arange(5)}, path, compress=compress)
    good = path.read_bytes()
    bad = [good[:n] for n in (*range(0, _ends(good), 7), len(good) - 1)]
    # Counts and places that are far too large.
    bad += [good[:at] + b"\xff" * 7 + good[at + 7 :] for at in range(24, _ends(good), 8)]
    bad += [good[:at] + b"\xff" * 8 + good[at + 8 :] for at in range(24, _ends(good), 8)]
    if compress:
        bad += [good[:at] + b"\xff" * 8 + good[at + 8 :] for at in (_ends(good), len(good) - 20)]
    for one in bad:
        path.write_bytes(one)
        for load in (
            lambda: tm.load(path),
            lambda: tm.load(path, mmap_mode="r"),
            lambda: tm.load(io.BytesIO(one)),
        ):
            with pytest.raises(ValueError, match="file"):
                load()


def test_what_no_pickle_holds_is_a_pickling_error(tmp_path):
    with pytest.raises(pickle.PicklingError, match="lambda"):
        tm.dump(lambda: 1, tmp_path / "value")


def test_functions_that_all_call_each_other_have_a_digest():
    def functions(n, last):
        names = [f"f{i}" for i in range(n)]
        calls = " or ".join(f"{name}(x - 1)" for name in names)
        module = {"__name__": "calling"}
        exec("".join(f"def {name}(x): return x > {i if i < n - 1 else last} and ({calls})\n" for i, name in enumerate(names)), module)
        return [module[name] for name in names]

    digests = [tm.hash(one) for one in functions(20, last=97)]
    assert digests == [tm.hash(one) for one in functions(20, last=97)] and len(set(digests)) == 20
    assert not set(digests) & {tm.hash(one) for one in functions(20, last=98)}
