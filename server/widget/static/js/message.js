// One message as elements.
import { h, t, icon, face, web, root, config } from "./dom.js";
import { rich, plain } from "./text.js";
import { interactive } from "./cards.js";

export const own = (m) => m.type === 0;

// shape is a message of the API or the socket, in our names.
export function shape(m) {
  return {
    id: m.id, key: m.echo_id || undefined, type: m.message_type, kind: m.content_type || "text", text: m.content ?? "", attrs: m.content_attributes ?? {},
    at: m.created_at, sender: m.sender, files: m.attachments ?? [], state: "sent",
  };
}

export function draw(m, { again }) {
  const gone = m.attrs.deleted;
  const el = h("div", { class: `message ${own(m) ? "own" : "theirs"}${m.state === "failed" ? " failed" : ""}` });
  const body = h("div", { class: "body" });
  el.append(h("span", { class: "hidden", text: (own(m) ? t("you") : name(m)) + ": " }));
  if (gone) body.append(h("p", { class: "gone", text: t("deleted") }));
  else {
    const parts = own(m) ? plain(m.text) : rich(m.text);
    for (const el of parts) el.dir = "auto";
    if (m.text) body.append(...parts);
    for (const f of m.files) body.append(file(f));
    for (const f of m.local ?? []) body.append(h("span", { class: "file" }, icon("file"), h("span", { text: f.name })));
  }
  if (body.firstChild) el.append(body);
  const more = gone ? null : interactive(m);
  if (more) el.append(more);
  if (own(m) && m.state !== "sent") el.append(state(m, again));
  return el;
}

function state(m, again) {
  if (m.state !== "failed") return h("p", { class: "state" }, icon("clock"), t(m.state));
  return h("p", { class: "state wrong" }, m.why || t("failed"), h("button", { type: "button", class: "link", text: t("retry"), onclick: () => again(m) }));
}

export const name = (m) => m.sender?.available_name || m.sender?.name || config.info.name || t("team");

function file(f) {
  const href = web(f.data_url), called = decode(f.data_url) || t("file");
  if (!href) return h("span", { class: "file", text: f.fallback_title || called });
  if (f.file_type === "image") {
    const img = h("img", { src: f.thumb_url || href, alt: called, loading: "lazy", width: f.width || undefined, height: f.height || undefined });
    return h("a", { class: "picture", href, target: "_blank", rel: "noopener" }, img);
  }
  if (f.file_type === "audio") return h("audio", { controls: true, src: href, preload: "none", "aria-label": called });
  if (f.file_type === "video") return h("video", { controls: true, src: href, preload: "metadata", "aria-label": called });
  return h("a", { class: "file", href, target: "_blank", rel: "noopener" }, icon("file"), h("span", { text: f.fallback_title || called }), size(f.file_size));
}

const decode = (url) => { try { return decodeURIComponent(new URL(url, location.href).pathname.split("/").pop()); } catch { return ""; } };

function size(bytes) {
  if (!bytes) return null;
  const [n, unit] = bytes < 1e6 ? [Math.max(1, Math.round(bytes / 1e3)), "kilobyte"] : [Math.round(bytes / 1e5) / 10, "megabyte"];
  return h("small", { text: new Intl.NumberFormat(root.lang, { style: "unit", unit }).format(n) });
}

// head names who writes, before their first message in a row.
export const head = (m) => h("div", { class: "head", "aria-hidden": "true" }, face(name(m), m.sender?.avatar_url), h("span", { text: name(m) }));
