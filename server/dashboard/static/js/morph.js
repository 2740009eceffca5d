// Changes one element into another as little as possible: what is equal stays, so
// that focus, what is being typed, scroll positions and running sounds survive.

// data-keep on an element leaves it and all in it alone. data-merge="before" or
// "after" on a list keeps children that the new list does not reach: older
// messages above it, further rows below it. Gently, what somebody typed or chose is
// theirs until the page says something else than it said before; otherwise fields
// become what the page says. The field that has the focus is never touched.
export function morph(from, to, gently = false) {
  if (from.nodeName !== to.nodeName || idOf(from) !== idOf(to)) {
    from.replaceWith(to);
    return to;
  }
  if (from.dataset?.keep !== undefined && to.dataset?.keep !== undefined) return from;
  const was = said(from);
  const has = from.value;
  attributes(from, to);
  children(from, to, gently);
  field(from, was, has, gently);
  return from;
}

// idOf is an element's id: a form's own property may be a field of that name.
const idOf = (el) => el.getAttribute?.('id') ?? '';

function attributes(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === 'open' && from.nodeName === 'DETAILS')) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

const ticks = (el) => el.type === 'checkbox' || el.type === 'radio';

// said is what the page says a field is.
function said(el) {
  switch (el.nodeName) {
    case 'INPUT': return ticks(el) ? el.hasAttribute('checked') : el.getAttribute('value') ?? '';
    case 'SELECT': return (el.querySelector('option[selected]') ?? el.options[0])?.value;
    case 'TEXTAREA': return el.defaultValue;
    default: return undefined;
  }
}

function field(el, was, has, gently) {
  const now = said(el);
  if (now === undefined || el === document.activeElement || el.type === 'file') return;
  const theirs = gently && was === now;
  if (el.nodeName === 'SELECT') el.value = theirs ? has : now;
  else if (theirs) return;
  else if (el.nodeName === 'INPUT' && ticks(el)) el.checked = now;
  else el.value = now;
}

function children(from, to, gently) {
  const known = new Map();
  for (const child of from.children) if (idOf(child)) known.set(idOf(child), child);
  const outside = beyond(from, to);
  let at = from.firstChild;
  while (at && outside.has(at)) at = at.nextSibling;
  for (const next of [...to.childNodes]) {
    let match = idOf(next) ? known.get(idOf(next)) : null;
    if (!idOf(next) && at && !idOf(at) && at.nodeName === next.nodeName) match = at;
    if (match) {
      if (match === at) at = at.nextSibling;
      else from.insertBefore(match, at);
      if (match.nodeType === Node.ELEMENT_NODE) morph(match, next, gently);
      else if (match.nodeValue !== next.nodeValue) match.nodeValue = next.nodeValue;
    } else {
      from.insertBefore(next, at);
    }
    while (at && outside.has(at)) at = at.nextSibling;
  }
  while (at) {
    const rest = at.nextSibling;
    if (!outside.has(at)) at.remove();
    at = rest;
  }
}

// beyond is what of a merged list lies outside of what came.
function beyond(from, to) {
  const keep = new Set();
  const side = from.dataset?.merge;
  if (!side || !to.children.length) return keep;
  const coming = new Set([...to.children].map(idOf));
  const have = side === 'before' ? [...from.children] : [...from.children].reverse();
  if (!have.some((c) => coming.has(idOf(c)))) return keep;
  for (const child of have) {
    if (coming.has(idOf(child))) break;
    keep.add(child);
  }
  return keep;
}
