// Keeps a page true. One stream of server-sent events says what moved; the parts of
// the page that wait for it (data-follows="list conversation:12") are fetched again. A
// line that breaks is resumed from the last event's id: nothing is missed.
import { fetchRegions } from './regions.js';

const body = document.body;
let source;
let cursor = body.dataset.cursor;
let looking = '';
let silent; // notices a line that is dead without having said so

function connect() {
  source?.close();
  looking = document.querySelector('[data-looking]')?.dataset.looking ?? '';
  const query = new URLSearchParams({ after: cursor, looking });
  source = new EventSource(`${body.dataset.live}?${query}`);
  source.addEventListener('hello', (e) => alive(e));
  source.addEventListener('moved', (e) => { alive(e); moved(JSON.parse(e.data)); });
  source.addEventListener('typing', (e) => tell('typing', e));
  source.addEventListener('looking', (e) => tell('looking', e));
  source.addEventListener('reset', () => location.reload());
  source.onerror = () => {
    offline(true);
    // A refusal is final for an EventSource; the server may only be restarting.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };
}

// heard is the last that was said of each kind, for a module that was not there yet.
export const heard = {};

function tell(name, e) {
  alive(e);
  heard[name] = JSON.parse(e.data);
  document.dispatchEvent(new CustomEvent(`live:${name}`, { detail: heard[name] }));
}

function alive(e) {
  if (e.lastEventId) cursor = e.lastEventId;
  if (navigator.onLine) offline(false); // an open stream outlives a line that is gone
}

function offline(is) {
  clearTimeout(silent);
  const sign = document.getElementById('offline');
  if (!is) sign.hidden = true;
  else silent = setTimeout(() => { sign.hidden = false; }, 1500);
}

// What waits is collected for a moment and fetched at once, one time at a time.
const waiting = new Set();
let timer;
let busy = false;

function moved(event) {
  document.dispatchEvent(new CustomEvent('live:moved', { detail: event }));
  for (const el of document.querySelectorAll('[data-follows]')) {
    if (el.dataset.follows.split(' ').some((topic) => event.topics.includes(topic))) waiting.add(el.id);
  }
  clearTimeout(timer);
  timer = setTimeout(flush, 50);
}

async function flush() {
  if (busy || !waiting.size) return;
  const ids = [...waiting];
  waiting.clear();
  busy = true;
  let pause = 50;
  try {
    const res = await fetchRegions(ids, location.href, { live: true });
    if (res.status === 404) document.dispatchEvent(new CustomEvent('live:gone'));
  } catch {
    for (const id of ids) waiting.add(id);
    pause = 2000;
  }
  busy = false;
  clearTimeout(timer);
  if (waiting.size) timer = setTimeout(flush, pause);
}

// A browser holds six lines to a server. Of the pages that nobody sees one keeps
// its own, so that its agent stays online; the others catch up when they are looked
// at again.
let release;
function turned() {
  release?.();
  release = undefined;
  if (document.visibilityState === 'visible' || !navigator.locks) {
    if (!source || source.readyState === EventSource.CLOSED) connect();
    return;
  }
  source?.close();
  navigator.locks.request('helpdesk-live', () => new Promise((done) => {
    if (document.visibilityState === 'visible') return done();
    release = done;
    connect();
  }));
}

if (body.dataset.live) {
  connect();
  document.addEventListener('visibilitychange', turned);
  window.addEventListener('online', connect);
  window.addEventListener('offline', () => offline(true));
  window.addEventListener('pagehide', () => source?.close());
  window.addEventListener('pageshow', (e) => e.persisted && connect());
  document.addEventListener('visited', () => {
    if ((document.querySelector('[data-looking]')?.dataset.looking ?? '') !== looking) connect();
  });
}
