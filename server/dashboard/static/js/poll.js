// Work that goes on: an element with data-poll="REGION" has that region fetched
// until it is gone.
import { fetchRegions } from './regions.js';

const every = 1000; // milliseconds
let timer;

export function wire() {
  clearTimeout(timer);
  if (!document.querySelector('[data-poll]')) return;
  timer = setTimeout(async () => {
    const ids = [...new Set([...document.querySelectorAll('[data-poll]')].map((el) => el.dataset.poll))];
    try {
      await fetchRegions(ids);
    } catch { // the line is cut: the next time may do
      wire();
    }
  }, every);
}
