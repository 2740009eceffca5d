// Small things of every page: menus that close, buttons that copy, lists that grow.
import { phrase, show } from './regions.js';

// A menu closes with Escape, with a click elsewhere, and when something in it was
// chosen.
document.addEventListener('click', (e) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(e.target) || e.target.closest('.menu-list a, .menu-list button')) menu.open = false;
  }
});
document.addEventListener('keydown', (e) => {
  if (e.key !== 'Escape') return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.open = false;
    menu.querySelector('summary')?.focus();
    e.stopPropagation();
  }
}, true);

document.addEventListener('click', async (e) => {
  const b = e.target.closest?.('[data-copy]');
  if (!b) return;
  const from = document.getElementById(b.dataset.copy);
  await navigator.clipboard.writeText(from?.value ?? from?.textContent ?? b.dataset.text ?? '');
  show(phrase('copied'));
});

// data-show="id" shows what a field hides, and hides it again.
document.addEventListener('click', (e) => {
  const b = e.target.closest?.('[data-show]');
  if (!b) return;
  const field = document.getElementById(b.dataset.show);
  const hidden = field.type === 'password';
  field.type = hidden ? 'text' : 'password';
  b.setAttribute('aria-pressed', String(hidden));
});

// data-toggle="id class" switches a class of an element, for panes on a phone.
document.addEventListener('click', (e) => {
  const b = e.target.closest?.('[data-toggle]');
  if (!b) return;
  const [id, name] = b.dataset.toggle.split(' ');
  const on = document.getElementById(id)?.classList.toggle(name);
  b.setAttribute('aria-expanded', String(on));
});

// A select or switch with data-submit sends its form when it changes.
document.addEventListener('change', (e) => {
  if (e.target.matches?.('[data-submit]')) e.target.form.requestSubmit();
});
