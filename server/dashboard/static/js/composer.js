// The composer: what is written is kept as a draft, sent with a key, completed from
// canned responses and colleagues' names, and carries files that are picked, dropped
// or pasted.
import { fetchRegions, phrase, show } from './regions.js';
import { suggest } from './suggest.js';
import { templates } from './templates.js';
import { open, close } from './dialog.js';

const form = () => document.querySelector('[data-reply]');
const area = () => document.getElementById('content');
const act = () => document.getElementById('talk').dataset.act;
const isNote = () => form()?.querySelector('[name=private]:checked')?.value === 'true';

// Files stand in a list of their own: an input forgets what it had with each choice.
let files = [];
function add(list) {
  files.push(...list);
  files = files.slice(0, 15);
  drawFiles();
}
function drawFiles() {
  const ul = document.getElementById('attached');
  ul?.replaceChildren(...files.map((f, i) => {
    const li = document.createElement('li');
    li.append(`${f.name} · ${Math.ceil(f.size / 1024)} KB`);
    const b = document.createElement('button');
    b.type = 'button';
    b.textContent = '×';
    b.setAttribute('aria-label', phrase('remove', { name: f.name }));
    b.addEventListener('click', () => { files.splice(i, 1); drawFiles(); });
    li.append(b);
    return li;
  }));
}

// send asks the desk to take what was written. What it refuses stays in the
// composer, with the reason.
let sending = false;
async function send(submitter) {
  const f = form();
  if (sending || !f) return;
  const data = new FormData(f);
  data.delete('files');
  for (const file of files) data.append('files', file);
  if (submitter?.name) data.set(submitter.name, submitter.value);
  if (!String(data.get('content')).trim() && !files.length) return area().focus();
  sending = true;
  clearTimeout(saving);
  f.setAttribute('aria-busy', 'true');
  const later = submitter?.getAttribute('formaction');
  try {
    const res = await fetchRegions(['list', 'talk-head', 'messages', 'window', 'scheduled', 'composer', 'problem'], later ?? f.action, { method: 'POST', body: data });
    if (res.ok) {
      files = [];
      const t = area();
      t.value = '';
      form().reset();
      t.value = '';
      unquote();
      drawFiles();
      typing(false);
      const box = document.getElementById('messages');
      box.scrollTop = box.scrollHeight;
      t.focus();
    }
  } catch {
    show(phrase('unsent'), true);
  } finally {
    sending = false;
    form()?.removeAttribute('aria-busy');
  }
}

document.addEventListener('submit', (e) => {
  if (!e.target.matches?.('[data-reply]')) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  send(e.submitter);
}, true);

// A draft is stored a moment after the last key; typing is told now and then.
let saving;
let wrote = 0;
let quiet;
function typing(on) {
  clearTimeout(quiet);
  if (on && Date.now() - wrote < 8000) { quiet = setTimeout(() => typing(false), 10000); return; }
  if (!on && !wrote) return;
  wrote = on ? Date.now() : 0;
  post('typing', { on: on ? 'true' : '', private: isNote() ? 'true' : '' });
  if (on) quiet = setTimeout(() => typing(false), 10000);
}
const post = (to, values) => fetch(`${act()}/${to}`, { method: 'POST', body: new URLSearchParams(values) }).catch(() => {});

document.addEventListener('input', (e) => {
  if (e.target.id !== 'content') return;
  const to = act();
  const content = e.target.value;
  clearTimeout(saving);
  saving = setTimeout(() => fetch(`${to}/draft`, { method: 'POST', body: new URLSearchParams({ content }) }).catch(() => {}), 800);
  typing(content !== '');
  suggest(e.target, isNote());
});

document.addEventListener('keydown', (e) => {
  if (e.target.id !== 'content') return;
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
    e.preventDefault();
    form().requestSubmit(form().querySelector('[data-send]'));
  }
});

// Formatting puts marks around what is chosen, or before each line of it.
function mark(sign) {
  const t = area();
  const { selectionStart: a, selectionEnd: b, value } = t;
  t.setRangeText(sign + value.slice(a, b) + sign, a, b, 'end');
  if (a === b) t.selectionStart = t.selectionEnd = a + sign.length;
  t.focus();
}
function line(sign) {
  const t = area();
  const a = t.value.lastIndexOf('\n', t.selectionStart - 1) + 1;
  const part = t.value.slice(a, t.selectionEnd);
  t.setRangeText(part.split('\n').map((l) => sign + l).join('\n'), a, t.selectionEnd, 'end');
  t.focus();
}

function unquote() {
  const f = form();
  if (!f) return;
  f.querySelector('[name=in_reply_to]').value = '';
  document.getElementById('quoting').hidden = true;
}

const faces = '😀 😃 😄 😁 😅 😂 🙂 😉 😊 😇 🥰 😍 😘 😋 😎 🤩 🥳 🤔 🤗 🤝 👍 👎 👌 ✌️ 🙏 👏 💪 👋 🙌 ❤️ 💙 💚 💛 ⭐ ✨ 🎉 🎁 🔥 ✅ ❌ ⚠️ ❓ 💡 📌 📎 📦 🚚 💳 🧾 ⏰ 📅 📞 ✉️ 🔒 🔑 😕 😟 😢 😭 😡 🤯 😴 🤒 🙈'.split(' ');
async function emoji() {
  const div = document.createElement('form');
  div.method = 'dialog';
  div.className = 'emojis';
  for (const f of faces) {
    const b = document.createElement('button');
    b.value = f;
    b.textContent = f;
    div.append(b);
  }
  const chosen = await open(div, phrase('emoji'));
  const t = area();
  if (chosen) t.setRangeText(chosen, t.selectionStart, t.selectionEnd, 'end');
  t.focus();
}

document.addEventListener('click', async (e) => {
  const b = e.target.closest?.('[data-attach], [data-emoji], [data-mark], [data-line], [data-quote], [data-unquote], [data-show="templates"], [data-back]');
  if (!b) return;
  if (b.dataset.attach !== undefined) document.getElementById('files').click();
  else if (b.dataset.emoji !== undefined) emoji();
  else if (b.dataset.mark) mark(b.dataset.mark);
  else if (b.dataset.line) line(b.dataset.line);
  else if (b.dataset.unquote !== undefined) unquote();
  else if (b.dataset.back !== undefined) close();
  else if (b.dataset.show) templates();
  else if (b.dataset.quote) {
    form().querySelector('[name=in_reply_to]').value = b.dataset.quote;
    const q = document.getElementById('quoting');
    q.hidden = false;
    q.firstElementChild.textContent = document.getElementById(`t-${b.dataset.quote}`)?.textContent.trim() ?? '';
    area().focus();
  }
});

document.addEventListener('change', (e) => {
  if (e.target.id === 'files') {
    add(e.target.files);
    e.target.value = '';
  }
  if (e.target.name === 'private' && area()) {
    const t = area();
    t.dataset.hint ??= t.placeholder;
    t.placeholder = isNote() ? t.dataset.noteHint : t.dataset.hint;
    t.focus();
  }
});
document.addEventListener('paste', (e) => {
  if (e.target.id === 'content' && e.clipboardData.files.length) {
    e.preventDefault();
    add(e.clipboardData.files);
  }
});
document.addEventListener('dragover', (e) => {
  const f = form();
  if (!f || !e.dataTransfer.types.includes('Files')) return;
  e.preventDefault();
  f.classList.toggle('over', Boolean(e.target.closest('#talk')));
});
document.addEventListener('dragleave', (e) => { if (!e.relatedTarget) form()?.classList.remove('over'); });
document.addEventListener('drop', (e) => {
  const f = form();
  if (!f || !e.dataTransfer.files.length) return;
  e.preventDefault();
  f.classList.remove('over');
  if (e.target.closest('#talk')) add(e.dataTransfer.files);
});

// What the composer knows of the conversation moves with what is on the screen: a
// reply is held against the last message somebody could read.
let shown = '';
export function wire() {
  const talk = document.getElementById('talk');
  if (talk?.dataset.display !== shown) {
    shown = talk?.dataset.display ?? '';
    files = [];
    drawFiles();
    if (matchMedia('(min-width: 761px)').matches) area()?.focus({ preventScroll: true });
  }
  if (document.activeElement === area() && area().value) suggest(area(), isNote()); // typed before this was here
  const seen = [...document.querySelectorAll('#bubbles > [data-public]')].at(-1)?.dataset.message;
  const known = form()?.querySelector('[data-as-of]');
  if (seen && known) known.value = seen;
}
