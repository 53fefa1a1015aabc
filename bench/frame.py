"""One run of a bench: our program and its peers in turn, in one sitting, on one machine.

    run = frame.Run("text")
    run.compare("fit_transform, pyvideo", ours=[BENCH, "text", path],
                peers={"scikit-learn": [PYTHON, "bench/peers/text_sklearn.py", path]})
    run.write()

A command prints one JSON object on its last line; its "seconds" is what is compared (without it, the
wall time of the whole process). Commands take turns, so that a machine that slows down slows all of
them; what is kept is the median of each and the median of the ratios pair by pair.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
RELEASE = ROOT / "target" / "release"
BENCH = str(RELEASE / "topicmill-bench")
TOPICMILL = str(RELEASE / "topicmill")
SHARED = ROOT.parent / "shared"
PEAK = ROOT / "bench" / "peak.py"


def data(name):
    """The path of a real corpus, or None where the corpora are not at hand."""
    path = SHARED / "data" / name
    return path if path.exists() else None


def measured(command, env=None):
    """Runs a command; its figures, its wall seconds and its peak resident memory in bytes."""
    command = [str(word) for word in command]
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [PYTHON, "-S", str(PEAK), str(writer), *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        pass_fds=[writer],
        env={**os.environ, **(env or {})},
    )
    os.close(writer)
    output, _ = process.communicate()
    with open(reader, encoding="ascii") as told:
        took = json.loads(told.read() or '{"exit": "no word"}')
    if took.pop("exit") != 0:
        raise SystemExit(f"error: {' '.join(command)} failed")
    lines = output.decode().strip().splitlines()
    figures = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return {"seconds": took["wall_seconds"], **took, **figures}


class Run:
    """The figures of one sitting."""

    def __init__(self, name, runs=5):
        self.name = name
        self.runs = runs
        self.rows = []
        self.notes = []

    def compare(self, work, ours, peers=None, reach=None, env=None):
        """Runs ours and the peers in turn `runs` times; a row for each peer, or one of ours alone.

        `reach` is the ratio that is aimed at, the peer's seconds over ours; or that of each peer.
        """
        sides = {"topicmill": ours, **(peers or {})}
        taken = {side: [] for side in sides}
        for _ in range(self.runs):
            for side, command in sides.items():
                taken[side].append(measured(command, env))
        seconds = {side: [one["seconds"] for one in all_] for side, all_ in taken.items()}
        for peer in peers or {None: None}:
            row = {
                "work": work,
                "seconds": statistics.median(seconds["topicmill"]),
                "peak_rss_bytes": max(one["peak_rss_bytes"] for one in taken["topicmill"]),
                "figures": taken["topicmill"][-1],
            }
            if peer:
                ratios = [b / a for a, b in zip(seconds["topicmill"], seconds[peer])]
                row |= {
                    "peer": peer,
                    "peer_seconds": statistics.median(seconds[peer]),
                    "peer_peak_rss_bytes": max(one["peak_rss_bytes"] for one in taken[peer]),
                    "peer_figures": taken[peer][-1],
                    "ratio": statistics.median(ratios),
                    "reach": reach.get(peer) if isinstance(reach, dict) else reach,
                }
            self.add(row)
        return taken

    def add(self, row):
        """Keeps a row and shows it."""
        self.rows.append(row)
        print(_line(row), flush=True)

    def note(self, row, told):
        """Keeps a row that is no time, with what it tells in words, and shows it."""
        self.notes.append(row | {"told": told})
        print(f"{row['work']}: {told}", flush=True)

    def write(self):
        """Writes bench/runs/DATE-MACHINE/NAME.json and NAME.md; returns the folder."""
        folder = ROOT / "bench" / "runs" / f"{time.strftime('%Y-%m-%d')}-{_machine_name()}"
        folder.mkdir(parents=True, exist_ok=True)
        kept = {"machine": machine(), "runs": self.runs, "rows": self.rows, "notes": self.notes}
        (folder / f"{self.name}.json").write_text(json.dumps(kept, indent=1) + "\n")
        table = ["| work | topicmill | peer | its time | ratio | reach |", "|---|---|---|---|---|---|"]
        for row in self.rows:
            table.append(
                f"| {row['work']} | {_seconds(row.get('seconds'))} | {row.get('peer') or '–'} "
                f"| {_seconds(row.get('peer_seconds'))} | {_ratio(row.get('ratio'))} "
                f"| {_ratio(row.get('reach'))} |"
            )
        if self.notes:
            table += ["", *(f"- {note['work']}: {note['told']}" for note in self.notes)]
        head = f"# {self.name}\n\n{_machine_words()}; medians of {self.runs} runs, taken in turn.\n\n"
        (folder / f"{self.name}.md").write_text(head + "\n".join(table) + "\n")
        print(f"kept in {folder.relative_to(ROOT)}")
        return folder


def machine():
    """What the figures were measured on: processor, cores, memory, versions."""
    return {
        "processor": _cpuinfo("model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "instruction_sets": [
            flag for flag in ("avx2", "fma", "avx512f") if flag in (_cpuinfo("flags") or "").split()
        ],
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _machine_words():
    known = machine()
    sets = " ".join(known["instruction_sets"]) or "no vector extensions"
    return (
        f"{known['processor']}, {known['cores']} cores ({sets}), "
        f"{known['memory_bytes'] / 2**30:.0f} GiB, Python {known['python']}"
    )


def _machine_name():
    words = "".join(c.lower() if c.isalnum() else " " for c in machine()["processor"]).split()
    return "-".join(words[:3] + [f"{os.cpu_count()}c"])


def _cpuinfo(key):
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.split(":")[0].strip() == key:
                return line.split(":", 1)[1].strip()
    except OSError:
        return None


def _line(row):
    line = f"{row['work']}: {_seconds(row.get('seconds'))}"
    if row.get("peer"):
        line += f", {row['peer']} {_seconds(row.get('peer_seconds'))}: {_ratio(row.get('ratio'))}"
    if row.get("reach"):
        line += f" (reach {_ratio(row['reach'])})"
    return line


def _seconds(value):
    if value is None:
        return "–"
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1:
            return f"{value * scale:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def _ratio(value):
    return "–" if value is None else f"{value:.3g}×"
