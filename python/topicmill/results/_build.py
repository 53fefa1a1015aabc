"""Documents to a site."""

import json
import tempfile
import warnings
from collections.abc import Mapping
from numbers import Integral

from topicmill import _native
from topicmill._threads import n_threads
from topicmill.results._documents import sources_of
from topicmill.results._progress import listener
from topicmill.results._result import Result
from topicmill.results._settings import settings_text


def build(
    source,
    out,
    *,
    k=None,
    title=None,
    seed=None,
    recipe=None,
    labels=None,
    columns=None,
    config=None,
    cache=None,
    offline=False,
    refresh=False,
    keep_topics=False,
    previous=None,
    force=False,
    memory=None,
    headers=None,
    n_jobs=None,
    progress="auto",
    frames=None,
):
    """Reads documents, finds their topics and writes a site: the command `topicmill build`.

    The site appears whole or not at all: a build that fails or is stopped leaves the old one as it was.

    Parameters
    ----------
    source : str, path, list of these, table or list of dicts
        Addresses, folders, files and databases, as on the command line; or the documents themselves: a
        pandas or polars frame or dicts with a `text`, and `id`, `title`, `url`, `tags`, `speakers`, `date`
        and their like where there are any.
    out : str or path
        The folder of the site: absent, empty or a former site.
    k : int or 'auto', default=None
        The number of topics; None is that of `config`, or 'auto'.
    title : str, default=None
        The title of the site.
    seed : int, default=None
        Seed of everything random; None is that of `config`, or 0.
    recipe : str or path, default=None
        How to read the pages of a site: a built-in recipe or a file.
    labels : str or path, default=None
        A file that renames, merges and numbers topics.
    columns : dict, default=None
        Which columns of tables hold which part of a document: `{"text": "abstract"}`.
    config : str, path or dict, default=None
        A `topicmill.toml`, or what would stand in one. No file is read without being named.
    cache : str or path, default=None
        The folder of pages and results that are kept; None is the user's, as on the command line.
    offline, refresh : bool, default=False
        Make no request; ask for every page again.
    keep_topics : bool, default=False
        Place the documents in the topics of the site that stands.
    previous : str or path, default=None
        The folder of a former site whose topics give their numbers and titles to those found now that are
        the same.
    force : bool, default=False
        Replace whatever is in the folder.
    memory : int, default=None
        Bytes of memory that are meant to be enough; no step of a build asks for it.
    headers : dict, default=None
        Headers that are sent to the start page's host alone.
    n_jobs : int, default=None
        The number of threads; None means all processors.
    progress : {'auto', True, False} or callable, default='auto'
        Who hears of the progress: with 'auto' a bar in notebooks, with True a bar there and lines on standard
        error elsewhere. A function is called in this thread with the stage, the items done, how many there will
        be (None when that is not known), and the seconds that the stage took (None while it runs); what it
        raises stops the build.
    frames : {'pandas', 'polars', 'numpy'}, default=None
        What the tables of the result are; see `Result`.

    Returns
    -------
    result : Result
        The site's results.

    Raises
    ------
    ValueError
        For settings and documents that no site can be made of. The next step follows after `hint:`.
    OSError
        For files and addresses that cannot be read or written, `FileNotFoundError` and `PermissionError`
        among them.

    Examples
    --------
    >>> import tempfile, topicmill as tm
    >>> talks = [{"title": f"Talk {n}", "text": text} for n, text in enumerate([
    ...     "testing with pytest fixtures", "pytest plugins and testing", "fixtures for testing",
    ...     "neural networks and images", "images for neural networks", "training neural networks",
    ... ])]
    >>> folder = tempfile.mkdtemp()
    >>> tm.build(talks, folder + "/site", k=2, title="Talks", cache=folder + "/cache").n_documents
    6
    """
    if k is not None and k != "auto" and not (isinstance(k, Integral) and k >= 1 and not isinstance(k, bool)):
        raise ValueError(f"k must be 'auto' or a whole number from 1, got {k!r}")
    if columns is not None and not isinstance(columns, Mapping):
        raise TypeError(f"columns must be a mapping of parts to columns, got {type(columns).__name__}")
    hears = listener(progress)
    how = {
        "cache": cache,
        "requests": "offline" if offline else "refresh" if refresh else "revalidate",
        "force": bool(force),
        "keep_topics": bool(keep_topics),
        "previous": previous,
        "memory": memory,
        "headers": list((headers or {}).items()),
        "threads": n_threads(n_jobs),
    }
    given = {"k": k, "title": title, "seed": seed, "labels": labels, "crawl.recipe": recipe}
    given |= {f"columns.{part}": column for part, column in (columns or {}).items()}
    with tempfile.TemporaryDirectory(prefix="topicmill-") as folder:
        # Without a source, those of the configuration.
        given["sources"] = None if source is None else sources_of(source, folder)
        report, told = _native.build_site(settings_text(config, given), out, how, hears)
    for warning in told:
        warnings.warn(warning, UserWarning, stacklevel=2)
    return Result(out, frames=frames, report=json.loads(report))
