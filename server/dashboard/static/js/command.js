// The command bar: every place to go and all that can be done with the open
// conversation, by typing a few letters of it. The server says what there is; this
// module shows, finds and does it.
import { open, close } from './dialog.js';
import { phrase } from './regions.js';
import { fuzzy, mark } from './fuzzy.js';
import { act } from './act.js';
import { keysOf, showShortcuts } from './shortcuts.js';

const most = 60; // options shown of those that fit
let bar; // what is open: its elements and its options
let serial = 0;

export function openCommand(level = '') {
  if (document.querySelector('dialog[open]')) return;
  const box = document.createElement('div');
  box.className = 'command';
  box.innerHTML = `<div class="command-field"><button type="button" class="chip" hidden tabindex="-1"></button>
    <input class="command-input" role="combobox" aria-expanded="true" aria-controls="command-list" aria-autocomplete="list" autocomplete="off" autocapitalize="off" spellcheck="false"></div>
    <div id="command-list" role="listbox" tabindex="-1"></div><p class="command-none" hidden></p><p class="hidden" role="status"></p>`;
  const [input, list] = [box.querySelector('input'), box.querySelector('#command-list')];
  bar = { box, input, list, chip: box.querySelector('.chip'), none: box.querySelector('.command-none'), said: box.querySelector('[role=status]'), groups: [], hits: [], level, ask: null, at: null };
  input.setAttribute('aria-label', phrase('command'));
  list.setAttribute('aria-label', phrase('command'));
  input.addEventListener('input', () => { show(); find(); });
  input.addEventListener('keydown', keys);
  bar.chip.addEventListener('click', () => enter(''));
  list.addEventListener('mousemove', (e) => point(e.target.closest('[role=option]')));
  list.addEventListener('mousedown', (e) => e.preventDefault()); // the focus stays in the field
  list.addEventListener('click', (e) => { const o = e.target.closest('[role=option]'); if (o) run(o); });
  // The news that a dialog was closed may come when the next one is open already.
  open(box, phrase('command')).then(() => { if (bar?.box === box && !box.closest('dialog[open]')) bar = null; });
  input.focus();
  enter(level);
  load(bar, {}).then((groups) => { if (bar?.box === box) { bar.groups = groups; entitle(); show(); } }); // what was typed meanwhile stays
}

// load asks for options: all of this place, or those that a search finds.
async function load(of, query, signal) {
  const looking = document.querySelector('[data-looking]')?.dataset.looking ?? '';
  try {
    const res = await fetch(`${document.body.dataset.account}/command?${new URLSearchParams({ conversation: looking, ...query })}`, { signal });
    if (!res.ok) return [];
    const doc = new DOMParser().parseFromString(await res.text(), 'text/html');
    return [...doc.querySelectorAll('[role=group]')].map((g) => group(document.adoptNode(g)));
  } catch {
    return []; // the line is cut, or something else was typed meanwhile
  }
}

function group(el) {
  const options = [...el.querySelectorAll('[role=option]')].map((o) => {
    o.id = `command-${++serial}`;
    const name = o.querySelector('.command-name');
    const key = keysOf(o.dataset.key);
    if (key) o.append(key);
    return { el: o, name, text: name.textContent, in: o.dataset.in ?? '', inText: o.querySelector('.command-in')?.textContent ?? el.getAttribute('aria-label') };
  });
  return { el, title: el.querySelector('.command-title'), hits: el.dataset.group === 'hits', options };
}

// show lists what fits what was typed.
function show() {
  const { list, input, level, ask } = bar;
  const typed = input.value.trim();
  bar.box.dataset.level = level;
  if (ask) return;
  const shown = typed ? best(typed, level) : whole(level);
  list.replaceChildren(...shown);
  const options = list.querySelectorAll('[role=option]');
  const waits = !bar.groups.length;
  bar.none.hidden = waits || options.length > 0;
  bar.none.textContent = phrase('command_none');
  bar.said.textContent = waits ? '' : phrase('command_found', { n: options.length });
  point(options[0]);
}

// whole is a level as the server sent it.
function whole(level) {
  return bar.groups.flatMap((g) => {
    const options = g.options.filter((o) => o.in === level);
    if (!options.length) return [];
    for (const o of options) mark(o.name, o.text, []);
    const el = g.el.cloneNode(false);
    el.append(...(level ? [] : [g.title]), ...options.map((o) => o.el));
    return [el];
  });
}

// best are the options that fit, the best first, and below them what was found.
function best(typed, level) {
  const fit = [];
  for (const o of bar.groups.flatMap((g) => g.options)) {
    if (level && o.in !== level) continue;
    const own = fuzzy(typed, o.text);
    const long = level ? null : fuzzy(typed, `${o.inText} ${o.text}`);
    const score = Math.max(own?.score ?? -Infinity, (long?.score ?? -Infinity) - 1) - (o.in && !level ? 2 : 0);
    if (score === -Infinity) continue;
    mark(o.name, o.text, own?.at ?? []);
    fit.push({ el: o.el, score });
  }
  fit.sort((a, b) => b.score - a.score);
  const found = document.createElement('div');
  found.setAttribute('role', 'group');
  found.setAttribute('aria-label', phrase('command'));
  found.append(...fit.slice(0, most).map((f) => f.el));
  return [...(fit.length ? [found] : []), ...(level ? [] : bar.hits.map((g) => { g.el.replaceChildren(g.title, ...g.options.map((o) => o.el)); return g.el; }))];
}

// find asks the server for people and conversations once typing rests.
let rest;
let asked;
function find() {
  clearTimeout(rest);
  asked?.abort();
  const q = bar.input.value.trim();
  if (bar.level || bar.ask || q.length < 2) { bar.hits = []; return; }
  rest = setTimeout(async () => {
    asked = new AbortController();
    const of = bar;
    const hits = await load(of, { q }, asked.signal);
    if (bar !== of || !of || of.input.value.trim() !== q || of.level) return;
    of.hits = hits;
    const at = of.at;
    show();
    if (at?.isConnected) point(at);
  }, 160);
}

// point makes an option the one that Enter does.
function point(el) {
  if (!bar || el === bar.at && el?.isConnected) return;
  bar.at?.setAttribute('aria-selected', 'false');
  bar.at = el ?? null;
  if (!el) { bar.input.removeAttribute('aria-activedescendant'); return; }
  el.setAttribute('aria-selected', 'true');
  bar.input.setAttribute('aria-activedescendant', el.id);
}

function keys(e) {
  if (e.isComposing) return;
  const options = [...bar.list.querySelectorAll('[role=option]')];
  const at = options.indexOf(bar.at);
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[e.key] ?? (e.key === 'Tab' ? (e.shiftKey ? -1 : 1) : 0);
  if (step && options.length && !bar.ask) {
    e.preventDefault();
    const single = Math.abs(step) === 1;
    const to = single ? (at + step + options.length) % options.length : Math.min(Math.max(at + step, 0), options.length - 1);
    point(options[to]);
    options[to].scrollIntoView({ block: 'nearest' });
  } else if (e.key === 'Tab') {
    e.preventDefault(); // there is nowhere else to go
  } else if (e.key === 'Enter') {
    e.preventDefault();
    if (bar.ask) answer();
    else if (bar.at) run(bar.at);
  } else if (e.key === 'Backspace' && !bar.input.value && (bar.level || bar.ask)) {
    e.preventDefault();
    enter('');
  }
}

// enter opens a level; "" is the first.
function enter(level, ask = null, name = '') {
  bar.level = level;
  bar.ask = ask;
  entitle(name);
  const { input } = bar;
  if (level || ask) input.value = '';
  input.type = ask ? ask.dataset.ask : 'text';
  input.placeholder = ask ? '' : level ? phrase('command_choose') : phrase('command');
  input.setAttribute('aria-label', ask ? name : phrase('command'));
  if (ask) { bar.list.replaceChildren(); bar.none.hidden = true; point(null); }
  bar.box.classList.toggle('is-asking', Boolean(ask));
  show();
  input.focus();
}

// entitle says before the field which level is open.
function entitle(name = '') {
  const parent = bar.groups.flatMap((g) => g.options).find((o) => bar.level && o.el.dataset.level === bar.level);
  bar.chip.textContent = name || (parent?.text ?? '');
  bar.chip.hidden = !bar.chip.textContent;
}

function run(el) {
  const d = el.dataset;
  if (d.level) { enter(d.level); return; }
  if (d.ask) { enter(d.in, el, el.querySelector('.command-name').textContent); return; }
  close();
  if (d.to) location.assign(d.to);
  else if (d.post) act(d.post, new URLSearchParams(d.fields));
  else if (d.do === 'shortcuts') showShortcuts();
}

// answer sends what was asked for: an address, or a moment of this browser's clock.
function answer() {
  const { ask, input } = bar;
  if (!input.value || !input.checkValidity()) { input.reportValidity(); return; }
  const value = input.type === 'datetime-local' ? new Date(input.value).toISOString() : input.value;
  close();
  act(ask.dataset.post, new URLSearchParams({ [ask.dataset.field]: value }));
}

document.addEventListener('click', (e) => {
  const b = e.target.closest?.('[data-command]');
  if (b) openCommand(b.dataset.command);
});
