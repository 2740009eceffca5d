// The open conversation's messages: where the page stands in them, what is older,
// and that they were seen.
import { phrase } from './regions.js';
import { heard } from './live.js';

const talk = () => document.getElementById('talk');
const box = () => document.getElementById('messages');
let shown = '';      // the conversation on the screen
let atEnd = true;    // whoever reads at the end follows what comes
let loading = false;

const near = (el) => el.scrollHeight - el.scrollTop - el.clientHeight < 80;
const bottom = () => { const el = box(); if (el) el.scrollTop = el.scrollHeight; };

// settle puts the page where it belongs after its messages changed.
function settle() {
  const now = talk()?.dataset.display ?? '';
  document.getElementById('talks')?.toggleAttribute('data-open', now !== '');
  if (now !== shown) {
    shown = now;
    atEnd = true;
    clear();
    if (now) requestAnimationFrame(bottom);
    looking(heard.looking);
  } else if (atEnd) {
    bottom();
  } else if (box() && !document.getElementById('newer') && grown()) {
    const b = document.createElement('button');
    b.id = 'newer';
    b.className = 'newer button small primary';
    b.textContent = phrase('new_below');
    b.addEventListener('click', () => { bottom(); b.remove(); });
    box().append(b);
  }
  seen();
}

let last = '';
function grown() {
  const id = document.querySelector('#bubbles > li:last-child')?.id ?? '';
  const more = id !== last && last !== '';
  last = id;
  return more;
}

// seen tells the desk that somebody looks, once for each message.
let told = '';
function seen() {
  const t = talk();
  if (!t?.dataset.act || document.visibilityState !== 'visible') return;
  const mark = `${t.dataset.display}:${document.querySelector('#bubbles > li:last-child')?.id}`;
  if (mark === told) return;
  told = mark;
  fetch(`${t.dataset.act}/seen`, { method: 'POST' }).catch(() => { told = ''; });
}
document.addEventListener('visibilitychange', seen);

// What is older is put above, and the page stays where it was.
async function older(link) {
  if (loading) return;
  loading = true;
  try {
    // A page that was fetched again says what is older than the newest messages.
    const list = document.getElementById('bubbles');
    const url = new URL(link.href);
    url.searchParams.set('before', list.querySelector('[data-message]').dataset.message);
    const res = await fetch(url, { headers: { 'X-Regions': 'messages' } });
    const doc = new DOMParser().parseFromString(await res.text(), 'text/html');
    const el = box();
    const from = el.scrollHeight - el.scrollTop;
    list.prepend(...[...doc.querySelectorAll('#bubbles > li')].filter((li) => !document.getElementById(li.id)));
    if (!doc.getElementById('older')) document.getElementById('older')?.remove();
    el.scrollTop = el.scrollHeight - from;
  } finally {
    loading = false;
  }
}

document.addEventListener('click', (e) => {
  const link = e.target.closest?.('#older');
  if (!link) return;
  e.preventDefault();
  e.stopPropagation();
  older(link);
}, true);

document.addEventListener('scroll', (e) => {
  if (e.target !== box()) return;
  atEnd = near(e.target);
  const link = document.getElementById('older');
  if (link && e.target.scrollTop < 400) older(link);
  if (atEnd) document.getElementById('newer')?.remove();
}, true);

// Who else is here, and who writes.
let quiet;
function clear() {
  for (const id of ['typing', 'looking']) document.getElementById(id)?.replaceChildren();
}
document.addEventListener('live:typing', ({ detail }) => {
  if (String(detail.conversation) !== talk()?.dataset.looking) return;
  const p = document.getElementById('typing');
  p.textContent = detail.on ? phrase(`typing_${detail.who}`) : '';
  clearTimeout(quiet);
  quiet = setTimeout(() => { p.textContent = ''; }, 30000);
});
function looking(detail) {
  if (String(detail?.conversation) !== talk()?.dataset.looking) return;
  document.getElementById('looking').textContent = detail.names.length ? phrase('looking', { names: detail.names.join(', ') }) : '';
}
document.addEventListener('live:looking', ({ detail }) => looking(detail));
document.addEventListener('live:gone', () => {
  if (talk()?.dataset.display) location.assign(document.querySelector('.back')?.href ?? '/app/');
});

export function wire() { settle(); }
