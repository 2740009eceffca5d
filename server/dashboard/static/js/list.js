// The list of conversations: several at once, and more of them.
import { phrase, put } from './regions.js';

const form = () => document.getElementById('bulk');
const picks = () => [...document.querySelectorAll('.row-pick :checked')];

function count() {
  const n = picks().length;
  const f = form();
  if (!f) return;
  f.hidden = n === 0;
  document.getElementById('list').classList.toggle('choosing', n > 0);
  document.getElementById('bulk-count').textContent = n ? phrase('chosen', { n }) : '';
}

document.addEventListener('change', (e) => { if (e.target.closest('.row-pick')) count(); });
document.addEventListener('click', (e) => {
  if (e.target.closest?.('#bulk-none')) {
    for (const p of picks()) p.checked = false;
    count();
  }
});

// The next rows follow those that are there.
document.addEventListener('click', async (e) => {
  const link = e.target.closest?.('[data-more]');
  if (!link) return;
  e.preventDefault();
  const res = await fetch(link.href, { headers: { 'X-Regions': 'list' } });
  const doc = new DOMParser().parseFromString(await res.text(), 'text/html');
  const rows = document.getElementById('rows');
  rows.append(...[...doc.querySelectorAll('#rows > li.row')].filter((li) => !document.getElementById(li.id)));
  const next = doc.getElementById('more');
  if (next) link.href = next.href;
  else link.remove();
});

// What is looked for is found while it is typed.
let timer;
document.addEventListener('input', (e) => {
  if (e.target.id !== 'find') return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const f = e.target.form;
    const url = new URL(f.action);
    url.search = new URLSearchParams(new FormData(f));
    const res = await fetch(url, { headers: { 'X-Regions': 'list' } });
    if (res.ok) put(await res.text());
    history.replaceState({}, '', url);
  }, 200);
});

export function wire() { count(); }
