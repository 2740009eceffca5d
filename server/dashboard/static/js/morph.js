// Changes one element into another as little as possible: what is equal stays, so
// that focus, what is being typed, scroll positions and running sounds survive.

// data-keep on an element leaves it and all in it alone. data-merge="before" or
// "after" on a list keeps children that the new list does not reach: older
// messages above it, further rows below it.
export function morph(from, to) {
  if (from.nodeName !== to.nodeName || idOf(from) !== idOf(to)) {
    from.replaceWith(to);
    return to;
  }
  if (from.dataset?.keep !== undefined && to.dataset?.keep !== undefined) return from;
  attributes(from, to);
  children(from, to);
  return from;
}

// idOf is an element's id: a form's own property may be a field of that name.
const idOf = (el) => el.getAttribute?.('id') ?? '';

function attributes(from, to) {
  const was = { value: from.getAttribute('value'), checked: from.hasAttribute('checked'), selected: from.hasAttribute('selected') };
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === 'open' && from.nodeName === 'DETAILS')) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  // What somebody typed or chose is theirs until the page says something else.
  if (from === document.activeElement) return;
  if (from.nodeName === 'INPUT') {
    if (was.checked !== to.hasAttribute('checked')) from.checked = !was.checked;
    if (from.type !== 'file' && was.value !== to.getAttribute('value')) from.value = to.getAttribute('value') ?? '';
  } else if (from.nodeName === 'OPTION') {
    if (was.selected !== to.hasAttribute('selected')) from.selected = !was.selected;
  } else if (from.nodeName === 'TEXTAREA' && from.defaultValue !== to.defaultValue) {
    from.value = to.defaultValue;
  }
}

function children(from, to) {
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
      if (match.nodeType === Node.ELEMENT_NODE) morph(match, next);
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
