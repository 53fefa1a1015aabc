"""The Python package beside scikit-learn, joblib, numexpr and NumPy."""

import statistics

import frame

# Random states of factorisations.
STATES = 5


def side(name, *work):
    return [frame.PYTHON, "bench/peers/python_work.py", name, *work]


def compare_nmf(run, path):
    """From several starts, each to the loss that scikit-learn has in the end from the same one.

    Both end in local minima, which differ by as much as one in ten thousand: from a single start a side
    that fell into the better one would never be met. A start whose loss is not reached counts with the
    time of all iterations.
    """
    ours, theirs = [], []
    for state in range(STATES):
        theirs.append(frame.measured(side("scikit-learn", "nmf", path, state)))
        ours.append(frame.measured(side("topicmill", "nmf", path, state, theirs[-1]["loss"])))
    work = f"NMF.fit of pyvideo, k=50, to scikit-learn's own loss, {STATES} random states"
    row = {"work": work, "peer": "scikit-learn", "reach": 15, "figures": {"states": ours}, "peer_figures": {"states": theirs}}
    for prefix, found in (("", ours), ("peer_", theirs)):
        row[f"{prefix}seconds"] = statistics.median(one["seconds"] for one in found)
        row[f"{prefix}peak_rss_bytes"] = max(one["peak_rss_bytes"] for one in found)
    ratios = [b["seconds"] / a["seconds"] for a, b in zip(ours, theirs)]
    run.add(row | {"ratio": statistics.median(ratios)})
    reached = sum(one["reached"] for one in ours)
    run.note({"work": work, "ratios": ratios, "reached": reached},
             f"reached from {reached} of {STATES}; {min(ratios):.1f} to {max(ratios):.1f}×")


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
        compare_nmf(run, path)
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
