// The builder of conditions: its buttons send the form, and here only the part of
// the page that it stands in is fetched. The server says which operators and values
// a field has; nothing of that is known here.
import { fetchRegions, phrase, show } from './regions.js';

let last = Promise.resolve();

// press sends the form as a button of the builder would, one press after another.
// What is fetched is the element with an id around the builder, or the one that
// holds several (data-cond-region).
function press(button) {
  const builder = button.closest('[data-cond]');
  const region = (button.closest('[data-cond-region]') ?? builder.closest('[id]')).id;
  const { name, value } = button;
  last = last.then(() => send(button, region)).then(() => focus(document.getElementById(region), name, value)).catch(() => show(phrase('unsent'), true));
}

async function send(button, ...regions) {
  const form = button.form;
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) if (typeof value === 'string') data.append(name, value);
  const url = new URL(form.getAttribute('action') ?? location.href, location.href);
  if (form.method === 'get') {
    url.search = data;
    return fetchRegions(regions, url.href);
  }
  return fetchRegions(regions, url.href, { method: 'POST', body: data });
}

// focus goes to what was added, or to where something was taken away.
function focus(region, name, pressed) {
  const [what, path] = pressed.split(':');
  if (what === 'add') region.querySelector('li:last-child :is(textarea, select, input:not([type="hidden"], .flow-id))')?.focus();
  const box = region.querySelector(`button[name="${name}"]`)?.closest('.cond');
  if (!box || what === 'refresh') return;
  const group = what === 'drop' || what === 'value' ? path.slice(0, path.lastIndexOf('.')) : path;
  const el = box.querySelector(`[data-path="${group}"]`);
  if (what === 'value') [...box.querySelectorAll(`[name$=".${path}.value"]`)].at(-1)?.focus();
  else if (what === 'drop') el?.querySelector(':scope > .cond-more button')?.focus();
  else [...el?.querySelectorAll(':scope > .cond-rows select[data-cond-refresh]') ?? []].at(-2)?.focus();
}

// A button with data-ask="trial where" sends the form and fetches those parts: what
// is typed is only asked about, and not saved.
document.addEventListener('click', (e) => {
  const button = e.target.closest?.('button[data-ask]');
  if (!button) return;
  e.preventDefault();
  send(button, ...button.dataset.ask.split(' ')).catch(() => show(phrase('unsent'), true));
});

document.addEventListener('click', (e) => {
  const button = e.target.closest?.('[data-cond] button[name$=".do"]');
  if (!button) return;
  e.preventDefault();
  press(button);
});

document.addEventListener('change', (e) => {
  if (e.target.matches('[data-cond-refresh]')) {
    const box = e.target.closest('[data-cond]') ?? e.target.form?.querySelector('[data-cond]');
    if (box) press(box.querySelector('.cond-refresh'));
  }
  const picks = e.target.closest('.cond-picks');
  if (picks) told(picks);
});

// told says in the closed list what is chosen in it.
function told(picks) {
  const summary = picks.querySelector('summary');
  const names = [...picks.querySelectorAll('input:checked')].map((i) => i.parentElement.textContent.trim()).join(', ');
  summary.querySelector('span').textContent = names || summary.dataset.empty;
  summary.setAttribute('aria-label', `${summary.dataset.label}: ${names || summary.dataset.empty}`);
}
