// The approved message templates of an inbox: chosen, filled in, looked at, sent.
import { phrase } from './regions.js';
import { open, close } from './dialog.js';

export function templates() {
  const from = document.querySelector('template#templates');
  if (!from) return;
  const div = document.createElement('div');
  const find = document.createElement('input');
  find.className = 'input';
  find.setAttribute('aria-label', phrase('templates'));
  find.placeholder = phrase('templates');
  const forms = from.content.cloneNode(true);
  div.append(find, forms);
  find.addEventListener('input', () => {
    for (const f of div.querySelectorAll('form')) f.hidden = !f.textContent.toLowerCase().includes(find.value.toLowerCase());
  });
  div.addEventListener('input', (e) => preview(e.target.closest('form')));
  open(div, phrase('templates'));
  find.focus();
}

function preview(form) {
  const p = form?.querySelector('.preview');
  if (!p) return;
  const values = Object.fromEntries([...form.querySelectorAll('[data-var]')].map((i) => [i.dataset.var, i.value]));
  p.textContent = p.dataset.body.replace(/\{\{\s*([a-z0-9_]+)\s*\}\}/g, (all, name) => values[name] || all);
}

document.addEventListener('sent', (e) => { if (e.target.matches('.template-form')) close(); });
