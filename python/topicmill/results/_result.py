"""The results of a site."""

import functools
import html
import json
from pathlib import Path

import numpy as np

from topicmill import _native
from topicmill._threads import n_threads
from topicmill.results._frames import frame, kind_of

#: What a document may tell of itself, and how it does when it does not.
_PARTS = ("id", "slug", "url", "title", "text", "date", "start", "end", "room", "track", "language")
_LISTS = ("tags", "speakers")
#: Words in a cloud, and terms of a topic that stand in its row.
_CLOUD_WORDS, _LEADING = 40, 10

_STYLE = (
    "<style>.topicmill{display:grid;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr));gap:1rem;"
    "font-family:system-ui,sans-serif}.topicmill figure{margin:0}.topicmill figcaption{font-size:.9em}"
    ".topicmill svg{width:100%;height:auto;font-weight:700}.topicmill a{text-decoration:none}"
    ".topicmill text{fill:currentColor;opacity:.75}.topicmill .l4,.topicmill .l5{fill:#2a7a4b;opacity:1}</style>"
)


def open(out, *, frames=None):
    """The results of a site that was built before.

    Parameters
    ----------
    out : str or path
        The folder of the site.
    frames : {'pandas', 'polars', 'numpy'}, default=None
        What the tables are; see `Result`.

    Returns
    -------
    result : Result
        The results.

    Raises
    ------
    FileNotFoundError
        When there are none.
    ValueError
        When they cannot be read.
    """
    return Result(out, frames=frames)


class Result:
    """The results of a site, as tables.

    Tables are pandas' or polars' frames: those of the library that is loaded already, else of one that is
    installed. Without either they are dicts of NumPy's arrays.

    Parameters
    ----------
    out : str or path
        The folder of the site.
    frames : {'pandas', 'polars', 'numpy'}, default=None
        What the tables are, instead.

    Attributes
    ----------
    path : Path
        The folder of the site.
    n_documents, n_terms, k : int
        How many documents, terms and topics there are.
    seed : int
        The seed of the build.
    loss : dict
        The relative error of the factorisation, and its iterations.
    quality : dict
        The coherence and the diversity of the topics.
    """

    def __init__(self, out, *, frames=None, report=None):
        self.path = Path(out)
        self._frames = kind_of(frames)
        self._report = report
        found = self._read("topics.json")
        try:
            self._topics = found.pop("topics")
            for name in ("n_documents", "n_terms", "k", "seed", "loss", "quality"):
                setattr(self, name, found[name])
        except (AttributeError, KeyError, TypeError):
            raise ValueError(f"{self._file('topics.json')} does not hold the results of a site") from None

    @functools.cached_property
    def report(self):
        """What the build did, as a dict: stages with their seconds, documents that were dropped, and why."""
        return self._report if self._report is not None else self._read("report.json")

    @functools.cached_property
    def topics(self):
        """A row for each topic: `id`, `slug`, `title`, `share`, its leading `terms` and the `documents` that are most of it."""
        columns = {name: [topic[name] for topic in self._topics] for name in ("id", "slug", "title", "share")}
        columns["terms"] = [[term["term"] for term in topic["terms"][:_LEADING]] for topic in self._topics]
        columns["documents"] = [[document["id"] for document in topic["documents"]] for topic in self._topics]
        return frame(columns, self._frames)

    @functools.cached_property
    def terms(self):
        """A row for each term of each topic, the heaviest first: `topic` (its id), `term`, `weight`."""
        rows = [(topic["id"], term["term"], term["weight"]) for topic in self._topics for term in topic["terms"]]
        return frame(_columns(("topic", "term", "weight"), rows), self._frames)

    @functools.cached_property
    def documents(self):
        """A row for each document: what it tells of itself, its heaviest `topic` (an id) and that one's `weight`."""
        columns = {name: [document.get(name) for document in self._documents] for name in _PARTS}
        columns |= {name: [document.get(name, []) for document in self._documents] for name in _LISTS}
        # The topics of a document come by falling weight.
        first = [(document.get("topics") or [{"id": None, "weight": 0.0}])[0] for document in self._documents]
        columns["topic"] = [topic["id"] for topic in first]
        columns["weight"] = [topic["weight"] for topic in first]
        return frame(columns, self._frames)

    @functools.cached_property
    def weights(self):
        """A row for each document: its `id`, and a column for each topic, named by its slug, with the topic's share of it."""
        weights = np.zeros((self.k, len(self._documents)))
        for row, document in enumerate(self._documents):
            for topic in document.get("topics", ()):
                weights[topic["id"], row] = topic["weight"]
        columns = {"id": [document["id"] for document in self._documents]}
        columns |= {topic["slug"]: weights[topic["id"]] for topic in self._topics}
        return frame(columns, self._frames)

    def query(self, question, *, n_jobs=None):
        """The answer to a question of the results, as `topicmill query` gives it.

        Parameters
        ----------
        question : str
            `SELECT [where CONDITION] [by KEYS] [order KEYS] [top N]`, for example
            `'mean(weight), count() where topic == "test" by year order count() top 5'`.
        n_jobs : int, default=None
            The number of threads; None means all processors.

        Returns
        -------
        answer : frame
            A column for each value that was asked for, after the keys of the groups that were not.
        """
        return frame(dict(_native.query(self.path, question, n_threads(n_jobs))), self._frames)

    def cloud(self, topic):
        """The cloud of a topic's words.

        Parameters
        ----------
        topic : int or str
            The id or the slug of the topic.

        Returns
        -------
        svg : str
            An SVG element.
        """
        found = next((one for one in self._topics if topic in (one["id"], one["slug"])), None)
        if found is None:
            raise KeyError(f"no topic {topic!r}, there are 0 to {self.k - 1} and {', '.join(t['slug'] for t in self._topics)}")
        words = [(term["term"], float(term["weight"])) for term in found["terms"][:_CLOUD_WORDS] if term["weight"] > 0]
        return _native.draw_cloud(words, found["title"], f"topic/{found['slug']}/index.html")

    def __repr__(self):
        return f"<Result {str(self.path)!r}: {self.n_documents} documents in {self.k} topics>"

    def _repr_html_(self):
        """The clouds of all topics, for notebooks."""
        figures = "".join(
            f"<figure>{self.cloud(topic['id'])}<figcaption><b>{html.escape(topic['title'])}</b> · {topic['share']:.0%}</figcaption></figure>"
            for topic in self._topics
        )
        about = f"<p>{self.n_documents:,} documents in {self.k} topics</p>"
        return f'{_STYLE}{about}<div class="topicmill">{figures}</div>'

    @functools.cached_property
    def _documents(self):
        """The documents as they are written, in their order."""
        path = self._file("documents.jsonl")
        with path.open(encoding="utf-8") as lines:
            return [_parsed(line, path) for line in lines]

    def _file(self, name):
        return self.path / "data" / name

    def _read(self, name):
        path = self._file(name)
        if not path.is_file():
            raise FileNotFoundError(
                f"there are no results in {self.path}: data/{name} is missing\n"
                "hint: tm.build(source, out), or topicmill build SOURCE... -o OUT, makes them"
            )
        return _parsed(path.read_text(encoding="utf-8"), path)


def _parsed(text, path):
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{path} cannot be read: {error}") from None


def _columns(names, rows):
    return dict(zip(names, map(list, zip(*rows)))) if rows else {name: [] for name in names}
