// What was missed while there was no line. It goes on from the last message up to
// which nothing can be missing: what was sent from here is answered with an id that
// may be beyond what was not heard.
import { get as ask, session } from "./api.js";

const RETRY = 3000;

export class Sync {
  constructor({ thread, arrived, page }) {
    Object.assign(this, { thread, arrived, page });
    this.forget();
  }

  forget() {
    this.sure = this.latest = 0;
    this.live = false;
  }

  // heard is told of every message that the socket brings.
  heard(id) {
    this.latest = Math.max(this.latest, id);
    if (this.live) this.sure = this.latest;
  }

  lost() { this.live = false; }

  // read reads what was said since, and what became of what is shown. What comes
  // the first time is no news.
  async read(first = false) {
    this.live = false;
    const who = session();
    const get = async (path) => {
      const got = await ask(path);
      if (session() !== who) throw new Error("asked by another visitor");
      return got;
    };
    const from = this.sure || this.thread.first; // who has heard nothing yet may have sent something
    let last = from;
    const take = (list) => {
      last = Math.max(last, list.at(-1)?.id ?? 0);
      const fresh = this.thread.took(list);
      if (!first) this.arrived(fresh);
    };
    for (let after = from; after;) {
      const { payload } = await get("/messages?after=" + after);
      take(payload);
      after = payload.length === 100 ? last : 0;
    }
    const got = await get("/messages");
    await this.page(got, from === 0);
    take(got.payload);
    this.sure = this.latest = Math.max(last, this.latest);
    this.live = true;
  }

  // again reads until it works or the line goes.
  again(done, up) {
    const who = session();
    this.read().then(done, () => { if (up() && session() === who) setTimeout(() => this.again(done, up), RETRY); });
  }
}
