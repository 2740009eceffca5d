// Contacts: a search that answers while one types, rows that are added below,
// chosen rows, forms that are asked for again when something in them changes.
import { fetchRegions, phrase, show } from './regions.js';

// Typing asks once the fingers rest; an answer that is overtaken is dropped.
let rest;
let asked;
document.addEventListener('input', (e) => {
  const form = e.target.closest('form[data-typing]');
  if (!form || e.target.type !== 'search') return;
  clearTimeout(rest);
  rest = setTimeout(() => search(form), 200);
});

async function search(form) {
  asked?.abort();
  asked = new AbortController();
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, value);
  try {
    const res = await fetchRegions(form.dataset.regions.split(' '), url.href, { signal: asked.signal });
    history.replaceState(history.state, '', res.url);
  } catch (err) {
    if (err.name !== 'AbortError') show(phrase('unsent'), true);
  }
}

// More rows go below those that are there. Where the list goes on is remembered
// here: a row that changes brings the first page again.
let next = {};
document.addEventListener('click', async (e) => {
  const link = e.target.closest?.('a[data-more]');
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  const rows = document.querySelector('[data-rows]');
  const from = next.id === rows.id ? next.url : link.href;
  const res = await fetch(from, { headers: { 'X-Regions': 'list' } });
  const doc = new DOMParser().parseFromString(await res.text(), 'text/html');
  const first = rows.children.length;
  for (const row of [...doc.querySelectorAll('[data-rows] > tr')]) if (!document.getElementById(row.id)) rows.append(document.adoptNode(row));
  next = { id: rows.id, url: doc.querySelector('a[data-more]')?.href };
  rows.children[first]?.querySelector('a')?.focus();
  settle();
});

// settle says how many are chosen, and hides what has no use.
function settle() {
  const rows = document.querySelector('[data-rows]');
  const more = document.querySelector('a[data-more]');
  if (more) more.hidden = !!rows && next.id === rows.id && !next.url;
  const boxes = [...document.querySelectorAll('[data-rows] input[name="contact"]')];
  const count = boxes.filter((b) => b.checked).length;
  const bar = document.querySelector('.contact-bar');
  bar?.classList.toggle('is-choosing', count > 0);
  const told = document.querySelector('[data-chosen]');
  if (told) told.textContent = count ? phrase('chosen_contacts', { count }) : '';
  const all = document.querySelector('[data-all]');
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
}

document.addEventListener('change', (e) => {
  if (e.target.matches('[data-all]')) {
    for (const b of document.querySelectorAll('[data-rows] input[name="contact"]')) b.checked = e.target.checked;
  }
  if (e.target.matches('[data-all], [data-rows] input')) settle();
  if (e.target.matches('[data-act]') && e.target.value) e.target.form.requestSubmit();
  if (e.target.matches('[data-again]')) again(e.target);
});

// A button with data-ask is asked about; its neighbours are not.
document.addEventListener('click', (e) => {
  const button = e.target.closest?.('form[data-bulk] button');
  if (!button) return;
  if (button.dataset.ask) button.form.dataset.confirm = button.dataset.ask;
  else delete button.form.dataset.confirm;
}, true);

document.addEventListener('sent', (e) => {
  const form = e.target;
  if (form.matches('[data-bulk]')) {
    delete form.dataset.confirm;
    for (const b of document.querySelectorAll('[data-rows] input, [data-all]')) b.checked = false;
    for (const s of form.querySelectorAll('[data-act]')) s.value = '';
    next = {};
    settle();
  }
  if (form.id === 'note') form.querySelector('textarea').value = '';
});

// again has the server show the form for what is chosen now.
async function again(field) {
  const form = field.form;
  const data = new FormData(form);
  data.set('do', 'show');
  for (const [name, value] of [...data]) if (typeof value !== 'string') data.delete(name);
  try {
    await fetchRegions(['start'], form.action, { method: 'POST', body: new URLSearchParams(data) });
  } catch {
    show(phrase('unsent'), true);
  }
}

// Ctrl+Enter or ⌘+Enter in a note or message sends it.
document.addEventListener('keydown', (e) => {
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && e.target.matches('[data-send]')) {
    e.preventDefault();
    e.target.form.requestSubmit(e.target.form.querySelector('button.primary'));
  }
});

// Whoever was quicker than this module has ticked the box of all and nothing else.
let early = true;
export function wire() {
  if (early && document.querySelector('[data-all]')?.checked) {
    for (const b of document.querySelectorAll('[data-rows] input[name="contact"]')) b.checked = true;
  }
  early = false;
  settle();
}
