// Elements, words and what the page was given.
export const root = document.documentElement;
export const config = JSON.parse(root.dataset.config);
export const token = root.dataset.token;
export const $ = (id) => document.getElementById(id);

// t is a text of the catalogue with its places filled in.
export const t = (key, fill = {}) => (config.words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => fill[name] ?? all);

// h makes an element: properties are attributes, but for on… and text.
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name === "text") el.textContent = value;
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.filter((c) => c !== undefined && c !== null && c !== false));
  return el;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
}

// face is somebody's picture, or their initials.
export function face(name, url) {
  const initials = (name || "?").split(/\s+/).map((w) => [...w][0] ?? "").slice(0, 2).join("").toUpperCase();
  const el = h("span", { class: "face", title: name || undefined, text: initials });
  if (url) el.append(h("img", { src: url, alt: "", loading: "lazy", onerror: (e) => e.target.remove() }));
  return el;
}

// web is an address that may be followed; undefined = not one.
export function web(address) {
  if (!address) return undefined;
  try {
    const u = new URL(address, location.href);
    return ["http:", "https:", "mailto:", "tel:"].includes(u.protocol) ? u.href : undefined;
  } catch { return undefined; }
}

// later runs fn once things have been quiet for some time.
export function later(ms, fn) {
  let timer;
  return (...args) => { clearTimeout(timer); timer = setTimeout(() => fn(...args), ms); };
}
