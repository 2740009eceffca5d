// Finds words that somebody typed in a hurry: all letters of the query in their
// order, whatever stands between them; without case and accents.

const plain = (text) => [...text].map((c) => c.normalize('NFD')[0].toLowerCase());

// fuzzy is how well a query fits a text, and which of its letters it met; null when
// it does not. Beginnings of words, letters in a row and short texts are better.
export function fuzzy(query, text) {
  const want = plain(query.replace(/\s+/g, ''));
  const have = plain(text);
  let best = null;
  for (let from = have.indexOf(want[0]), tries = 0; from >= 0 && tries < 8; from = have.indexOf(want[0], from + 1), tries++) {
    const found = walk(want, have, from);
    if (found && (!best || found.score > best.score)) best = found;
  }
  return best;
}

function walk(want, have, from) {
  const at = [];
  let score = 0;
  for (let i = from, n = 0; n < want.length; i++) {
    if (i >= have.length) return null;
    if (have[i] !== want[n]) continue;
    // A letter that begins a word counts most, then one that follows the last.
    const begins = i === 0 || !/[\p{L}\p{N}]/u.test(have[i - 1]);
    const follows = at.length > 0 && at.at(-1) === i - 1;
    score += begins ? 8 : follows ? 6 : 1;
    if (at.length && !follows) score -= Math.min(3, (i - at.at(-1)) / 4);
    at.push(i);
    n++;
  }
  // One letter here and one there is no match of a longer word.
  if (want.length > 2 && score < want.length * 2.5) return null;
  return { score: score - have.length / 50 - from / 50, at };
}

// mark writes a text into an element with the letters that were met set off.
export function mark(el, text, at) {
  const letters = [...text];
  const met = new Set(at);
  el.replaceChildren();
  for (let i = 0; i < letters.length;) {
    const on = met.has(i);
    let piece = '';
    while (i < letters.length && met.has(i) === on) piece += letters[i++];
    if (!on) { el.append(piece); continue; }
    const b = document.createElement('b');
    b.textContent = piece;
    el.append(b);
  }
}
