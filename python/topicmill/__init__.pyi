"""Topics of many documents, fast expressions over arrays, and a memory for results: its types."""

from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import timedelta
from os import PathLike
from pathlib import Path
from typing import IO, Any, Generic, Literal, ParamSpec, Self, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from topicmill._native import Expression

__all__ = [
    "CountVectorizer",
    "HashingVectorizer",
    "MemorizedFunc",
    "MemorizedResult",
    "Memory",
    "MiniBatchNMF",
    "NMF",
    "NotMemorizedFunc",
    "NotMemorizedResult",
    "Parallel",
    "Result",
    "TfidfTransformer",
    "TfidfVectorizer",
    "all",
    "any",
    "argmax",
    "argmin",
    "array",
    "build",
    "count",
    "delayed",
    "dump",
    "evaluate",
    "expires_after",
    "expr",
    "group",
    "hash",
    "load",
    "max",
    "mean",
    "min",
    "non_negative_factorization",
    "open",
    "prod",
    "std",
    "sum",
    "var",
    "where",
]

_P = ParamSpec("_P")
_R = TypeVar("_R")
_R_co = TypeVar("_R_co", covariant=True)
_Name = str | PathLike[str]
_Matrix = Any
_Frames = Literal["pandas", "polars", "numpy"]
_MmapMode = Literal["r", "r+", "w+", "c"]
_Call = tuple[Callable[..., _R], tuple[Any, ...], dict[str, Any]]

# Texts and weights

class CountVectorizer(BaseEstimator):  # type: ignore[misc]
    def __init__(
        self,
        *,
        input: Literal["filename", "file", "content"] = "content",
        encoding: str = "utf-8",
        decode_error: Literal["strict", "ignore", "replace"] = "strict",
        strip_accents: Literal["ascii", "unicode"] | Callable[[str], str] | None = None,
        lowercase: bool = True,
        preprocessor: Callable[[str], str] | None = None,
        tokenizer: Callable[[str], Iterable[str]] | None = None,
        stop_words: Literal["english"] | list[str] | None = None,
        token_pattern: str | None = ...,
        ngram_range: tuple[int, int] = (1, 1),
        analyzer: Literal["word", "char", "char_wb"] | Callable[[Any], Iterable[Any]] = "word",
        max_df: float = 1.0,
        min_df: float = 1,
        max_features: int | None = None,
        vocabulary: Mapping[Any, int] | Iterable[Any] | None = None,
        binary: bool = False,
        dtype: Any = ...,
        n_jobs: int | None = None,
    ) -> None: ...
    vocabulary_: dict[Any, int]
    fixed_vocabulary_: bool
    def fit(self, raw_documents: Iterable[Any], y: Any = None) -> Self: ...
    def fit_transform(self, raw_documents: Iterable[Any], y: Any = None) -> _Matrix: ...
    def transform(self, raw_documents: Iterable[Any]) -> _Matrix: ...
    def inverse_transform(self, X: _Matrix) -> list[NDArray[Any]]: ...
    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]: ...

class TfidfVectorizer(CountVectorizer):
    def __init__(
        self,
        *,
        input: Literal["filename", "file", "content"] = "content",
        encoding: str = "utf-8",
        decode_error: Literal["strict", "ignore", "replace"] = "strict",
        strip_accents: Literal["ascii", "unicode"] | Callable[[str], str] | None = None,
        lowercase: bool = True,
        preprocessor: Callable[[str], str] | None = None,
        tokenizer: Callable[[str], Iterable[str]] | None = None,
        analyzer: Literal["word", "char", "char_wb"] | Callable[[Any], Iterable[Any]] = "word",
        stop_words: Literal["english"] | list[str] | None = None,
        token_pattern: str | None = ...,
        ngram_range: tuple[int, int] = (1, 1),
        max_df: float = 1.0,
        min_df: float = 1,
        max_features: int | None = None,
        vocabulary: Mapping[Any, int] | Iterable[Any] | None = None,
        binary: bool = False,
        dtype: Any = ...,
        norm: Literal["l1", "l2"] | None = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
        n_jobs: int | None = None,
    ) -> None: ...
    idf_: NDArray[Any]

class HashingVectorizer(BaseEstimator):  # type: ignore[misc]
    def __init__(
        self,
        *,
        input: Literal["filename", "file", "content"] = "content",
        encoding: str = "utf-8",
        decode_error: Literal["strict", "ignore", "replace"] = "strict",
        strip_accents: Literal["ascii", "unicode"] | Callable[[str], str] | None = None,
        lowercase: bool = True,
        preprocessor: Callable[[str], str] | None = None,
        tokenizer: Callable[[str], Iterable[str]] | None = None,
        stop_words: Literal["english"] | list[str] | None = None,
        token_pattern: str | None = ...,
        ngram_range: tuple[int, int] = (1, 1),
        analyzer: Literal["word", "char", "char_wb"] | Callable[[Any], Iterable[Any]] = "word",
        n_features: int = ...,
        binary: bool = False,
        norm: Literal["l1", "l2"] | None = "l2",
        alternate_sign: bool = True,
        dtype: Any = ...,
        n_jobs: int | None = None,
    ) -> None: ...
    def partial_fit(self, X: Any, y: Any = None) -> Self: ...
    def fit(self, X: Any, y: Any = None) -> Self: ...
    def transform(self, X: Iterable[Any]) -> _Matrix: ...
    def fit_transform(self, X: Iterable[Any], y: Any = None) -> _Matrix: ...

class TfidfTransformer(BaseEstimator):  # type: ignore[misc]
    def __init__(
        self,
        *,
        norm: Literal["l1", "l2"] | None = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
    ) -> None: ...
    idf_: NDArray[Any]
    def fit(self, X: _Matrix, y: Any = None) -> Self: ...
    def transform(self, X: _Matrix, copy: bool = True) -> _Matrix: ...
    def fit_transform(self, X: _Matrix, y: Any = None) -> _Matrix: ...

# Topics

_Init = Literal["random", "nndsvd", "nndsvda", "nndsvdar", "custom"]
_Beta = float | Literal["frobenius", "kullback-leibler", "itakura-saito"]

class NMF(BaseEstimator):  # type: ignore[misc]
    def __init__(
        self,
        n_components: int | Literal["auto"] | None = "auto",
        *,
        init: _Init | None = None,
        solver: Literal["cd", "mu"] = "cd",
        beta_loss: _Beta = "frobenius",
        tol: float = 1e-4,
        max_iter: int = 200,
        random_state: int | np.random.RandomState | None = None,
        alpha_W: float = 0.0,
        alpha_H: float | Literal["same"] = "same",
        l1_ratio: float = 0.0,
        verbose: int = 0,
        shuffle: bool = False,
        n_jobs: int | None = None,
    ) -> None: ...
    components_: NDArray[Any]
    n_components_: int
    reconstruction_err_: float
    n_iter_: int
    def fit(self, X: _Matrix, y: Any = None, **params: Any) -> Self: ...
    def fit_transform(self, X: _Matrix, y: Any = None, W: Any = None, H: Any = None) -> NDArray[Any]: ...
    def transform(self, X: _Matrix) -> NDArray[Any]: ...
    def inverse_transform(self, X: Any) -> NDArray[Any]: ...

class MiniBatchNMF(BaseEstimator):  # type: ignore[misc]
    def __init__(
        self,
        n_components: int | Literal["auto"] | None = "auto",
        *,
        init: _Init | None = None,
        batch_size: int = 1024,
        beta_loss: _Beta = "frobenius",
        tol: float = 1e-4,
        max_no_improvement: int | None = 10,
        max_iter: int = 200,
        alpha_W: float = 0.0,
        alpha_H: float | Literal["same"] = "same",
        l1_ratio: float = 0.0,
        forget_factor: float = 0.7,
        fresh_restarts: bool = False,
        fresh_restarts_max_iter: int = 30,
        transform_max_iter: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
        n_jobs: int | None = None,
    ) -> None: ...
    components_: NDArray[Any]
    n_components_: int
    reconstruction_err_: float
    n_iter_: int
    n_steps_: int
    def fit(self, X: _Matrix, y: Any = None, **params: Any) -> Self: ...
    def fit_transform(self, X: _Matrix, y: Any = None, W: Any = None, H: Any = None) -> NDArray[Any]: ...
    def partial_fit(self, X: _Matrix, y: Any = None, W: Any = None, H: Any = None) -> Self: ...
    def transform(self, X: _Matrix) -> NDArray[Any]: ...
    def inverse_transform(self, X: Any) -> NDArray[Any]: ...

def non_negative_factorization(
    X: _Matrix,
    W: Any = None,
    H: Any = None,
    n_components: int | Literal["auto"] | None = "auto",
    *,
    init: _Init | None = None,
    update_H: bool = True,
    solver: Literal["cd", "mu"] = "cd",
    beta_loss: _Beta = "frobenius",
    tol: float = 1e-4,
    max_iter: int = 200,
    alpha_W: float = 0.0,
    alpha_H: float | Literal["same"] = "same",
    l1_ratio: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
    verbose: int = 0,
    shuffle: bool = False,
) -> tuple[NDArray[Any], NDArray[Any], int]: ...

# Expressions

class _Lazy:
    def compute(self, out: Any = None) -> Any: ...
    def astype(self, dtype: Any) -> _Lazy: ...
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]: ...
    def __float__(self) -> float: ...
    def __int__(self) -> int: ...
    def __len__(self) -> int: ...
    def __round__(self, ndigits: int = 0) -> _Lazy: ...
    def __getitem__(self, index: Any) -> _Lazy: ...
    def __setitem__(self, mask: Any, value: Any) -> None: ...
    def __add__(self, other: Any) -> _Lazy: ...
    def __radd__(self, other: Any) -> _Lazy: ...
    def __sub__(self, other: Any) -> _Lazy: ...
    def __rsub__(self, other: Any) -> _Lazy: ...
    def __mul__(self, other: Any) -> _Lazy: ...
    def __rmul__(self, other: Any) -> _Lazy: ...
    def __truediv__(self, other: Any) -> _Lazy: ...
    def __rtruediv__(self, other: Any) -> _Lazy: ...
    def __floordiv__(self, other: Any) -> _Lazy: ...
    def __rfloordiv__(self, other: Any) -> _Lazy: ...
    def __mod__(self, other: Any) -> _Lazy: ...
    def __rmod__(self, other: Any) -> _Lazy: ...
    def __pow__(self, other: Any) -> _Lazy: ...
    def __rpow__(self, other: Any) -> _Lazy: ...
    def __and__(self, other: Any) -> _Lazy: ...
    def __rand__(self, other: Any) -> _Lazy: ...
    def __or__(self, other: Any) -> _Lazy: ...
    def __ror__(self, other: Any) -> _Lazy: ...
    def __xor__(self, other: Any) -> _Lazy: ...
    def __rxor__(self, other: Any) -> _Lazy: ...
    def __lshift__(self, other: Any) -> _Lazy: ...
    def __rlshift__(self, other: Any) -> _Lazy: ...
    def __rshift__(self, other: Any) -> _Lazy: ...
    def __rrshift__(self, other: Any) -> _Lazy: ...
    def __lt__(self, other: Any) -> _Lazy: ...
    def __le__(self, other: Any) -> _Lazy: ...
    def __gt__(self, other: Any) -> _Lazy: ...
    def __ge__(self, other: Any) -> _Lazy: ...
    def __eq__(self, other: Any) -> _Lazy: ...  # type: ignore[override]
    def __ne__(self, other: Any) -> _Lazy: ...  # type: ignore[override]
    def __neg__(self) -> _Lazy: ...
    def __pos__(self) -> _Lazy: ...
    def __invert__(self) -> _Lazy: ...
    def __abs__(self) -> _Lazy: ...
    def sum(self, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
    def prod(self, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
    def mean(self, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
    def min(self, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
    def max(self, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
    def any(self, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
    def all(self, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
    def argmin(self, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
    def argmax(self, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
    def var(
        self, axis: int | None = None, *, ddof: int = 0, where: Any = None, keepdims: bool = False
    ) -> _Lazy: ...
    def std(
        self, axis: int | None = None, *, ddof: int = 0, where: Any = None, keepdims: bool = False
    ) -> _Lazy: ...

class _Groups:
    keys: Any
    @property
    def of_rows(self) -> NDArray[np.int64]: ...
    def __len__(self) -> int: ...
    def count(self, x: Any = None, *, where: Any = None) -> NDArray[Any]: ...
    def sum(self, x: Any, *, where: Any = None) -> NDArray[Any]: ...
    def prod(self, x: Any, *, where: Any = None) -> NDArray[Any]: ...
    def mean(self, x: Any, *, where: Any = None) -> NDArray[Any]: ...
    def min(self, x: Any, *, where: Any = None) -> NDArray[Any]: ...
    def max(self, x: Any, *, where: Any = None) -> NDArray[Any]: ...
    def any(self, x: Any, *, where: Any = None) -> NDArray[Any]: ...
    def all(self, x: Any, *, where: Any = None) -> NDArray[Any]: ...
    def var(self, x: Any, *, ddof: int = 0, where: Any = None) -> NDArray[Any]: ...
    def std(self, x: Any, *, ddof: int = 0, where: Any = None) -> NDArray[Any]: ...

def evaluate(
    ex: str,
    local_dict: Mapping[str, Any] | None = None,
    global_dict: Mapping[str, Any] | None = None,
    out: Any = None,
    order: Literal["C", "F", "A", "K"] = "K",
    casting: Literal["no", "equiv", "safe", "same_kind", "unsafe"] = "same_kind",
    sanitize: bool | None = None,
    _frame_depth: int = 3,
    disable_cache: bool = False,
    **kwargs: Any,
) -> Any: ...
def expr(function: Callable[..., Any] | str) -> Expression: ...
def array(x: Any) -> _Lazy: ...
def where(condition: Any, a: Any, b: Any) -> _Lazy: ...
def sum(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def prod(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def mean(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def min(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def max(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def count(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def any(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def all(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def argmin(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def argmax(x: Any, axis: int | None = None, *, where: Any = None, keepdims: bool = False) -> _Lazy: ...
def var(
    x: Any, axis: int | None = None, *, ddof: int = 0, where: Any = None, keepdims: bool = False
) -> _Lazy: ...
def std(
    x: Any, axis: int | None = None, *, ddof: int = 0, where: Any = None, keepdims: bool = False
) -> _Lazy: ...
def group(*keys: ArrayLike | tuple[ArrayLike, ...], n_jobs: int | None = None) -> _Groups: ...

# Results that are kept

class MemorizedResult(Generic[_R_co]):
    store_backend: Any
    func_id: str
    args_id: str
    mmap_mode: _MmapMode | None
    def __init__(
        self,
        store_backend: Any,
        func_id: str,
        args_id: str,
        mmap_mode: _MmapMode | None = None,
        call: Any = None,
        generation: int = 0,
    ) -> None: ...
    @property
    def func(self) -> str: ...
    def get(self) -> _R_co: ...
    def clear(self) -> None: ...
    def __getstate__(self) -> dict[str, Any]: ...

class NotMemorizedResult(Generic[_R_co]):
    value: Any
    valid: bool
    def __init__(self, value: _R_co) -> None: ...  # type: ignore[misc]
    def get(self) -> _R_co: ...
    def clear(self) -> None: ...

class MemorizedFunc(Generic[_P, _R_co]):
    func: Callable[_P, _R_co]
    ignore: list[str]
    mmap_mode: _MmapMode | None
    def __init__(
        self,
        func: Callable[_P, _R_co],
        location: _Name,
        backend: str = "local",
        ignore: list[str] | None = None,
        mmap_mode: _MmapMode | None = None,
        compress: bool | int = False,
        verbose: int = 1,
        timestamp: float | None = None,
        cache_validation_callback: Callable[[dict[str, Any]], bool] | None = None,
    ) -> None: ...
    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co: ...
    def call(self, *args: _P.args, **kwargs: _P.kwargs) -> tuple[_R_co, dict[str, Any]]: ...
    def call_and_shelve(self, *args: _P.args, **kwargs: _P.kwargs) -> MemorizedResult[_R_co]: ...
    def check_call_in_cache(self, *args: _P.args, **kwargs: _P.kwargs) -> bool: ...
    def clear(self, warn: bool = True) -> None: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Callable[..., _R_co]: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

class NotMemorizedFunc(Generic[_P, _R_co]):
    func: Callable[_P, _R_co]
    def __init__(self, func: Callable[_P, _R_co]) -> None: ...
    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co: ...
    def call(self, *args: _P.args, **kwargs: _P.kwargs) -> tuple[_R_co, dict[str, Any]]: ...
    def call_and_shelve(self, *args: _P.args, **kwargs: _P.kwargs) -> NotMemorizedResult[_R_co]: ...
    def check_call_in_cache(self, *args: _P.args, **kwargs: _P.kwargs) -> bool: ...
    def clear(self, warn: bool = True) -> None: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

class Memory:
    location: _Name | None
    backend: str
    mmap_mode: _MmapMode | None
    compress: bool | int
    verbose: int
    backend_options: Mapping[str, Any] | None
    def __init__(
        self,
        location: _Name | None = None,
        backend: str = "local",
        mmap_mode: _MmapMode | None = None,
        compress: bool | int = False,
        verbose: int = 1,
        backend_options: Mapping[str, Any] | None = None,
    ) -> None: ...
    @property
    def folder(self) -> Path | None: ...
    @property
    def store_backend(self) -> Any: ...
    @overload
    def cache(
        self,
        func: Callable[_P, _R],
        ignore: list[str] | None = None,
        verbose: int | None = None,
        mmap_mode: _MmapMode | Literal[False] | None = False,
        cache_validation_callback: Callable[[dict[str, Any]], bool] | None = None,
    ) -> MemorizedFunc[_P, _R]: ...
    @overload
    def cache(
        self,
        func: None = None,
        ignore: list[str] | None = None,
        verbose: int | None = None,
        mmap_mode: _MmapMode | Literal[False] | None = False,
        cache_validation_callback: Callable[[dict[str, Any]], bool] | None = None,
    ) -> Callable[[Callable[_P, _R]], MemorizedFunc[_P, _R]]: ...
    def clear(self, warn: bool = True) -> None: ...
    def reduce_size(
        self,
        bytes_limit: int | str | None = None,
        items_limit: int | None = None,
        age_limit: timedelta | None = None,
    ) -> None: ...
    def eval(self, func: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R: ...

def expires_after(
    days: float = 0,
    seconds: float = 0,
    microseconds: float = 0,
    milliseconds: float = 0,
    minutes: float = 0,
    hours: float = 0,
    weeks: float = 0,
) -> Callable[[dict[str, Any]], bool]: ...
def hash(obj: Any, hash_name: Literal["md5", "sha1"] = "md5", coerce_mmap: bool = False) -> str: ...
def dump(
    value: Any,
    filename: _Name | IO[bytes],
    compress: bool | int | str | tuple[str, int] = 0,
    protocol: int | None = None,
) -> list[str] | None: ...
def load(
    filename: _Name | IO[bytes],
    mmap_mode: _MmapMode | None = None,
    ensure_native_byte_order: bool | Literal["auto"] = "auto",
) -> Any: ...
def delayed(function: Callable[_P, _R]) -> Callable[_P, _Call[_R]]: ...

class Parallel:
    n_jobs: int
    threads: bool
    sequential: bool
    return_as: str
    verbose: int
    timeout: float | None
    batch_size: int | Literal["auto"]
    def __init__(
        self,
        n_jobs: int | None = None,
        backend: str | None = None,
        return_as: Literal["list", "generator", "generator_unordered"] = "list",
        verbose: int = 0,
        timeout: float | None = None,
        pre_dispatch: int | str = "2 * n_jobs",
        batch_size: int | Literal["auto"] = "auto",
        temp_folder: _Name | None = None,
        max_nbytes: int | str | None = "1M",
        mmap_mode: _MmapMode | None = "r",
        prefer: Literal["processes", "threads"] | None = None,
        require: Literal["sharedmem"] | None = None,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *exception: Any) -> Literal[False]: ...
    def __call__(self, iterable: Iterable[_Call[_R]]) -> list[_R] | Generator[_R]: ...

# Sites

class Result:
    def __init__(self, out: _Name, *, frames: _Frames | None = None, report: Any = None) -> None: ...
    path: Path
    k: int
    n_documents: int
    n_terms: int
    seed: int
    loss: dict[str, Any]
    quality: dict[str, Any]
    @property
    def report(self) -> dict[str, Any]: ...
    @property
    def topics(self) -> Any: ...
    @property
    def terms(self) -> Any: ...
    @property
    def documents(self) -> Any: ...
    @property
    def weights(self) -> Any: ...
    def query(self, question: str, *, n_jobs: int | None = None) -> Any: ...
    def cloud(self, topic: int) -> str: ...
    def _repr_html_(self) -> str: ...

def build(
    source: Any,
    out: _Name,
    *,
    k: int | Literal["auto"] | None = None,
    title: str | None = None,
    seed: int | None = None,
    recipe: _Name | None = None,
    labels: _Name | None = None,
    columns: Mapping[str, str] | None = None,
    config: _Name | Mapping[str, Any] | None = None,
    cache: _Name | None = None,
    offline: bool = False,
    refresh: bool = False,
    keep_topics: bool = False,
    previous: _Name | None = None,
    force: bool = False,
    memory: int | None = None,
    headers: Mapping[str, str] | None = None,
    n_jobs: int | None = None,
    progress: bool | Literal["auto"] | Callable[[str, int, int | None, float | None], Any] = "auto",
    frames: _Frames | None = None,
) -> Result: ...
def open(out: _Name, *, frames: _Frames | None = None) -> Result: ...
