// Asks the script of the search page what the Rust core was asked, and compares.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const [script, vectors, folder] = process.argv.slice(2);
const sandbox = { console };
sandbox.globalThis = sandbox;
vm.createContext(sandbox);
vm.runInContext(readFileSync(script, "utf8"), sandbox);
const { Index, parse, tokens } = sandbox.topicmillSearchCore;

let wrong = 0;
const check = (name, found, expected) => {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  wrong++;
  if (wrong < 10) console.log(`${name}\n  script: ${JSON.stringify(found)}\n  core:   ${JSON.stringify(expected)}`);
};

const cases = JSON.parse(readFileSync(vectors, "utf8"));
for (const [text, expected] of cases) check(JSON.stringify(text), tokens(text).map(([word]) => word), expected);

const files = new Map();
const load = async name => {
  if (!files.has(name)) {
    sandbox.topicmillSearch = (given, data) => files.set(given, data);
    vm.runInContext(readFileSync(`${folder}/search/${name}.js`, "utf8"), sandbox);
  }
  return files.get(name);
};
const index = new Index(load, await load("index"));
const questions = readFileSync(`${folder}/questions.jsonl`, "utf8").trim().split("\n").map(line => JSON.parse(line));
let found = 0;
for (const [text, topic, tag, expected] of questions) {
  const { hits } = await index.search({ ...parse(text), topic, tag });
  if (hits.length) found++;
  check(`${JSON.stringify(text)} topic ${topic} tag ${tag}`, hits.map(hit => [hit.document, hit.score]), expected);
}
console.log(`${questions.length} questions, ${found} with results; ${cases.length} texts; ${wrong} differences`);
process.exit(wrong ? 1 : 0);
