// Messages on their way, one after the other. Each has a key under which it is
// sent again until the desk has answered: it arrives once, however often the line
// breaks.
import { post, form, session, Refused } from "./api.js";
import { shape } from "./message.js";
import { t } from "./dom.js";

const AGAIN = [1000, 2000, 5000, 10000]; // how long to wait after each failure in a row

export class Outbox {
  constructor({ thread, sent }) {
    this.thread = thread;
    this.sent = sent;
    this.queue = [];
    this.seq = this.failures = 0;
    window.addEventListener("online", () => this.work());
  }

  add(text, files, referer) {
    const m = { key: crypto.randomUUID?.() ?? Math.random().toString(36).slice(2) + Date.now(), type: 0, kind: "text", text, attrs: {}, at: Math.floor(Date.now() / 1000), files: [], local: files, state: "sending", seq: ++this.seq, referer };
    this.thread.toEnd();
    this.thread.take(m);
    this.queue.push(m);
    this.work();
  }

  // forget is for another visitor: what the one before could not send is not theirs.
  forget() { this.queue = []; }

  again(m) {
    m.state = "sending";
    m.why = undefined;
    this.thread.take(m);
    this.queue.push(m);
    this.work();
  }

  async work() {
    clearTimeout(this.timer);
    if (this.busy) return;
    this.busy = true;
    while (this.queue.length) {
      const m = this.queue[0], who = session();
      try {
        const got = shape(await post("/messages", body(m), m.key));
        if (session() !== who) continue;
        this.queue.shift();
        this.failures = 0;
        got.key = m.key;
        this.thread.take(got);
        this.sent(got);
      } catch (e) {
        if (session() !== who) continue;
        const final = e instanceof Refused && e.status < 500 && e.status !== 429 && e.status !== 409;
        m.state = final ? "failed" : "waiting";
        if (final) {
          this.queue.shift();
          m.why = e.message && e.status === 422 ? e.message : t("failed");
        }
        if (this.thread.known.has(m.key)) this.thread.take({ ...m });
        if (!final) { this.queue[0] = this.thread.known.get(m.key) ?? m; this.timer = setTimeout(() => this.work(), AGAIN[Math.min(this.failures++, 3)]); break; }
      }
    }
    this.busy = false;
  }
}

function body(m) {
  const fields = { content: m.text, echo_id: m.key, referer_url: m.referer, timestamp: new Date(m.at * 1000).toString() };
  return m.local?.length ? form(fields, m.local) : { message: fields };
}
