// The site in a real browser. Arguments: the program, the browser, a folder to work in.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { check, close, launch, same, test, violations, visit } from "./harness.mjs";
import { PAYLOADS } from "./payloads.mjs";

const [program, browserPath, folder] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const build = (source, out, ...flags) =>
  execFileSync(program, ["build", source, "-o", join(folder, out), "-q", ...flags], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
const lines = (name, documents) =>
  writeFileSync(join(folder, name), documents.map(document => JSON.stringify(document)).join("\n"));
const documentsOf = out =>
  readFileSync(join(folder, out, "data/documents.jsonl"), "utf8").trim().split("\n").map(line => JSON.parse(line));
const first = (out, kind, n = 0) => `${kind}/${readdirSync(join(folder, out, kind)).sort()[n]}/index.html`;

// A conference of invented talks, with all that a page may show.
const SUBJECTS = {
  testing: "tests mocks fixtures coverage property failure assertion regression flaky suite runner",
  database: "database query index transaction storage replication schema migration join planner cursor",
  network: "network socket protocol packet latency routing handshake stream congestion proxy gateway",
  learning: "model training gradient network dataset inference embedding layer loss accuracy tensor",
  community: "community mentoring diversity volunteers funding governance event speakers newcomers welcome chapter",
  security: "security attack password encryption token vulnerability audit certificate sandbox exploit patch",
};
const NAMES = ["Ada Abel", "Björn Bär", "Chloé Çelik", "Dov דוב", "Ewa Ęcka", "Frank Foo", "Gül Gök", "Hana 花"];
const names = Object.keys(SUBJECTS);
const talks = Array.from({ length: 96 }, (_, n) => {
  const own = SUBJECTS[names[n % 6]].split(" "), other = SUBJECTS[names[(n + 1 + n % 4) % 6]].split(" ");
  const word = (k, list = own) => list[(n * 3 + k * 5) % list.length];
  const sentence = k => `We look at the ${word(k)} of a ${word(k + 1)} and how every ${word(k + 2)} meets the ${word(k, other)}.`;
  return {
    id: `talk-${n}`, title: `${word(0)} and ${word(1)} for ${word(2)}, part ${n}`, text: n % 17 === 16 ? "" : `${sentence(0)} ${sentence(3)}\n\n${sentence(6)}\n\n- ${word(7)}\n- ${word(8)}`,
    url: `https://conference.example/talk/${n}`, tags: [names[n % 6], `level ${n % 3}`], speakers: [NAMES[n % 8], NAMES[(n + 3) % 8]].slice(0, 1 + n % 2),
    date: `2026-0${5 + n % 3}-1${n % 9}`, start: `2026-0${5 + n % 3}-1${n % 9}T1${n % 8}:00:00+02:00`, room: `Room ${n % 4}`, track: "Main",
  };
});
talks[7].title = "مرحبا بكم في المؤتمر: testing property suite";
talks[7].language = "ar";
talks[13].title = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3);
talks[19].title = "🎉🎈";
lines("talks.jsonl", talks);
build("talks.jsonl", "site", "-k", "6", "--title", "Invented Conference");
// The same corpus as 50 topics and as one.
lines("many.jsonl", Array.from({ length: 300 }, (_, n) => ({ id: `${n}`, title: `Paper ${n}`, text: Array.from({ length: 30 }, (_, k) => `w${n % 50}x${(n * 7 + k * 11) % 13}`).join(" ") })));
build("many.jsonl", "fifty", "-k", "50");
build("talks.jsonl", "one", "-k", "1");

const SITE = join(folder, "site");
const url = (path, out = "site") => `file://${join(folder, out)}/${path}`;
const documents = documentsOf("site");
const topics = JSON.parse(readFileSync(join(SITE, "data/topics.json"), "utf8")).topics;
const KINDS = {
  start: "index.html", topic: `topic/${topics[0].slug}/index.html`, talk: `doc/${documents[0].slug}/index.html`, tag: first("site", "tag"),
  speaker: first("site", "speaker"), talks: "documents/index.html", tags: "tags/index.html", speakers: "speakers/index.html", terms: "terms/index.html",
  map: "map/index.html", time: "time/index.html", search: "search/index.html", "search with results": "search/index.html?q=database",
  data: "data/index.html", about: "about/index.html", "not found": "404.html",
  "right to left": `doc/${documents[7].slug}/index.html`, "long word": `doc/${documents[13].slug}/index.html`, "no text": `doc/${documents[16].slug}/index.html`,
};

const browser = await launch(browserPath);

for (const [kind, path] of Object.entries(KINDS)) {
  await test(`${kind}: no barrier that axe finds, in light, dark and on a phone; nothing wider than the screen`, async () => {
    check(existsSync(join(SITE, path.split("?")[0])), `there is no ${path}`);
    for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [320, "dark"], [2560, "light"]]) {
      await visit(browser, { viewport: { width, height: 900 }, colorScheme, bypassCSP: true, reducedMotion: "reduce" }, async page => {
        await page.goto(url(path));
        if (path.includes("?")) await page.waitForSelector("#results li mark");
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        check(wide <= 0, `${width} px: ${wide} px wider than the screen`);
        if (width === 320 || width === 2560) return;
        const found = await violations(page);
        check(!found.length, `${width} px, ${colorScheme}:`, found.join("\n"));
      });
    }
  });
}

await test("fifty topics and one: no barrier, nothing wider than the screen", async () => {
  for (const out of ["fifty", "one"]) {
    for (const path of ["index.html", first(out, "topic"), "map/index.html"]) {
      for (const width of [1280, 390]) {
        await visit(browser, { viewport: { width, height: 900 }, bypassCSP: true }, async page => {
          await page.goto(url(path, out));
          check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), out, path, width);
          const found = await violations(page);
          check(!found.length, out, path, found.join("\n"));
        });
      }
    }
  }
});

await test("no page but the search has a script, and each forbids what is not the site's own", async () => {
  for (const path of Object.values(KINDS)) {
    await visit(browser, {}, async page => {
      await page.goto(url(path));
      const [scripts, policy] = await page.evaluate(() => [
        document.scripts.length > 0, document.querySelector("meta[http-equiv=Content-Security-Policy]").content]);
      same(scripts, path.startsWith("search/"), path);
      check(policy.startsWith("default-src 'none'") && !policy.includes("unsafe"), path, policy);
    });
  }
});

const results = async page => {
  await page.waitForFunction(() => document.getElementById("status").textContent !== "");
  return page.$$eval("#results li .name a:not(.badge)", links => links.map(link => link.textContent));
};

await test("search: words, beginnings, typing errors, accents, phrases, nothing", async () => {
  await visit(browser, {}, async page => {
    const ask = async text => {
      await page.goto(url(`search/index.html?q=${encodeURIComponent(text)}`));
      return results(page);
    };
    check((await ask("database")).length > 0, "a word");
    same(await ask("databas"), await ask("database"), "a beginning finds as much as the word");
    check((await ask("databsae"))[0]?.match(/database|query|index|storage/), "two letters swapped");
    check((await ask("ECKA")).length > 0, "accents and capitals");
    const { title } = documents[3];
    check((await ask(`"${title}"`)).includes(title), "a phrase");
    same(await ask("\"part and gradient\""), [], "words that do not stand together");
    same(await page.textContent("#status"), "Nothing found. Fewer or shorter words may find more.");
    check((await ask("مرحبا"))[0]?.startsWith("مرحبا"), "right to left");
    same((await ask("🎉")), [], "no word at all");
    same(await page.textContent("#status"), "Signs alone are not searched; type a word.");
  });
});

await test("search: marks, excerpts, filters, more, and an address that can be shared", async () => {
  await visit(browser, {}, async page => {
    await page.goto(url("search/index.html"));
    await page.fill("#q", "network");
    await results(page);
    await page.waitForSelector("#results .excerpt mark");
    const all = Number((await page.textContent("#status")).split(" ")[0]);
    check(all > 10, "enough to filter", all);
    same(await page.locator("#results li").count(), 10);
    await page.click("#more");
    await page.waitForFunction(() => document.querySelectorAll("#results li").length > 10);
    await page.selectOption("#tag", { label: (await page.$$eval("#tag option", o => o.map(o => o.textContent))).find(t => t.startsWith("network")) });
    await page.waitForFunction(n => Number(document.getElementById("status").textContent.split(" ")[0]) < n, all);
    const tagged = await page.textContent("#status");
    check(page.url().includes("q=network") && page.url().includes("tag="), page.url());
    await page.goto(page.url());
    await results(page);
    same(await page.textContent("#status"), tagged, "the same again by its address");
    await page.selectOption("#topic", "0");
    await page.waitForTimeout(200);
    check(page.url().includes("topic=0"), page.url());
  });
});

await test("search: the field at the top of every page leads to the results, from a disk", async () => {
  await visit(browser, {}, async page => {
    await page.goto(url(KINDS.talk));
    await page.fill(".find input", "gradient");
    await page.keyboard.press("Enter");
    await page.waitForURL(/search\/index\.html\?q=gradient/);
    check((await results(page)).length > 0);
  });
});

await test("six tasks with the keyboard alone", async () => {
  await visit(browser, {}, async page => {
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.getAttribute("aria-label"));
    const tabTo = async wanted => {
      for (let n = 0; n < 400; n++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate(selector => document.activeElement.matches(selector), wanted)) return;
      }
      throw new Error(`${wanted} is not reached, but ${await focused()}`);
    };
    // 1: skip to the content.
    await page.goto(url("index.html"));
    await page.keyboard.press("Tab");
    same(await focused(), "Skip to the content");
    await page.keyboard.press("Enter");
    same(await page.evaluate(() => document.activeElement.id), "main");
    // 2: open a topic by its card, and 3: a word of its cloud.
    await tabTo(".card h2 a");
    await page.keyboard.press("Enter");
    await page.waitForURL(/topic\//);
    await tabTo(".cloud a");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#t-/);
    check(await page.evaluate(() => document.querySelector(":target").tagName === "TR"), "the line of the word");
    // 4: search and open the first result.
    await page.goto(url("index.html"));
    await tabTo(".find input");
    await page.keyboard.type("encryption");
    await page.keyboard.press("Enter");
    await page.waitForURL(/search\//);
    await results(page);
    await page.keyboard.press("/");
    await page.keyboard.press("ArrowDown");
    const title = await focused();
    await page.keyboard.press("Enter");
    await page.waitForURL(/doc\//);
    same(await page.textContent("h1"), title);
    // 5: filter by a topic.
    await page.goto(url("search/index.html?q=part"));
    await results(page);
    const before = await page.textContent("#status");
    await tabTo("#topic");
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction(text => document.getElementById("status").textContent !== text, before);
    // 6: open a talk on the map.
    await page.goto(url("map/index.html"));
    await tabTo(".map a:has(circle)");
    check(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== "none"), "focus can be seen");
    await page.keyboard.press("Enter");
    await page.waitForURL(/doc\//);
  });
});

await test("without JavaScript: everything is there, and the search tells where to go", async () => {
  await visit(browser, { javaScriptEnabled: false }, async page => {
    await page.goto(url("index.html"));
    same(await page.locator(".card").count(), 6);
    await page.goto(url("search/index.html"));
    check(await page.locator("noscript p").isVisible(), "the hint is shown");
    await page.locator("noscript a").first().click();
    await page.waitForURL(/terms\//);
    check(await page.locator(".index dt").count() > 20, "the index of terms");
    await page.locator(".index dd a").first().click();
    await page.waitForURL(/doc\//);
  });
});

await test("print: the content without navigation", async () => {
  await visit(browser, {}, async page => {
    for (const path of [KINDS.start, KINDS.topic, KINDS.talk, KINDS.map, KINDS.terms]) {
      await page.goto(url(path));
      await page.emulateMedia({ media: "print" });
      for (const hidden of [".top nav", ".find", ".skip"]) check(!(await page.locator(hidden).first().isVisible()), path, hidden);
      check(await page.locator("h1").isVisible(), path);
      check((await page.pdf({ format: "A4" })).length > 5000, path);
    }
  });
});

await test("forced colours: what carries meaning can be seen", async () => {
  await visit(browser, { forcedColors: "active", bypassCSP: true }, async page => {
    for (const path of [KINDS.start, KINDS.topic, KINDS.map, KINDS.time]) {
      await page.goto(url(path));
      const found = await violations(page);
      check(!found.length, path, found.join("\n"));
    }
  });
});

await test("clouds: no word on another, none outside, in the order of their weights", async () => {
  await visit(browser, {}, async page => {
    for (const topic of topics) {
      await page.goto(url(`topic/${topic.slug}/index.html`));
      const faults = await page.evaluate(() => {
        const svg = document.querySelector(".cloud").getBoundingClientRect(), faults = [];
        const words = [...document.querySelectorAll(".cloud text")].map(text => [text.textContent, text.getBoundingClientRect(), parseFloat(text.getAttribute("font-size"))]);
        words.forEach(([word, box, size], n) => {
          if (box.left < svg.left - 1 || box.right > svg.right + 1 || box.top < svg.top - 1 || box.bottom > svg.bottom + 1) faults.push(`${word} is outside`);
          if (n && size > words[n - 1][2] + 1e-6) faults.push(`${word} is out of order`);
          for (const [other, place] of words.slice(0, n)) {
            if (box.left < place.right - 1 && place.left < box.right - 1 && box.top < place.bottom - 1 && place.top < box.bottom - 1) faults.push(`${word} on ${other}`);
          }
        });
        return faults;
      });
      check(!faults.length, topic.title, faults.slice(0, 5));
    }
  });
});

// Words of scripts of which the measuring font lacks letters, stacks marks or writes from the right.
const SCRIPTS = {
  Hebrew: "שלום עולם ספר ילדים מחשב תוכנה מדע נתונים לימוד מכונה רשת מידע אבטחה פיתוח שפה קוד בדיקה מערכת",
  Arabic: "مرحبا العالم كتاب أطفال حاسوب برمجيات علم بيانات تعلم آلة شبكة معلومات أمان تطوير لغة شيفرة اختبار نظام",
  Japanese: "世界 書籍 子供 計算機 ソフトウェア 科学 データ 学習 機械 ネットワーク 情報 セキュリティ 開発 言語 画像 動画 音声 宇宙",
  Hindi: "नमस्ते दुनिया किताब बच्चे कंप्यूटर सॉफ्टवेयर विज्ञान डेटा सीखना मशीन नेटवर्क जानकारी सुरक्षा विकास भाषा परीक्षण प्रणाली चित्र",
  Thai: "หนังสือ คอมพิวเตอร์ ซอฟต์แวร์ วิทยาศาสตร์ ข้อมูล การเรียนรู้ เครื่องจักร เครือข่าย ความปลอดภัย พัฒนา ภาษา ทดสอบ ระบบ รูปภาพ",
  Vietnamese: "Ậm Ểnh Ỗi Ộng Ứng mạng Ặc định Phạm Ẵm học liệu Ậu Ểu gypsy pygmy jjqy Źdźbło Ångström çığlık",
};
lines("scripts.jsonl", Object.values(SCRIPTS).flatMap((text, at) => {
  const words = text.split(" ");
  const take = n => Array.from({ length: 30 }, (_, k) => words[(n * 7 + k * (k + n)) % (k % 3 ? words.length : 4)]).join(" ");
  return Array.from({ length: 20 }, (_, n) => ({ id: `${at}-${n}`, title: take(n).slice(0, 40), text: take(n) }));
}));
build("scripts.jsonl", "scripts", "-k", "6");

await test("clouds of six scripts: each word drawn alone, no pixel of it lies on another or at the edge", async () => {
  await visit(browser, { bypassCSP: true }, async page => {
    let drawn = 0;
    for (const name of readdirSync(join(folder, "scripts/topic"))) {
      await page.goto(url(`topic/${name}/index.html`, "scripts"));
      const [words, ink, faults] = await page.evaluate(async () => {
        const cloud = document.querySelector(".cloud"), { width, height } = cloud.viewBox.baseVal, scale = 2;
        const canvas = Object.assign(document.createElement("canvas"), { width: width * scale, height: height * scale });
        const context = canvas.getContext("2d", { willReadFrequently: true }), owner = new Map(), faults = [];
        const texts = [...cloud.querySelectorAll("text")];
        for (const text of texts) {
          const alone = cloud.cloneNode(false);
          for (const [key, value] of Object.entries({ width: canvas.width, height: canvas.height, "font-family": getComputedStyle(text).fontFamily, "font-weight": getComputedStyle(text).fontWeight })) alone.setAttribute(key, value);
          alone.append(text.cloneNode(true));
          const image = new Image();
          image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(alone))}`;
          await image.decode();
          context.clearRect(0, 0, canvas.width, canvas.height);
          context.drawImage(image, 0, 0);
          const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
          const hit = new Set();
          for (let at = 0; at < canvas.width * canvas.height; at++) {
            // What is fainter than a sixth is the soft edge of a letter.
            if (data[at * 4 + 3] <= 40) continue;
            const x = at % canvas.width, y = Math.floor(at / canvas.width);
            if (owner.has(at)) hit.add(owner.get(at));
            if (!x || !y || x === canvas.width - 1 || y === canvas.height - 1) hit.add("the edge");
            owner.set(at, text.textContent);
          }
          for (const other of hit) faults.push(`${text.textContent} on ${other}`);
        }
        return [texts.length, owner.size / canvas.width / canvas.height, faults];
      });
      drawn += words;
      check(!faults.length && ink > 0.05, name, ink, faults.slice(0, 5));
    }
    check(drawn > 60, drawn);
  });
});

// Every payload in every field of a document of its own, and in the names of files.
lines("hostile.jsonl", PAYLOADS.map((payload, n) => ({
  id: payload, title: payload, text: `${payload}\n\nshared words about pages ${n % 5 ? "gardens flowers" : "engines wheels"} and a ${payload}`, url: n % 2 ? payload : `https://evil.example/${payload}`,
  tags: [payload, "shared"], speakers: [payload, "Somebody"], room: payload, track: payload, date: payload, start: payload, language: payload,
})));
build("hostile.jsonl", "hostile", "-k", "3", "--title", PAYLOADS[1], "--max-skipped", "100%");
const hostile = documentsOf("hostile");

await test(`${PAYLOADS.length} hostile texts in every field: nothing runs, everything is shown as it is`, async () => {
  check(PAYLOADS.length >= 200 && hostile.length > PAYLOADS.length * 0.9, hostile.length);
  await visit(browser, {}, async page => {
    const shown = text => text.replace(/\s+/g, " ").trim();
    const calm = async path => {
      await page.goto(url(path, "hostile"));
      check(!(await page.evaluate(() => "pwned" in window)), path, "ran");
    };
    for (const document of hostile) {
      const path = `doc/${document.slug}/index.html`;
      check(/^[a-z0-9-]+$/.test(document.slug), document.slug);
      await calm(path);
      // Control characters cannot stand in HTML; everything else does.
      const expected = shown(document.title.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "\ufffd"));
      const [title, foreign] = await page.evaluate(() => [
        document.querySelector("h1").textContent, document.querySelectorAll("main :is(script, img, iframe, object, embed, form, style, link, [onerror], [onload], [onfocus])").length]);
      same(shown(title), expected || "Untitled", path);
      same(foreign, 0, path, "elements from the text");
    }
    for (const kind of ["tag", "speaker", "topic"]) {
      for (const name of readdirSync(join(folder, "hostile", kind)).slice(0, 60)) await calm(`${kind}/${name}/index.html`);
    }
    for (const path of ["index.html", "documents/index.html", "tags/index.html", "speakers/index.html", "terms/index.html", "map/index.html", "about/index.html", "404.html"]) await calm(path);
  });
});

await test("hostile texts in the search: nothing runs, titles are shown as they are", async () => {
  await visit(browser, {}, async page => {
    await page.goto(url("search/index.html?tag=0", "hostile"));
    await page.waitForSelector("#results li");
    const titles = new Set(hostile.map(document => document.title.replace(/\s+/g, " ").trim()));
    for (const payload of PAYLOADS.filter((_, n) => n % 3 === 0)) {
      await page.fill("#q", payload.slice(0, 200));
      await page.waitForTimeout(15);
      check(!(await page.evaluate(() => "pwned" in window)), payload);
    }
    await page.goto(url("search/index.html?q=shared", "hostile"));
    await page.waitForFunction(() => document.querySelectorAll("#results li").length > 5);
    for (let n = 0; n < 40 && await page.locator("#more").isVisible(); n++) {
      const before = await page.locator("#results li").count();
      await page.click("#more");
      await page.waitForFunction(n => document.querySelectorAll("#results li").length > n, before);
    }
    const found = await page.$$eval("#results .name a:not(.badge)", links => links.map(link => link.textContent));
    const unknown = found.filter(title => !titles.has(title.replace(/\s+/g, " ").trim()) && title !== "Untitled");
    same(unknown.slice(0, 3), []);
    same(await page.$$eval("#results :is(script, img, iframe, svg)", e => e.length), 0);
  });
});

await test("hostile names of files stay names", async () => {
  const names = [...new Set(PAYLOADS.map(payload => payload.replace(/[/\u0000]/g, "∕")))].filter(name => Buffer.byteLength(name) < 240 && name.trim() && !name.startsWith("."));
  mkdirSync(join(folder, "files"));
  for (const [n, name] of names.entries()) writeFileSync(join(folder, "files", `${name}.txt`), `shared words about ${n % 2 ? "gardens and flowers" : "engines and wheels"}`);
  build("files", "named", "-k", "2");
  const named = documentsOf("named");
  check(named.length > names.length * 0.9, named.length, names.length);
  await visit(browser, {}, async page => {
    for (const document of named.slice(0, 120)) {
      await page.goto(url(`doc/${document.slug}/index.html`, "named"));
      check(!(await page.evaluate(() => "pwned" in window)), document.slug);
    }
  });
});

// The same from a server.
const server = spawn(program, ["serve", SITE, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
const address = await new Promise((resolve, reject) => {
  let told = "";
  const listen = chunk => {
    told += chunk;
    const found = told.match(/http:\/\/127\.0\.0\.1:\d+/);
    if (found) resolve(found[0]);
  };
  server.stdout.on("data", listen);
  server.stderr.on("data", listen);
  server.on("exit", () => reject(new Error(`serve ended: ${told}`)));
});

await test("served: search works, under the policy of the server too", async () => {
  await visit(browser, { origin: address }, async page => {
    const answer = await page.goto(`${address}/search/index.html?q=database`);
    check(answer.headers()["content-security-policy"].includes("default-src 'self'"));
    check((await results(page)).length > 0);
    await page.waitForSelector("#results .excerpt mark");
  });
});

await test("served: the start page takes three requests and 60 KB", async () => {
  await visit(browser, { origin: address }, async (page, requests) => {
    await page.goto(`${address}/index.html`, { waitUntil: "networkidle" });
    check(requests.length <= 3, requests);
    const bytes = readFileSync(join(SITE, "index.html")).length;
    check(gzipSync(readFileSync(join(SITE, "index.html"))).length <= 60 * 1024, bytes);
  });
});

await browser.close();
server.kill();
close();
