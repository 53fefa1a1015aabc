// Search in the page: the rules of site::search a second time, and the form that asks them. A classic script, so that it
// runs from a disk too; it fetches nothing but the files of the index beside it, as further classic scripts.
"use strict";
(() => {
  const MAX_CHARS = 40, MAX_PARTS = 16, MAX_CHECKED = 400;
  const EXACT = 16, NEAR = 12, TYPO = 8, MAX_BEGINNINGS = 32, MAX_TYPOS = 8, MAX_TERMS_TRIED = 20000;
  const UNSPACED = "\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u2E80-\u2FDF\u3005-\u3007\u3040-\u30FF\u31F0-\u31FF" +
    "\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{3FFFF}";
  const ALNUM = "\\p{Alphabetic}\\p{N}";
  const WORD = new RegExp(`(?=[${ALNUM}])[${UNSPACED}]|(?:(?![${UNSPACED}])[${ALNUM}])+(?:[+#]+(?![${ALNUM}+#]))?`, "gu");
  // What is shown as one word, marks and signs included.
  const SHOWN = new RegExp(`[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[${ALNUM}\\p{M}+#])+`, "gu");
  const FOLDED = { "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ς": "σ" };

  const length = text => [...text].length;

  // Every word of `text`, normalised: [word, whether it directly follows the one before].
  function tokens(text) {
    const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[ßæœøđðþłħıς]/g, c => FOLDED[c]);
    let end = -1;
    return [...plain.matchAll(WORD)].map(match => {
      const glued = match.index === end;
      end = match.index + match[0].length;
      return [[...match[0]].slice(0, MAX_CHARS).join(""), glued];
    });
  }

  // Words, and phrases between quotation marks.
  function parse(text) {
    const query = { words: [], phrases: [] };
    for (const [n, part] of text.split(/["“”„]/).entries()) {
      const runs = [];
      for (const [word, glued] of tokens(part)) {
        if (runs.length && (n % 2 || glued)) runs.at(-1).push(word);
        else runs.push([word]);
      }
      for (const run of runs) {
        if (query.words.length + query.phrases.length === MAX_PARTS) return query;
        if (run.length === 1) query.words.push(run[0]);
        else query.phrases.push(run);
      }
    }
    return query;
  }

  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUES = Object.fromEntries([...DIGITS].map((digit, value) => [digit, value]));

  function numbers(text) {
    const found = [];
    let value = 0, unit = 1;
    for (const digit of text) {
      const group = VALUES[digit];
      value += group % 32 * unit;
      unit *= 32;
      if (group < 32) {
        found.push(value);
        value = 0;
        unit = 1;
      }
    }
    return found;
  }

  // 16 times the logarithm to base 2 of (all + 1) / n, in whole numbers.
  function idf(n, all) {
    const ratio = Math.floor((all + 1) * 65536 / Math.max(n, 1));
    let whole = 0;
    while (2 ** (whole + 1) <= ratio) whole++;
    const rest = Math.floor((ratio - 2 ** whole) * 16 / 2 ** whole);
    return Math.max(Math.max(whole - 16, 0) * 16 + rest, 1);
  }

  function isOneEditApart(a, b) {
    if (Math.abs(a.length - b.length) > 4) return false;
    [a, b] = [[...a], [...b]];
    if (a.length > b.length) [a, b] = [b, a];
    const same = (i, j) => a.slice(i).join("") === b.slice(j).join("");
    let start = 0;
    while (start < a.length && a[start] === b[start]) start++;
    if (b.length - a.length === 1) return same(start, start + 1);
    if (b.length !== a.length || start === a.length) return false;
    return same(start + 1, start + 1)
      || a.length >= start + 2 && a[start] === b[start + 1] && a[start + 1] === b[start] && same(start + 2, start + 2);
  }

  // By code points, as the index is sorted.
  function isBefore(a, b) {
    const [left, right] = [[...a], [...b]];
    for (let i = 0; i < left.length && i < right.length; i++) {
      if (left[i] !== right[i]) return left[i].codePointAt(0) < right[i].codePointAt(0);
    }
    return left.length < right.length;
  }

  // The index behind `load`, which promises the file of a name.
  class Index {
    constructor(load, manifest) {
      Object.assign(this, { load, manifest, n: manifest.n, tables: new Map() });
    }

    // A file of terms: their texts in order, and for each [documents, file of postings, line].
    async table(file) {
      if (!this.tables.has(file)) {
        const lines = (await this.load(`terms-${file}`)).split("\n");
        const table = { words: [], entries: new Map() };
        let before = [], postings = this.manifest.from[file], line = 0;
        for (const text of lines) {
          const space = text.indexOf(" ");
          const word = before.slice(0, VALUES[text[0]]).join("") + text.slice(1, space);
          if (text.endsWith("!")) {
            postings++;
            line = 0;
          }
          table.words.push(word);
          table.entries.set(word, { word, n: numbers(text.slice(space + 1).replace("!", ""))[0], postings, line });
          before = [...word];
          line++;
        }
        this.tables.set(file, table);
      }
      return this.tables.get(file);
    }

    fileOf(word) {
      const { first } = this.manifest;
      let [low, high] = [0, first.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isBefore(word, first[middle])) high = middle;
        else low = middle + 1;
      }
      return low - 1;
    }

    async term(word) {
      const file = this.fileOf(word);
      return file < 0 ? undefined : (await this.table(file)).entries.get(word);
    }

    async beginningWith(start) {
      const found = [];
      for (let file = Math.max(this.fileOf(start), 0); file < this.manifest.first.length; file++) {
        const first = this.manifest.first[file];
        if (!first.startsWith(start) && !isBefore(first, start)) break;
        const { words, entries } = await this.table(file);
        found.push(...words.filter(word => word.startsWith(start)).map(word => entries.get(word)));
      }
      return found;
    }

    async postings(term) {
      return numbers((await this.load(`postings-${term.postings}`)).split("\n")[term.line]);
    }

    // [document, weight] for every document with the term.
    async weights(term) {
      const list = await this.postings(term), found = [];
      for (let at = 0, document = 0; at < list.length; at += 2) found.push([document += list[at], list[at + 1] + 1]);
      return found;
    }

    async variants(word, isLast) {
      const n = length(word), found = [];
      const add = (term, factor) => term && found.push([term, factor]);
      add(await this.term(word), EXACT);
      if (n >= 4 && word.endsWith("s")) add(await this.term(word.slice(0, -1)), NEAR);
      if (n >= (isLast ? 2 : 3)) {
        const longer = (await this.beginningWith(word)).filter(term => term.word !== word);
        for (const term of mostFrequent(longer, MAX_BEGINNINGS)) {
          add(term, Math.min(Math.max(Math.floor(EXACT * n / length(term.word)), 1), NEAR));
        }
      }
      if (!found.length && n >= 4) {
        const tried = await this.beginningWith(this.manifest.t <= MAX_TERMS_TRIED ? "" : [...word][0]);
        mostFrequent(tried.filter(term => isOneEditApart(word, term.word)), MAX_TYPOS).forEach(term => add(term, TYPO));
      }
      return found;
    }

    // {hits: [{document, score}], terms: the words that were found}
    async search({ words, phrases, topic = null, tag = null }) {
      const scores = new Map(), matched = new Map(), terms = new Set();
      const count = (document, score) => {
        scores.set(document, (scores.get(document) || 0) + score);
        matched.set(document, (matched.get(document) || 0) + 1);
      };
      for (const [n, word] of words.entries()) {
        const variants = await this.variants(word, n + 1 === words.length), best = new Map();
        const own = variants.length && variants[0][1] === EXACT ? idf(variants[0][0].n, this.n) : Infinity;
        for (const [term, factor] of variants) {
          terms.add(term.word);
          const weight = factor * Math.min(idf(term.n, this.n), own);
          for (const [document, here] of await this.weights(term)) {
            best.set(document, Math.max(best.get(document) || 0, weight * here));
          }
        }
        best.forEach((score, document) => count(document, score));
      }
      const allowed = [];
      for (const phrase of phrases) {
        const found = new Map(), holders = new Set();
        for (const word of phrase) {
          const term = await this.term(word);
          if (!term) continue;
          terms.add(word);
          for (const [document, here] of await this.weights(term)) {
            const [score, n] = found.get(document) || [0, 0];
            found.set(document, [score + EXACT * idf(term.n, this.n) * here, n + 1]);
          }
        }
        found.forEach(([score, n], document) => {
          if (n !== phrase.length) return;
          holders.add(document);
          count(document, score);
        });
        allowed.push(holders);
      }
      for (const [kind, position] of [["#t", topic], ["#g", tag]]) {
        if (position === null) continue;
        const term = await this.term(kind + position), named = new Set();
        let document = 0;
        if (term) (await this.postings(term)).forEach(distance => named.add(document += distance));
        allowed.push(named);
      }
      const isAllowed = document => allowed.every(documents => documents.has(document));
      const parts = words.length + phrases.length;
      if (!parts) {
        const documents = allowed.length ? [...allowed[0].keys()].filter(isAllowed) : [];
        return { hits: documents.map(document => ({ document, score: 0 })), terms };
      }
      let hits = [...scores.keys()].filter(isAllowed).map(document => (
        { document, score: Math.floor(scores.get(document) * matched.get(document) / parts) }));
      hits.sort((a, b) => b.score - a.score || a.document - b.document);
      if (phrases.length) {
        const checked = await Promise.all(hits.slice(0, MAX_CHECKED).map(async hit => {
          const texts = (await this.texts(hit.document)).map(text => tokens(text).map(([word]) => word));
          return phrases.every(phrase => texts.some(words => holds(words, phrase)));
        }));
        hits = hits.filter((_, n) => checked[n]);
      }
      return { hits, terms };
    }

    async card(document) {
      const size = this.manifest.c;
      return (await this.load(`cards-${Math.floor(document / size)}`))[document % size];
    }

    // The text, the title, and every tag and name of a document.
    async texts(document) {
      const size = this.manifest.x;
      return (await this.load(`../texts/${Math.floor(document / size)}`))[document % size];
    }
  }

  // Whether `words` come one after another in `all`.
  function holds(all, words) {
    return all.some((_, start) => words.every((word, n) => all[start + n] === word));
  }

  function mostFrequent(terms, n) {
    return terms.sort((a, b) => b.n - a.n).slice(0, n);
  }

  // [text, whether it matches] for all of `text`.
  function marked(text, terms) {
    const pieces = [];
    let end = 0;
    for (const match of text.matchAll(SHOWN)) {
      if (!tokens(match[0]).some(([word]) => terms.has(word))) continue;
      pieces.push([text.slice(end, match.index), false], [match[0], true]);
      end = match.index + match[0].length;
    }
    pieces.push([text.slice(end), false]);
    return pieces.filter(([piece]) => piece);
  }

  // The part of `text` with the most different matches.
  function excerpt(text, terms) {
    const LENGTH = 200, BEFORE = 50;
    const found = [...text.matchAll(SHOWN)].flatMap(match => {
      const word = tokens(match[0]).map(([word]) => word).find(word => terms.has(word));
      return word === undefined ? [] : [{ at: match.index, word }];
    });
    let best = 0, start = 0;
    for (const [n, { at }] of found.entries()) {
      const inside = new Set();
      for (let i = n; i < found.length && found[i].at < at + LENGTH - BEFORE; i++) inside.add(found[i].word);
      if (inside.size > best) [best, start] = [inside.size, at];
    }
    if (start > BEFORE) {
      const space = text.indexOf(" ", start - BEFORE);
      start = space < 0 || space > start ? start : space + 1;
    } else start = 0;
    let end = start + LENGTH;
    if (end < text.length) {
      const space = text.lastIndexOf(" ", end);
      // Never between the halves of a character.
      end = space > start + LENGTH / 2 ? space : end - ((text.charCodeAt(end) & 0xFC00) === 0xDC00);
    } else end = text.length;
    return (start ? "… " : "") + text.slice(start, end) + (end < text.length ? " …" : "");
  }

  if (typeof document === "undefined") {
    globalThis.topicmillSearchCore = { Index, parse, tokens, marked, excerpt };
    return;
  }

  // The files of the index come by a call of this function.
  const base = document.currentScript.src.replace(/[^/]*$/, "");
  const waiting = new Map(), arrived = new Map();
  globalThis.topicmillSearch = (name, data) => arrived.set(name, data);
  function load(name) {
    if (!waiting.has(name)) {
      waiting.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = base + name + ".js";
        script.onload = () => resolve(arrived.get(name));
        script.onerror = () => {
          waiting.delete(name);
          script.remove();
          reject(new Error(script.src));
        };
        document.head.append(script);
      }));
    }
    return waiting.get(name);
  }

  const PAGE = 10;
  const form = document.getElementById("search");
  const [input, topic, tag] = ["q", "topic", "tag"].map(name => form.elements[name]);
  const [list, status, more, hints] = ["results", "status", "more", "hints"].map(id => document.getElementById(id));
  const root = form.dataset.root;
  let index, asked = 0, shown = PAGE;

  const node = (name, attributes, ...children) => {
    const element = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    element.append(...children);
    return element;
  };
  const marks = (text, terms) => marked(text, terms).map(([piece, is]) => is ? node("mark", {}, piece) : piece);

  async function row(hit, terms) {
    const [title, href, number, meta, lang] = await index.card(hit.document);
    const attributes = { dir: "auto", ...(lang ? { lang } : {}) };
    const name = node("p", { class: "name" });
    const option = number && topic ? topic.querySelector(`option[value="${number - 1}"]`) : null;
    if (option) {
      const badge = node("a", { class: `badge t c${(number - 1) % 12}`, href: root + option.dataset.href, title: option.dataset.title });
      badge.append(node("span", { class: "sr" }, "Topic "), String(number));
      name.append(badge, " ");
    }
    name.append(node("a", { href: /^https?:/i.test(href) ? href : root + href, ...attributes }, ...marks(title, terms)));
    const item = node("li", {}, name);
    if (meta) item.append(node("p", { class: "meta" }, node("bdi", {}, ...marks(meta, terms))));
    const place = node("p", { class: "excerpt", ...attributes }, "\u00a0");
    item.append(place);
    // The text comes when the results are there already.
    index.texts(hit.document).then(([text]) => {
      if (text) place.replaceChildren(...marks(excerpt(text, terms), terms));
      else place.remove();
    }, () => place.remove());
    return item;
  }

  async function update() {
    const turn = ++asked;
    const number = select => select && select.value !== "" ? Number(select.value) : null;
    const query = { ...parse(input.value), topic: number(topic), tag: number(tag) };
    const isEmpty = !query.words.length && !query.phrases.length && query.topic === null && query.tag === null;
    const address = new URLSearchParams();
    for (const field of [input, topic, tag]) if (field && field.value) address.set(field.name, field.value);
    history.replaceState(null, "", "?" + address);
    try {
      index ??= new Index(load, await load("index"));
      const { hits, terms } = await index.search(query);
      const rows = await Promise.all(hits.slice(0, shown).map(hit => row(hit, terms)));
      if (turn !== asked) return;
      list.replaceChildren(...rows);
      list.hidden = !rows.length;
      hints.hidden = !isEmpty;
      more.hidden = hits.length <= shown;
      const count = `${hits.length.toLocaleString("en")} ${hits.length === 1 ? form.dataset.one : form.dataset.many}`;
      status.textContent = isEmpty ? (input.value.trim() ? "Signs alone are not searched; type a word." : "") : hits.length ? count : "Nothing found. Fewer or shorter words may find more.";
    } catch (error) {
      if (turn === asked) status.textContent = `A part of the index could not be loaded: ${error.message}`;
    }
  }

  const start = () => {
    shown = PAGE;
    update();
  };
  form.addEventListener("input", start);
  form.addEventListener("submit", event => {
    event.preventDefault();
    start();
  });
  more.addEventListener("click", async () => {
    const next = list.children.length;
    shown += PAGE;
    await update();
    list.children[next]?.querySelector("a:not(.badge)").focus();
  });
  document.addEventListener("keydown", event => {
    if (event.key === "/" && event.target !== input && !event.ctrlKey && !event.metaKey && !event.altKey
      && event.target.nodeName !== "SELECT") {
      event.preventDefault();
      input.focus();
      input.select();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...list.querySelectorAll("a:not(.badge)")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape" && at >= 0) input.focus();
    if (!step || at < 0 && document.activeElement !== input) return;
    if (at < 0 && step < 0) return;
    event.preventDefault();
    (at + step < 0 ? input : links[at + step])?.focus();
  });
  const address = new URLSearchParams(location.search);
  for (const field of [input, topic, tag]) {
    if (field && address.get(field.name) !== null) field.value = address.get(field.name);
  }
  document.documentElement.classList.add("js");
  if (![...address.keys()].length) input.focus();
  update();
})();
