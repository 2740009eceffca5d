// One dialog element serves questions and forms that lie over the page.
import { phrase } from './regions.js';

const dialog = document.getElementById('dialog');

// open shows a node in the dialog and returns when it is closed, with what closed
// it.
export function open(node, label) {
  dialog.replaceChildren(node);
  dialog.setAttribute('aria-label', label);
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener('close', () => done(dialog.returnValue), { once: true }));
}

export function close(value = '') { if (dialog.open) dialog.close(value); }

// confirmed asks a question that can be answered by the keyboard alone.
export async function confirmed(question) {
  const form = document.createElement('form');
  form.method = 'dialog';
  form.className = 'ask';
  const p = document.createElement('p');
  p.textContent = question;
  const yes = button('yes', phrase('yes'), 'primary danger-fill');
  const no = button('', phrase('cancel'), 'quiet');
  const end = document.createElement('div');
  end.className = 'form-end';
  end.append(yes, no);
  form.append(p, end);
  return (await open(form, question)) === 'yes';
}

function button(value, text, kind) {
  const b = document.createElement('button');
  b.value = value;
  b.textContent = text;
  b.className = `button ${kind}`;
  return b;
}

// A click beside the dialog closes it.
dialog?.addEventListener('click', (e) => { if (e.target === dialog) close(); });
