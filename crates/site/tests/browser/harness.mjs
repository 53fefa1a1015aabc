// A browser that tells everything it should not do, and tests that count.
import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let passed = 0, failed = 0;

export async function test(name, body) {
  const started = Date.now();
  try {
    await body();
    passed++;
    console.log(`ok   ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n     ${String(error.message ?? error).split("\n").slice(0, 12).join("\n     ")}`);
  }
}

export function close() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

export function check(is, ...told) {
  if (!is) throw new Error(told.map(part => typeof part === "string" ? part : JSON.stringify(part)).join(" "));
}

export const same = (found, expected, ...told) =>
  check(JSON.stringify(found) === JSON.stringify(expected), ...told, "found", found, "expected", expected);

export const launch = executablePath => chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

// Runs `body` with a page; then nothing may have been told on the console, asked of another host, or opened.
export async function visit(browser, options, body) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const faults = [], requests = [];
  const origin = options?.origin ?? "file://";
  context.on("request", request => {
    requests.push(request.url());
    if (!request.url().startsWith(origin)) faults.push(`request of ${request.url()}`);
  });
  context.on("console", message => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  context.on("weberror", error => faults.push(`error: ${error.error().message}`));
  context.on("dialog", dialog => {
    faults.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  const page = await context.newPage();
  try {
    await body(page, requests);
    check(!faults.length, faults.slice(0, 5).join("\n"));
  } finally {
    await context.close();
  }
}

// Everything that axe finds wrong with a page, as lines.
export async function violations(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run(document, {
    // It would fetch style sheets, which a page from a disk may not.
    preload: false,
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(node => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary?.split("\n")[1] ?? ""}`));
}
