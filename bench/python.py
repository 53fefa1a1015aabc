"""The Python package beside scikit-learn, joblib, numexpr and NumPy."""

import statistics

import frame


def side(name, *work):
    return [frame.PYTHON, "bench/peers/python_work.py", name, *work]


def main():
    run = frame.Run("python", runs=3)
    for corpus in ("pyvideo", "arxiv"):
        path = frame.data(f"{corpus}.jsonl.zst")
        if path is None:
            print(f"{corpus} is not at hand: left out")
            continue
        run.compare(
            f"TfidfVectorizer.fit_transform, {corpus}",
            ours=side("topicmill", "tfidf", path),
            peers={"scikit-learn": side("scikit-learn", "tfidf", path)},
            reach=15,
        )
    path = frame.data("pyvideo.jsonl.zst")
    if path is not None:
        goal = frame.measured(side("scikit-learn", "nmf", path))["loss"]
        run.compare(
            "NMF.fit of pyvideo, k=50, to scikit-learn's own loss",
            ours=side("topicmill", "nmf", path, goal),
            peers={"scikit-learn": side("scikit-learn", "nmf", path)},
            reach=15,
        )
    run.compare(
        "hash of 1 GB", ours=side("topicmill", "hash"), peers={"joblib": side("joblib", "hash")}, reach=5
    )
    for n in (10, 1000, 100_000, 10_000_000):
        for how in ("given", "new"):
            # At ten numbers three times as fast as numexpr, at ten millions as fast as memory but for a fifth.
            reach = {"numexpr": 3 if n == 10 else 1, "numpy": 1}
            if how == "given" and n == 10_000_000:
                reach["copy"] = 1 / 1.2
            run.compare(
                f"evaluate tf * idf - 1, {n:,} numbers, into a {how} array",
                ours=side("topicmill", "expression", how, n),
                peers={name: side(name, "expression", how, n) for name in reach},
                reach=reach,
            )
    took = run.compare(
        "prepared tf * idf - 1, 10 numbers, into a new array",
        ours=side("topicmill", "expression", "prepared", 10),
        peers={"numpy": side("numpy", "expression", "new", 10)},
        reach=1,
    )
    seconds = statistics.median(one["seconds"] for one in took["topicmill"])
    run.note({"work": "a call of a prepared expression", "seconds": seconds}, f"{seconds * 1e6:.2f} µs (reach 0.6 µs)")
    run.write()


if __name__ == "__main__":
    main()
