// Text as agents write it: a little Markdown, made into elements. Nothing is ever
// read as HTML.
import { h, web } from "./dom.js";

const INLINE = /(`[^`\n]+`)|\*\*([^*\n]+)\*\*|(?<![\w*])[*_]([^*_\n]+)[*_](?![\w*])|~~([^~\n]+)~~|\[([^\]\n]+)\]\(([^()\s]+)\)|(https?:\/\/[^\s<>"]*[^\s<>".,;:!?'()\]}])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g;

function link(text, to) {
  const href = web(to);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", text }) : text;
}

function inline(line, marked) {
  const out = [];
  let at = 0;
  for (const m of line.matchAll(INLINE)) {
    const [all, code, strong, em, gone, text, to, url, mail] = m;
    let el;
    if (url) el = link(url, url);
    else if (mail) el = link(mail, "mailto:" + mail);
    else if (!marked) continue;
    else if (code) el = h("code", { text: code.slice(1, -1) });
    else if (strong) el = h("strong", {}, ...inline(strong, true));
    else if (em) el = h("em", {}, ...inline(em, true));
    else if (gone) el = h("s", { text: gone });
    else el = link(text, to);
    if (m.index > at) out.push(line.slice(at, m.index));
    out.push(el);
    at = m.index + all.length;
  }
  if (at < line.length) out.push(line.slice(at));
  return out;
}

const BLOCKS = [
  [/^\s*[-*+]\s+/, "ul", "li"],
  [/^\s*\d{1,3}[.)]\s+/, "ol", "li"],
  [/^>\s?/, "blockquote", "div"],
];

// rich makes paragraphs, lists, quotes and code; plain only makes links.
export function rich(text) {
  const out = [], parts = (text ?? "").split(/```(?:\w*\n)?([\s\S]*?)```/);
  parts.forEach((part, i) => {
    if (i % 2) { out.push(h("pre", {}, h("code", { text: part.replace(/\n$/, "") }))); return; }
    let block = null, kind = null;
    for (const line of part.split("\n")) {
      const found = BLOCKS.find(([start]) => start.test(line));
      if (found) {
        if (kind !== found[1]) out.push(block = h(kind = found[1]));
        block.append(h(found[2], {}, ...inline(line.replace(found[0], ""), true)));
      } else if (!line.trim()) block = kind = null;
      else if (kind === "p") block.append(h("br"), ...inline(line, true));
      else out.push(block = h(kind = "p", {}, ...inline(line.replace(/^#{1,6}\s+/, ""), true)));
    }
  });
  return out;
}

export const plain = (text) => [h("p", { class: "plain" }, ...inline(text ?? "", false))];
