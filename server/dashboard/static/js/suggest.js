// What the composer completes: canned responses after a slash at its beginning,
// colleagues after an @ in a note.
const list = () => document.getElementById('suggest');
let area;
let at = -1; // where what is completed begins
let current = 0;
let found = [];

// suggest looks at what was just typed.
export function suggest(textarea, note) {
  area = textarea;
  const before = area.value.slice(0, area.selectionStart);
  const slash = before.match(/^\/([^\s/]*)$/);
  const mention = note && before.match(/(?:^|\s)@([\p{L}\d._-]*)$/u);
  if (slash) offer(0, canned(slash[1]));
  else if (mention) offer(before.length - mention[1].length - 1, colleagues(mention[1]));
  else shut();
}

const plain = (s) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const entries = (id) => [...(document.getElementById(id)?.content.children ?? [])];

function canned(typed) {
  const want = plain(typed);
  return entries('canned')
    .map((p) => ({ name: `/${p.dataset.code}`, hint: p.textContent, text: p.textContent, rank: plain(p.dataset.code).indexOf(want) }))
    .filter((c) => c.rank >= 0 || plain(c.text).includes(want))
    .sort((a, b) => (a.rank < 0) - (b.rank < 0) || a.rank - b.rank)
    .slice(0, 8);
}
function colleagues(typed) {
  const want = plain(typed);
  return entries('colleagues')
    .filter((p) => plain(p.textContent).includes(want))
    .map((p) => ({ name: p.textContent, hint: '', text: `[@${p.textContent}](mention://user/${p.dataset.id}/${encodeURIComponent(p.textContent)}) ` }))
    .slice(0, 8);
}

function offer(from, items) {
  if (!items.length) return shut();
  at = from;
  found = items;
  current = 0;
  list().hidden = false;
  draw();
}
function shut() {
  at = -1;
  found = [];
  if (list()) list().hidden = true;
  area?.removeAttribute('aria-activedescendant');
}
function draw() {
  list().replaceChildren(...found.map((item, i) => {
    const li = document.createElement('li');
    li.id = `suggest-${i}`;
    li.role = 'option';
    li.setAttribute('aria-selected', String(i === current));
    const b = document.createElement('b');
    b.textContent = item.name;
    const span = document.createElement('span');
    span.textContent = item.hint;
    li.append(b, span);
    li.addEventListener('mousedown', (e) => { e.preventDefault(); take(i); });
    return li;
  }));
  area.setAttribute('aria-activedescendant', `suggest-${current}`);
  list().children[current]?.scrollIntoView({ block: 'nearest' });
}
function take(i) {
  area.setRangeText(found[i].text, at, area.selectionStart, 'end');
  shut();
  area.dispatchEvent(new Event('input', { bubbles: true }));
}

document.addEventListener('keydown', (e) => {
  if (!found.length || e.target !== area || e.ctrlKey || e.metaKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (step) current = (current + step + found.length) % found.length;
  else if (e.key === 'Enter' || e.key === 'Tab') { e.preventDefault(); e.stopPropagation(); return take(current); }
  else if (e.key === 'Escape') { e.stopPropagation(); return shut(); }
  else return;
  e.preventDefault();
  draw();
}, true);
document.addEventListener('focusout', (e) => { if (e.target === area) shut(); });
