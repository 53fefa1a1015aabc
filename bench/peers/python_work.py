"""One kind of work, by one side: python_work.py SIDE WORK [ARGUMENT...]; prints its seconds."""

import io
import json
import sys
import time
import timeit

import numpy as np


def texts(path):
    import zstandard

    with open(path, "rb") as file:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")
        documents = map(json.loads, lines)
        return [f"{one.get('title') or ''} {one.get('text') or ''}" for one in documents]


def once(work):
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def repeated(work):
    timer = timeit.Timer(work)
    number = max(1, int(0.05 / max(timer.timeit(3) / 3, 1e-9)))
    return min(timer.repeat(5, number)) / number


def tfidf(side, path):
    documents = texts(path)
    if side == "topicmill":
        from topicmill import TfidfVectorizer
    else:
        from sklearn.feature_extraction.text import TfidfVectorizer
    seconds, x = once(lambda: TfidfVectorizer().fit_transform(documents))
    return {"seconds": seconds, "documents": len(documents), "entries": int(x.nnz)}


def nmf(side, path, state, goal=None):
    """From a random state, to scikit-learn's own final loss: ours takes the fewest iterations that reach it."""
    from sklearn.decomposition import NMF as Theirs
    from topicmill import NMF, TfidfVectorizer

    x = TfidfVectorizer(stop_words="english", min_df=3, max_df=0.5, sublinear_tf=True, dtype=np.float32).fit_transform(
        texts(path)
    )
    if side != "topicmill":
        seconds, model = once(lambda: Theirs(50, random_state=int(state)).fit(x))
        return {"seconds": seconds, "loss": float(model.reconstruction_err_)}
    goal = float(goal) * (1 + 1e-4)
    for n in (5, 10, 15, 20, 30, 40, 60, 80, 120, 200):
        seconds, model = once(lambda: NMF(50, random_state=int(state), max_iter=n, tol=0).fit(x))
        reached = bool(model.reconstruction_err_ <= goal)
        if reached:
            break
    return {"seconds": seconds, "loss": float(model.reconstruction_err_), "iterations": model.n_iter_, "reached": reached}


def hash_array(side):
    array = np.random.default_rng(0).random(125_000_000)
    if side == "topicmill":
        from topicmill import hash
    else:
        from joblib import hash
    return {"seconds": once(lambda: hash(array))[0]}


def expression(side, how, n):
    """`tf * idf - 1`: into an array that is given, into a new one, or as an expression that is prepared."""
    rng = np.random.default_rng(0)
    tf, idf = rng.random(int(n)), rng.random(int(n))
    given = how == "given"
    out = np.empty_like(tf) if given else None
    if side == "numpy":
        if given:
            return {"seconds": repeated(lambda: np.subtract(np.multiply(tf, idf, out=out), 1, out=out))}
        return {"seconds": repeated(lambda: tf * idf - 1)}
    if side == "copy":
        # What reading two arrays and writing one costs at the rate of a copy, which reads one and writes one.
        return {"seconds": repeated(lambda: np.copyto(out, tf)) * 1.5}
    if how == "prepared":
        from topicmill import expr

        weigh = expr(lambda tf, idf: tf * idf - 1)
        return {"seconds": repeated(lambda: weigh(tf, idf))}
    if side == "topicmill":
        from topicmill import evaluate
    else:
        from numexpr import evaluate
    names = {"tf": tf, "idf": idf}
    return {"seconds": repeated(lambda: evaluate("tf * idf - 1", names, {}, out=out))}


if __name__ == "__main__":
    side, work, *arguments = sys.argv[1:]
    works = {"tfidf": tfidf, "nmf": nmf, "hash": hash_array, "expression": expression}
    print(json.dumps(works[work](side, *arguments)))
