// The conversation as it stands in the window. Messages are known by their id, and
// those on their way by their key, so that one that comes by two ways is one.
import { $, h, t, root } from "./dom.js";
import { draw, head, own, name, shape } from "./message.js";

export class Thread {
  constructor({ again, changed }) {
    this.log = $("log");
    this.scroll = $("scroll");
    this.known = new Map(); // by id, or by key until there is one
    this.again = again;
    this.changed = changed;
    this.scroll.addEventListener("scroll", () => { this.away = !this.atEnd(); }, { passive: true });
    new ResizeObserver(() => { if (!this.away) this.toEnd(); }).observe(this.log);
  }

  get all() { return [...this.known.values()].sort((a, b) => order(a) - order(b)); }
  get first() { return this.all.find((m) => m.id)?.id ?? 0; }
  get last() { return this.all.findLast((m) => m.id)?.id ?? 0; }
  get empty() { return this.known.size === 0; }

  // take adds a message, or brings the one that is there up to date. true = new.
  take(m) {
    const sent = m.key ? this.known.get(m.key) : undefined, was = this.known.get(m.id) ?? sent;
    if (sent && sent !== was) { // it came by another way before its sending was answered
      this.known.delete(m.key);
      sent.el?.remove();
    }
    if (was) {
      this.known.delete(was.id ?? was.key);
      m.el = was.el;
      m.local = m.files?.length ? undefined : was.local;
      if (!m.id) m.id = was.id;
    }
    this.known.set(m.id ?? m.key, m);
    this.render();
    return !was;
  }

  // took reads messages of the API; it reports those that are new.
  took(list) {
    const busy = list.length > 3;
    if (busy) this.log.setAttribute("aria-busy", "true"); // not all read out at once
    const fresh = list.map(shape).filter((m) => m.type !== 2 && this.take(m));
    if (busy) this.log.setAttribute("aria-busy", "false");
    return fresh;
  }

  drop(m) {
    this.known.delete(m.id ?? m.key);
    m.el?.remove();
    this.render();
  }

  clear() {
    this.known.clear();
    this.render();
  }

  // render puts what is known in order, and leaves alone what has not changed.
  render() {
    const stay = !this.away;
    let day = "", before = null, at = null;
    const place = (el) => {
      const next = at ? at.nextSibling : this.log.firstChild;
      if (next !== el) this.log.insertBefore(el, next);
      at = el;
    };
    const marks = new Map([...this.log.querySelectorAll(":scope > .day")].map((d) => [d.dataset.day, d]));
    const used = new Set();
    for (const m of this.all) {
      const on = new Date(m.at * 1000).toDateString();
      if (on !== day) {
        day = on;
        before = null;
        const mark = marks.get(on) ?? h("p", { class: "day", "data-day": on, text: dayName(m.at) });
        used.add(mark);
        place(mark);
      }
      place(this.element(m, before));
      used.add(m.el);
      before = m;
    }
    for (const el of [...this.log.children]) if (!used.has(el)) el.remove();
    root.toggleAttribute("data-talk", this.known.size > 0);
    if (stay) this.toEnd();
    this.changed();
  }

  element(m, before) {
    const row = before && own(before) === own(m) && (own(m) || name(before) === name(m)) && m.at - before.at < 300;
    const is = JSON.stringify([m.id, m.text, m.attrs, m.state, m.why, m.files.map((f) => f.id), row]);
    if (m.el?.dataset.is === is || (m.el && begun(m.el))) return m.el; // nobody's half-filled form is drawn anew
    const el = h("div", { class: "line" + (row ? " row" : "") }, !own(m) && !row && head(m), draw(m, this), h("time", { datetime: new Date(m.at * 1000).toISOString(), text: clock(m.at) }));
    el.dataset.is = is;
    if (m.id) el.dataset.id = m.id;
    if (m.el) m.el.replaceWith(el);
    return m.el = el;
  }

  atEnd() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 60; }
  toEnd() { this.away = false; this.scroll.scrollTop = this.scroll.scrollHeight; }
}

// begun is whether somebody is at a form, or has chosen or written something in it.
const begun = (el) => [...el.querySelectorAll("form")].some((f) => f.contains(document.activeElement)
  || [...f.elements].some((i) => i.type === "radio" || i.type === "checkbox" ? i.checked !== i.defaultChecked : "defaultValue" in i && i.value !== i.defaultValue));

// order is by id; what is on its way comes last, as it was written.
const order = (m) => m.id || 1e15 + (m.seq ?? 0);

export const clock = (at) => new Intl.DateTimeFormat(root.lang, { timeStyle: "short" }).format(at * 1000);

function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at * 1000).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  return new Intl.DateTimeFormat(root.lang, { dateStyle: "long" }).format(at * 1000);
}
