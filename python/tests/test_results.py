"""Sites that are built and opened from Python."""

import json
import os
import re
import signal
import threading
import warnings

import numpy as np
import pytest
import topicmill as tm
from topicmill.results._documents import sources_of
from topicmill.results._progress import Bar, Lines, listener
from topicmill.results._settings import settings_text

TALKS = [
    {"id": f"t{n}", "title": f"Talk {n}", "text": text, "tags": ["python"], "date": f"2026-07-{n + 1:02}"}
    for n, text in enumerate(
        [
            "testing with pytest fixtures and plugins",
            "pytest plugins and testing of plugins",
            "fixtures for testing, and testing fixtures",
            "neural networks learn from images",
            "images for neural networks",
            "training neural networks on images",
        ]
    )
]


def build(source, folder, **settings):
    return tm.build(source, folder / "site", cache=folder / "cache", **{"k": 2, **settings})


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    build(TALKS, folder, title="Talks")
    return folder / "site"


def rows(table):
    """A table of any kind as a list of dicts."""
    if hasattr(table, "to_dicts"):
        return table.to_dicts()
    if hasattr(table, "to_dict"):
        return table.to_dict("records")
    return [dict(zip(table, row)) for row in zip(*table.values())]


@pytest.mark.parametrize("frames", ["pandas", "polars", "numpy"])
def test_the_tables_hold_what_the_site_holds(site, frames):
    if frames != "numpy":
        pytest.importorskip(frames)
    result = tm.open(site, frames=frames)
    topics = json.loads((site / "data/topics.json").read_text())["topics"]
    assert [row["slug"] for row in rows(result.topics)] == [topic["slug"] for topic in topics]
    documents = rows(result.documents)
    assert [row["id"] for row in documents] == [talk["id"] for talk in TALKS]
    assert list(documents[0]["tags"]) == ["python"] and documents[0]["date"] == "2026-07-01"
    # The first three are of one topic, the others of the other.
    found = [row["topic"] for row in documents]
    assert found[:3] == [found[0]] * 3 and found[3:] == [1 - found[0]] * 3
    for row, document in zip(rows(result.weights), documents):
        assert row["id"] == document["id"]
        assert row[topics[document["topic"]]["slug"]] == document["weight"] > 0.5
    assert {row["term"] for row in rows(result.terms)} >= {"neural", "testing"}
    slugs = [row["topic"] for row in rows(result.query("count() by topic"))]
    assert slugs == sorted(topic["slug"] for topic in topics)
    assert rows(result.query("count() by topic order topic"))[0]["count()"] >= 3


def test_a_result_shows_its_clouds(site):
    result = tm.open(site)
    shown = result._repr_html_()
    assert shown.count("<svg") == result.k == 2
    assert ">neural</text>" in shown and "<script" not in shown
    assert "6 documents in 2 topics" in repr(result)
    with pytest.raises(KeyError, match="no topic 7"):
        result.cloud(7)


def test_a_title_is_escaped(site, tmp_path):
    (tmp_path / "data").mkdir()
    topics = json.loads((site / "data/topics.json").read_text())
    topics["topics"][0]["title"] = "<script>alert(1)</script>"
    (tmp_path / "data/topics.json").write_text(json.dumps(topics))
    assert "<script" not in tm.open(tmp_path)._repr_html_()


@pytest.mark.parametrize("kind", ["file", "list of files", "pandas", "polars"])
def test_documents_come_from_files_and_tables(kind, tmp_path):
    path = tmp_path / "talks.jsonl"
    path.write_text("".join(json.dumps(talk) + "\n" for talk in TALKS))
    if kind in ("pandas", "polars"):
        source = pytest.importorskip(kind).DataFrame(TALKS)
    else:
        source = path if kind == "file" else [str(path)]
    result = build(source, tmp_path, title="Talks")
    assert result.n_documents == 6 and result.report["documents"]["kept"] == 6


def test_what_a_row_lacks_is_left_out(tmp_path):
    talks = [{**talk, "date": None, "room": float("nan"), "start": np.datetime64("NaT")} for talk in TALKS]
    assert [row["date"] for row in rows(build(talks, tmp_path).documents)] == [None] * 6


PLAIN = {
    "bytes": ("Grüße".encode(), "Grüße"),
    "bytes of another encoding": (b"a\xffb", "a\ufffdb"),
    "a set": ({"q", "b", "x"}, ["b", "q", "x"]),
    "a set of bytes": (frozenset((b"q", b"b")), ["b", "q"]),
    "a set of numbers": ({10, 9}, [9, 10]),
    "a set of all kinds": ({"q", 3}, [3, "q"]),
    "numbers that are not finite": ([1.5, float("inf"), float("nan")], [1.5, None, None]),
    "NumPy's numbers": (np.array([1, np.inf], np.float32), [1.0, None]),
    "an infinity": (float("-inf"), None),
    "a day": (np.datetime64("2026-07-01"), "2026-07-01"),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_values_that_json_has_not_are_written_plainly(kind, tmp_path):
    value, expected = PLAIN[kind]
    (path,) = sources_of([{"text": "a text", "value": value}], tmp_path)
    read = json.loads(open(path, encoding="utf-8").read(), parse_constant=pytest.fail)
    assert read == {"text": "a text", "value": expected}


def test_bytes_and_sets_are_texts_and_tags(tmp_path):
    talks = [{**talk, "text": talk["text"].encode(), "tags": set(talk["tags"])} for talk in TALKS]
    result = build(talks, tmp_path)
    assert [list(row["tags"]) for row in rows(result.documents)] == [["python"]] * 6
    build(TALKS, tmp_path / "texts")
    ours, expected = (folder / "site/data/topics.json" for folder in (tmp_path, tmp_path / "texts"))
    assert ours.read_text() == expected.read_text()


def test_a_configuration_is_a_file_or_a_dict(tmp_path):
    path = tmp_path / "topicmill.toml"
    path.write_text('k = 3\n[text]\nstop_words = ["neural"]\n')
    terms = [row["term"] for row in rows(build(TALKS, tmp_path, config=path).terms)]
    assert "neural" not in terms and "networks" in " ".join(terms) + "s"
    given = {"k": 3, "text": {"stop_words": ["neural"]}}
    assert [row["term"] for row in rows(build(TALKS, tmp_path, config=given).terms)] == terms
    path.write_text("k = 3\n[text]\nstop_word = 1\n")
    with pytest.raises(ValueError, match="(?s)topicmill.toml.*stop_word.*hint: did you mean"):
        build(TALKS, tmp_path, config=path)


def weighed(weight, folder):
    settings = {"topics": {"weight": weight}}
    return {row["term"]: row["weight"] for row in rows(build(TALKS, folder, config=settings).terms)}


def test_an_expression_weighs_the_terms(tmp_path):
    # "neural" stands in three documents and "training" in one of them.
    common, rare = (weighed(weight, tmp_path) for weight in ("tf * df ** 4", "tf / df ** 4"))
    assert common["neural"] > 10 * common["training"] > 0
    assert rare["training"] > rare["neural"] > 0
    only = weighed("where(df == 1, 0, (1 + ln(tf)) * idf * avgdl / dl)", tmp_path)
    assert "training" not in only and only["neural"] > 0


@pytest.mark.parametrize("weight, words", [("tf * nothing", "unknown name"), ("tf *", "expected a value"), ("sum(tf)", "reduction")])
def test_a_weight_that_is_none_is_told(weight, words, tmp_path):
    with pytest.raises(ValueError, match=f'weight "{re.escape(weight)}".*{words}'):
        weighed(weight, tmp_path)


def test_strings_of_any_characters_are_settings():
    import tomllib

    odd = 'a "quoted" \\ text\n\t\x00\x1f\x7f é 🎉'
    text = settings_text({"title": "other", "text": {"stop_words": [odd]}}, {"title": odd, "crawl.recipe": None})
    assert tomllib.loads(text) == {"title": odd, "text": {"stop_words": [odd]}}
    with pytest.raises(TypeError, match="a setting is"):
        settings_text(None, {"title": object()})


WRONG = {
    "no such file": ({"source": "/nowhere/talks.jsonl"}, FileNotFoundError, "(?s)no file or folder.*hint:"),
    "numbers": ({"source": [1]}, TypeError, "got int"),
    "nothing": ({"source": []}, ValueError, "documents are needed"),
    "no source": ({"source": None}, ValueError, "(?s)no source.*hint:"),
    "no topics": ({"k": 0}, ValueError, "whole number from 1, got 0"),
    "topics by name": ({"k": "many"}, ValueError, "'auto'"),
    "an unknown setting": ({"config": {"titel": "x"}}, ValueError, "(?s)titel.*hint: did you mean title"),
    "another scheme": ({"source": "ftp://example.org/"}, ValueError, "http and https"),
    "unknown frames": ({"frames": "excel"}, ValueError, "'pandas', 'polars', 'numpy'"),
    "unknown progress": ({"progress": "loud"}, ValueError, "progress must be"),
    "columns as a list": ({"columns": ["text"]}, TypeError, "mapping"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_settings_are_told(case, tmp_path):
    settings, kind, words = WRONG[case]
    with pytest.raises(kind, match=words):
        build(**{"source": TALKS, "folder": tmp_path, **settings})


def test_a_folder_of_others_is_left_alone(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="(?s)mine.txt.*hint:"):
        build(TALKS, tmp_path)
    assert (tmp_path / "site/mine.txt").read_text() == "mine"


def test_folders_without_results_are_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="(?s)no results.*hint:"):
        tm.open(tmp_path)
    (tmp_path / "data").mkdir()
    for text in ("{", "[]", "{}", '{"topics": []}'):
        (tmp_path / "data/topics.json").write_text(text)
        with pytest.raises(ValueError, match="topics.json"):
            tm.open(tmp_path)


def test_the_progress_is_told_in_this_thread(tmp_path):
    told = []
    build(TALKS, tmp_path, progress=lambda *news: told.append((threading.current_thread(), *news)))
    assert {thread for thread, *_ in told} == {threading.main_thread()}
    over = [stage for _, stage, _, _, seconds in told if seconds is not None]
    assert over == ["read", "count", "weigh", "topics", "quality", "related", "clouds", "write"]


def test_what_the_listener_raises_stops_the_build(tmp_path):
    def raises(stage, done, total, seconds):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        build(TALKS, tmp_path, progress=raises)


def test_bars_and_lines_say_what_goes_on(capsys):
    class Shown(Bar):
        def show(self, drawn):
            self.last = drawn

    bar, lines = Shown(), Lines()
    for news in [("read", 0, None, None), ("count", 30, 120, None), ("count", 120, 120, 0.5)]:
        bar(*news)
        lines(*news)
        if news[2] == 120 and news[3] is None:
            assert 'max="120" value="30"' in bar.last and "30 of 120" in bar.last
    assert "count 0.5 s" in bar.last and "<progress" not in bar.last
    assert capsys.readouterr().err == "count          120 in 0.5 s\n"
    assert listener(False) is None and listener("auto") is None and isinstance(listener(True), Lines)


def test_a_cache_that_cannot_be_used_is_a_warning(tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.warns(UserWarning, match="results are not kept"):
        assert build(TALKS, tmp_path).k == 2


def test_a_second_build_is_the_same(tmp_path):
    first = build(TALKS, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        second = build(TALKS, tmp_path)
    assert rows(first.terms) == rows(second.terms)


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_ctrl_c_stops_a_build(tmp_path):
    documents = [{"text": " ".join(f"w{(n * 7 + m * m) % 4001}" for m in range(200))} for n in range(5000)]
    # Sent when the build itself runs, however long it takes to get there.
    works = threading.Event()

    def interrupt():
        if works.wait(timeout=300):
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    # Programs that a shell has put into the background ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            build(
                documents,
                tmp_path,
                k=60,
                config={"topics": {"max_iter": 100_000, "tol": 0.0}},
                progress=lambda stage, *_: stage == "topics" and works.set(),
            )
        thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert not (tmp_path / "site").exists()
