// Lists within a form whose rows the server draws: actions, conditions. A button
// called form_do, or a change of what has data-redo, asks for the form again; only
// its parts (data-part) change, and nothing is saved.
import { fetchRegions, phrase, show } from './regions.js';

async function redo(form, button) {
  const data = new FormData(form, button);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name); // they stay where they are
  if (!button) data.set('form_do', 'redo');
  const parts = [...form.querySelectorAll('[data-part]')];
  const before = new Set([...form.querySelectorAll('[data-part] li')].map((li) => li.id));
  try {
    await fetchRegions(parts.map((p) => p.id), form.getAttribute('action'), { method: 'POST', body: new URLSearchParams(data) });
  } catch {
    show(phrase('unsent'), true);
    return;
  }
  focus(form, before, button);
}

// focus goes to the row that came; a row that was moved keeps it.
function focus(form, before, button) {
  const fresh = [...form.querySelectorAll('[data-part] li')].find((li) => li.id && !before.has(li.id));
  if (fresh) fresh.querySelector('select, input:not([type="hidden"])')?.focus();
  else if (button && (!button.isConnected || button.disabled)) {
    const row = button.isConnected && button.closest('li');
    const next = row ? row.querySelector('button:not(:disabled)') : form.querySelector('[data-part] > button, [data-part] li select');
    next?.focus();
  }
}

document.addEventListener('click', (e) => {
  const button = e.target.closest?.('button[name="form_do"]');
  if (!button || !button.form?.querySelector('[data-part]')) return;
  e.preventDefault();
  redo(button.form, button);
});
document.addEventListener('change', (e) => {
  if (e.target.matches?.('[data-part] [data-redo]')) redo(e.target.form);
});
