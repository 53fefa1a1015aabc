"""Expressions: time per element against number of elements, beside NumPy, numexpr, numba and a loop
written by hand; the figure is expr.svg. Then tables and sparse rows beside pandas, Polars, DuckDB and
scikit-learn.

    cargo xtask bench expr [LARGEST]
"""

import math
import statistics
import sys

import frame

LARGEST = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10**8
SIZES = [10**power for power in range(1, 9) if 10**power <= LARGEST]
TURNS = 3
COLOURS = {
    "topicmill": "#c0392b", "limit": "#7f8c8d", "NumPy": "#2471a3", "NumPy, in place": "#76b5de",
    "numexpr": "#1e8449", "numba": "#b7950b",
}


def collect():
    """Nanoseconds per element of each kind of work and size; of each the best number of threads."""
    taken = {}
    for _ in range(TURNS):
        for threads in (1, 2):
            for command in ([frame.BENCH, "expr"], [frame.PYTHON, "bench/peers/expr_numpy.py"]):
                # All sizes at once would hold the machine too long.
                for sizes in (SIZES[:-1], SIZES[-1:]):
                    figures = frame.measured([*command, threads, *sizes])
                    for n, found in figures["ns_per_element"].items():
                        for name, value in found.items():
                            taken.setdefault((name, int(n)), {}).setdefault(threads, []).append(value)
    return {key: min(statistics.median(values) for values in of.values()) for key, of in taken.items()}


def tables(run):
    """Questions over ten million rows, or as many as were asked for: each side's better number of threads."""
    rows = min(LARGEST, 10**7)
    best = {}
    for threads in (1, 2):
        for command in ([frame.BENCH, "tables"], [frame.PYTHON, "bench/peers/expr_tables.py"]):
            for name, seconds in frame.measured([*command, threads, rows])["seconds"].items():
                best[name] = min(best.get(name, math.inf), seconds)
    works = [  # ours, peer, the peer's time over ours that is aimed at
        ("masked means", "pandas, masked means", 4), ("10,000 groups", "Polars, 10,000 groups", 1 / 1.5),
        ("10,000 groups", "DuckDB, 10,000 groups", 1 / 1.5), ("10,000 groups", "pandas, 10,000 groups", 1),
        ("ten queries", "one query", 1 / 2), ("tf-idf with norms, its own memory", "scikit-learn, tf-idf with norms", 3),
        ("tf-idf with norms", "scikit-learn, tf-idf with norms", 3),
    ]
    for ours, peer, reach in works:
        a, b = best[ours], best[peer]
        run.add({"work": f"{ours}, {rows:,}", "seconds": a, "peer": peer, "peer_seconds": b, "ratio": b / a, "reach": reach})


def figure(series, path):
    """Lines on paper with logarithmic scales, as SVG."""
    width, height, left, bottom, top = 860, 520, 80, 60, 30
    values = [v for points in series.values() for _, v in points]
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
    x = lambda n: left + (math.log10(n) - 1) / (math.log10(SIZES[-1]) - 1 or 1) * (width - left - 190)
    y = lambda v: height - bottom - math.log(v / low) / math.log(high / low) * (height - bottom - top)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
           f'<rect width="{width}" height="{height}" fill="#fff"/>',
           f'<text x="{left}" y="18" font-size="15">tf*idf-1, f64: time per element against number of elements</text>']
    for n in SIZES:
        out.append(f'<line x1="{x(n):.1f}" x2="{x(n):.1f}" y1="{top}" y2="{height - bottom}" stroke="#eee"/>'
                   f'<text x="{x(n):.1f}" y="{height - bottom + 18}" text-anchor="middle">10'
                   f'<tspan dy="-5" font-size="10">{round(math.log10(n))}</tspan></text>')
    value = low
    while value <= high * 1.001:
        out.append(f'<line x1="{left}" x2="{width - 190}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#eee"/>'
                   f'<text x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
        value *= 10
    out.append(f'<text x="{(left + width - 190) / 2}" y="{height - 14}" text-anchor="middle">elements</text>')
    out.append(f'<text transform="rotate(-90)" x="{-height / 2}" y="20" text-anchor="middle">nanoseconds per element</text>')
    # Names beside the last points, none upon another.
    last = float("inf")
    for name, points in sorted(series.items(), key=lambda item: item[1][-1][1]):
        path_points = " ".join(f"{x(n):.1f},{y(v):.1f}" for n, v in points)
        dash = ' stroke-dasharray="5 4"' if name == "limit" else ""
        out.append(f'<polyline points="{path_points}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"{dash}/>')
        at = min(y(points[-1][1]) + 4, last - 16)
        last = at
        out.append(f'<text x="{x(points[-1][0]) + 8:.1f}" y="{at:.1f}" fill="{COLOURS[name]}">{name}</text>')
    path.write_text("\n".join(out) + "\n</svg>\n")


def main():
    run = frame.Run("expr", runs=TURNS)
    best = collect()
    works = [  # ours, peer, the peer's time over ours that is aimed at (a limit: not below 1/1.15)
        ("tf*idf-1", "limit", 1 / 1.15), ("tf*idf-1", "NumPy", 1), ("tf*idf-1", "NumPy, out", 1),
        ("tf*idf-1", "numexpr", 1), ("tf*idf-1", "numba", 1), ("tf*idf-1, in place", "NumPy, in place", 1),
        ("where", "NumPy where", 1), ("sum", "NumPy sum", 1), ("sum", "read", 1 / 1.2), ("mean", "NumPy mean", 1),
        ("where", "tf*idf-1", 1 / 1.3), ("five statistics", "mean", 1 / 1.3), ("limit", "triad", 0.9),
    ]
    for ours, peer, reach in works:
        for n in SIZES:
            a, b = best[ours, n] * n / 1e9, best[peer, n] * n / 1e9
            run.add({"work": f"{ours}, {n:,}", "seconds": a, "peer": peer, "peer_seconds": b, "ratio": b / a, "reach": reach})
    tables(run)
    folder = run.write()
    shown = {"topicmill": "tf*idf-1", **{name: name for name in COLOURS if name != "topicmill"}}
    figure({name: [(n, best[of, n]) for n in SIZES] for name, of in shown.items()}, folder / "expr.svg")


main()
