// Shortcuts: one table, which the keys, the sheet and the command bar read. They
// are those of Chatwoot where it has one. A shortcut with "go" leads to a part of
// the account, one with "do" calls, and one with "click" clicks what is there; with
// none of them the composer does it.
import { open } from './dialog.js';
import { phrase, visit } from './regions.js';

const bar = (level) => import('./command.js').then((m) => m.openCommand(level));

export const table = [
  ['shortcuts_go', [
    { name: 'command', keys: 'mod+k', text: 'shortcut_command', do: () => bar() },
    { name: 'conversations', keys: 'alt+c', text: 'shortcut_conversations', go: '/conversations' },
    { name: 'contacts', keys: 'alt+v', text: 'shortcut_contacts', go: '/contacts' },
    { name: 'reports', keys: 'alt+r', text: 'shortcut_reports', go: '/reports' },
    { name: 'settings', keys: 'alt+s', text: 'shortcut_settings', go: '/settings' },
    { name: 'shortcuts', keys: 'mod+/', text: 'shortcut_shortcuts', do: () => showShortcuts() },
  ]],
  ['shortcuts_list', [
    { name: 'next', keys: 'alt+j', text: 'shortcut_next', do: () => step(1) },
    { name: 'previous', keys: 'alt+k', text: 'shortcut_previous', do: () => step(-1) },
    { name: 'tab', keys: 'alt+n', text: 'shortcut_tab', click: '#list .tabs [aria-current] + a, #list .tabs:not(:has([aria-current] + a)) a' },
    { name: 'filter', keys: 'alt+b', text: 'shortcut_filter', click: '#list .list-find summary' },
  ]],
  ['shortcuts_conversation', [
    { name: 'resolve', keys: 'alt+e', text: 'shortcut_resolve', click: '#talk [data-key="resolve"]' },
    { name: 'resolve-next', keys: 'mod+alt+e', text: 'shortcut_resolve_next', do: resolveNext },
    { name: 'snooze', keys: 'alt+m', text: 'shortcut_snooze', needs: '[data-looking]', do: () => bar('snooze') },
    { name: 'details', keys: 'alt+o', text: 'shortcut_details', click: '#talk-head [data-toggle]' },
  ]],
  ['shortcuts_write', [
    { name: 'reply', keys: 'alt+l', text: 'shortcut_reply', do: () => write('') },
    { name: 'note', keys: 'alt+p', text: 'shortcut_note', do: () => write('true') },
    { name: 'attach', keys: 'mod+alt+a', text: 'shortcut_attach', click: '#composer [data-attach]' },
    { keys: 'mod+enter', text: 'shortcut_send' },
    { keys: '/', text: 'shortcut_canned' },
    { keys: '@', text: 'shortcut_mention' },
  ]],
];

// row is the conversation beside the open one in the list, or the first.
function row(by) {
  const links = [...document.querySelectorAll('#rows .row > a')];
  const at = links.findIndex((a) => a.hasAttribute('aria-current'));
  return at < 0 ? links[0] : links[at + by];
}

function step(by) {
  const link = row(by);
  link?.click();
  link?.scrollIntoView({ block: 'nearest' });
  return Boolean(link);
}

function resolveNext() {
  const button = document.querySelector('#talk [data-key="resolve"][value="resolved"]');
  if (!button) return false;
  const next = (row(1) ?? row(-1))?.href;
  if (next) button.form.addEventListener('sent', () => visit(next, ['list', 'talk', 'details']), { once: true });
  button.click();
  return true;
}

// write chooses between a reply and a note, and goes to the field.
function write(as) {
  const choice = document.querySelector(`#composer input[name="private"][value="${as}"]`);
  choice?.click();
  document.querySelector('#composer textarea')?.focus();
  return Boolean(choice);
}

const all = table.flatMap(([, rows]) => rows);
const apple = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);
const writes = (el) => el?.matches?.('input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=""], [contenteditable=true]');

// pressed is what was pressed as the table writes it; "" = nothing of it.
export function pressed(e) {
  if (e.isComposing || e.getModifierState?.('AltGraph')) return '';
  const mod = apple ? e.metaKey : e.ctrlKey;
  if (!mod && !e.altKey || (apple ? e.ctrlKey : e.metaKey)) return '';
  let key = e.key.toLowerCase();
  // On Apple's keyboards Alt writes characters: in a field it does just that.
  if (e.altKey && !/^[a-z]$/.test(key) && /^Key[A-Z]$/.test(e.code)) {
    if (!mod && writes(e.target)) return '';
    key = e.code.slice(3).toLowerCase();
  }
  if (e.code === 'Slash' && mod) key = '/'; // where it needs Shift
  return `${mod ? 'mod+' : ''}${e.altKey ? 'alt+' : ''}${e.shiftKey && key !== '/' ? 'shift+' : ''}${key}`;
}

document.addEventListener('keydown', (e) => {
  const keys = pressed(e);
  const found = keys && all.find((r) => r.name && r.keys === keys);
  if (!found || document.querySelector('dialog[open]')) {
    if (found?.name === 'command' || found?.name === 'shortcuts') e.preventDefault(); // the browser's own would surprise
    return;
  }
  if (run(found)) e.preventDefault();
});

// run does what a row says, and reports whether there was anything to do.
function run(row) {
  if (row.needs && !document.querySelector(row.needs)) return false;
  if (row.do) return row.do() !== false;
  if (row.go) location.assign(document.body.dataset.account + row.go);
  else document.querySelector(row.click)?.click();
  return Boolean(row.go || document.querySelector(row.click));
}

// keysOf are the keys of a shortcut to look at; null when there is none.
export function keysOf(name) {
  const row = name && all.find((r) => r.name === name);
  return row ? keysShown(row.keys) : null;
}

function keysShown(keys) {
  const span = document.createElement('span');
  span.className = 'keys';
  const signs = apple ? { mod: '⌘', alt: '⌥', shift: '⇧', enter: '↩' } : { mod: 'Ctrl', alt: 'Alt', shift: 'Shift', enter: 'Enter' };
  for (const part of keys.split('+')) {
    const kbd = document.createElement('kbd');
    kbd.textContent = signs[part] ?? part.toUpperCase();
    span.append(kbd);
  }
  return span;
}

export function showShortcuts() {
  if (document.querySelector('dialog[open]')) return;
  const sheet = document.createElement('div');
  sheet.className = 'shortcuts';
  const head = document.createElement('h2');
  head.textContent = phrase('shortcuts');
  const form = document.createElement('form');
  form.method = 'dialog';
  const x = document.createElement('button');
  x.className = 'button quiet small';
  x.textContent = phrase('close');
  form.append(head, x);
  sheet.append(form);
  for (const [title, rows] of table) {
    const section = document.createElement('section');
    const h = document.createElement('h3');
    h.textContent = phrase(title);
    const list = document.createElement('dl');
    for (const row of rows) {
      const line = document.createElement('div');
      const dt = document.createElement('dt');
      dt.textContent = phrase(row.text);
      const dd = document.createElement('dd');
      dd.append(keysShown(row.keys));
      line.append(dt, dd);
      list.append(line);
    }
    section.append(h, list);
    sheet.append(section);
  }
  open(sheet, phrase('shortcuts'));
}

document.addEventListener('click', (e) => { if (e.target.closest?.('[data-shortcuts]')) showShortcuts(); });
