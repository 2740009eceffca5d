// Parts of a page that are fetched again by themselves. A link or form with
// data-regions="list thread" changes those elements and not the whole page; the
// server is asked for the page all the same, and answers with these parts of it.
import { morph } from './morph.js';
import { confirmed } from './dialog.js';

// fetchRegions asks for parts of a page and puts them in. It returns the response,
// whose url is where the page is now.
export async function fetchRegions(ids, url = location.href, options = {}) {
  const at = location.href;
  const res = await fetch(url, { ...options, headers: { ...options.headers, 'X-Regions': ids.join(' ') + ' notice' } });
  if (new URL(res.url).pathname === '/app/login') {
    location.assign(res.url);
    return res;
  }
  const html = await res.text();
  // What was asked for an address that the page has left meanwhile is of no use.
  if (options.live && location.href !== at || options.turn && options.turn !== turn) return res;
  put(html, options);
  return res;
}

// put replaces elements by those of the same id. What comes by itself (live) leaves
// a part alone in which something that was typed is marked as wrong; that, and what
// a small form brings (gently), leaves alone what is being typed in others.
export function put(html, { live = false, gently = live } = {}) {
  const doc = new DOMParser().parseFromString(html, 'text/html');
  const changed = [];
  for (const next of [...doc.body.children]) {
    if (next.id === 'notice' && !next.children.length) continue; // what was said stands a while
    const old = next.id && document.getElementById(next.id);
    if (live && old && old.querySelector('[aria-invalid="true"]')) continue;
    if (old) changed.push(morph(old, document.adoptNode(next), gently));
  }
  if (doc.querySelector('.told')) show(doc.querySelector('.told').textContent, true);
  document.dispatchEvent(new CustomEvent('regions', { detail: changed }));
}

// show says something at the edge of the page for a while.
let hide;
export function show(text, bad = false) {
  const notice = document.getElementById('notice');
  if (!notice) return;
  const p = document.createElement('p');
  p.textContent = text;
  p.classList.toggle('bad', bad);
  notice.replaceChildren(p);
  fade();
}
function fade() {
  clearTimeout(hide);
  hide = setTimeout(() => document.getElementById('notice')?.replaceChildren(), 6000);
}
document.addEventListener('regions', (e) => {
  if (e.detail.some((el) => el.id === 'notice' && el.children.length)) fade();
});
if (document.querySelector('#notice p')) fade();

let turn = 0; // counts visits: the last one counts

// visit goes to an address of the same page by its parts.
export async function visit(url, ids, push = true) {
  document.documentElement.setAttribute('aria-busy', 'true');
  try {
    const mine = ++turn;
    const res = await fetchRegions([...ids, 'problem'], url, { turn: mine });
    if (mine !== turn) return; // somebody went on
    if (push) history.pushState({ regions: ids }, '', res.url);
    document.dispatchEvent(new CustomEvent('visited', { detail: { url: res.url } }));
  } catch {
    location.assign(url); // the browser says best what is wrong with the line
  } finally {
    document.documentElement.removeAttribute('aria-busy');
  }
}

const plain = (e) => !e.defaultPrevented && !e.ctrlKey && !e.metaKey && !e.shiftKey && !e.altKey && (e.button ?? 0) === 0;

document.addEventListener('click', (e) => {
  const link = e.target.closest?.('a[data-regions]');
  if (!link || !plain(e) || link.target) return;
  e.preventDefault();
  visit(link.href, link.dataset.regions.split(' '));
});

window.addEventListener('popstate', () => {
  // Which parts differ between two moments of the history nobody wrote down.
  const ids = document.body.dataset.parts;
  if (ids) visit(location.href, ids.split(' '), false);
  else location.reload();
});

// submit sends a form and puts in what comes of it.
export async function submit(form, button) {
  const data = new FormData(form, button);
  const get = form.method === 'get';
  const ids = [...form.dataset.regions.split(' '), 'problem'];
  const url = new URL(button?.getAttribute('formaction') ?? form.getAttribute('action') ?? location.href, location.href);
  if (get) {
    url.search = new URLSearchParams(data);
    return visit(url.href, form.dataset.regions.split(' '));
  }
  const body = form.enctype === 'multipart/form-data' ? data : new URLSearchParams(data);
  form.setAttribute('aria-busy', 'true');
  try {
    const res = await fetchRegions(ids, url.href, { method: 'POST', body, gently: true });
    if (res.redirected && form.dataset.push !== undefined) history.pushState({}, '', res.url);
    if (res.ok) {
      if (form.isConnected) form.reset(); // to what the page says now
      form.dispatchEvent(new CustomEvent('sent', { bubbles: true }));
    }
    // Somebody was faster: what is there now is shown.
    if (res.status === 409) await fetchRegions(form.dataset.regions.split(' '));
    return res;
  } finally {
    form.removeAttribute('aria-busy');
  }
}

document.addEventListener('submit', async (e) => {
  const form = e.target;
  if (e.defaultPrevented) return;
  if (form.dataset.confirm && !form.dataset.sure) {
    e.preventDefault();
    if (await confirmed(form.dataset.confirm)) {
      form.dataset.sure = 'yes';
      form.requestSubmit(e.submitter);
      delete form.dataset.sure;
    }
    return;
  }
  if (!form.dataset.regions) return;
  e.preventDefault();
  try {
    await submit(form, e.submitter);
  } catch {
    show(phrase('unsent'), true);
  }
});

// phrase is a text of words/phrases.json.
export function phrase(key, values = {}) {
  const p = document.getElementById('phrases')?.content.querySelector(`[data-key="${key}"]`);
  return (p?.textContent ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}
