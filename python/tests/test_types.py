"""Types: the stub has the names and parameters that there are, and a strict checker is content with users' code."""

import ast
import inspect
from pathlib import Path

import pytest
import topicmill as tm

STUB = ast.parse(Path(tm.__file__).with_name("__init__.pyi").read_text())
FUNCTIONS = {one.name: one for one in STUB.body if isinstance(one, ast.FunctionDef)}
CLASSES = {one.name: one for one in STUB.body if isinstance(one, ast.ClassDef) and not one.name.startswith("_")}
METHODS = [
    (name, method.name)
    for name, kind in CLASSES.items()
    for method in kind.body
    if isinstance(method, ast.FunctionDef) and not method.decorator_list
]


def parameters(function):
    """Names of parameters by the way they are given, with whether they have defaults."""
    if isinstance(function, ast.FunctionDef):
        args = function.args
        plain = args.posonlyargs + args.args
        defaults = [False] * (len(plain) - len(args.defaults)) + [True] * len(args.defaults)
        found = [(one.arg, has) for one, has in zip(plain, defaults)]
        found += [("*", one.arg, value is not None) for one, value in zip(args.kwonlyargs, args.kw_defaults)]
    else:
        kinds = inspect.Parameter
        given = [p for p in inspect.signature(function).parameters.values() if p.kind not in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD)]
        found = [(p.name, p.default is not p.empty) for p in given if p.kind is not kinds.KEYWORD_ONLY]
        found += [("*", p.name, p.default is not p.empty) for p in given if p.kind is kinds.KEYWORD_ONLY]
    return found


def test_the_stub_has_all_public_names():
    exported = next(one.value for one in STUB.body if isinstance(one, ast.Assign) and one.targets[0].id == "__all__")
    assert ast.literal_eval(exported) == tm.__all__
    assert {*FUNCTIONS, *CLASSES} == set(tm.__all__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_the_parameters_of_the_stub(name):
    function = inspect.unwrap(getattr(tm, name))
    assert parameters(FUNCTIONS[name]) == parameters(function)


@pytest.mark.parametrize("kind, name", METHODS)
def test_methods_have_the_parameters_of_the_stub(kind, name):
    stub = next(one for one in CLASSES[kind].body if isinstance(one, ast.FunctionDef) and one.name == name)
    assert parameters(stub) == parameters(inspect.unwrap(getattr(getattr(tm, kind), name)))


def test_public_methods_stand_in_the_stub():
    for name, kind in CLASSES.items():
        there = {one for one, value in vars(getattr(tm, name)).items() if inspect.isfunction(value) and not one.startswith("_")}
        kinds = [kind, *(CLASSES[base.id] for base in kind.bases if isinstance(base, ast.Name) and base.id in CLASSES)]
        told = {one.name for kind in kinds for one in kind.body if isinstance(one, ast.FunctionDef)}
        assert there <= told, name


USERS_CODE = """
import numpy as np
import topicmill as tm

weights = tm.TfidfVectorizer(stop_words="english", n_jobs=2).fit_transform(["a talk", "two nets"])
model = tm.NMF(n_components=2, random_state=0).fit(weights)
print(model.components_.shape, tm.MiniBatchNMF(2).partial_fit(weights).n_steps_)
x = np.arange(5.0)
print((tm.array(x) * 2 - 1 > 0).sum().compute(), tm.evaluate("x * 2", {"x": x}), tm.sum(x, where=x > 1).compute())
weigh = tm.expr(lambda a, b: a * b - 1)
print(weigh(x, x, out=x), weigh.text)
memory = tm.Memory("results", verbose=0)


@memory.cache
def double(n: int) -> int:
    return 2 * n


@memory.cache(ignore=["loud"], cache_validation_callback=tm.expires_after(days=1))
def half(n: int, loud: bool = False) -> float:
    return n / 2


total: float = double(4) + half(3, loud=True) + double.call_and_shelve(4).get() + double.call(1)[0]
print(tm.group(["a", "b"]).mean(x[:2]), tm.hash(total), list(tm.Parallel(n_jobs=2)(tm.delayed(abs)(n) for n in (-1, 2))))
result = tm.open("site", frames="polars")
print(result.topics, result.k + 1, result.query("count() by topic"))
"""


@pytest.mark.parametrize(
    "code, words",
    [
        (USERS_CODE, None),
        ("import topicmill as tm\ntm.NMF(2, solver='fast')\n", "arg-type"),
        ("import topicmill as tm\ntm.Memory('x').cache(len)(3)\n", "arg-type"),
        ("import topicmill as tm\ntm.open('site').topic\n", "attr-defined"),
    ],
)
def test_a_strict_checker_reads_users_code(code, words, tmp_path):
    api = pytest.importorskip("mypy.api")
    path = tmp_path / "users.py"
    path.write_text(code)
    told, _, failed = api.run(["--strict", "--cache-dir", str(tmp_path / "cache"), str(path)])
    assert bool(failed) == bool(words) and (words or "Success") in told, told
