// What every page loads. Each module finds its own elements; pages work without
// any of them.
import './dialog.js';
import './regions.js';
import './live.js';
import './small.js';
import './shortcuts.js';

const pages = {
  '[data-chart]': './charts.js',
  '[data-cond]': './cond.js',
  '[data-command]': './command.js',
  '[data-part]': './actions.js',
  '#rows': './list.js',
  '#talk': './thread.js',
  '[data-composer]': './composer.js',
  '[data-contacts]': './contacts.js',
  '[data-poll]': './poll.js',
};

// The modules of a page are fetched when it has something for them. Once they are
// there the page says so with data-wired.
let coming = 0;
export function wire() {
  for (const [selector, module] of Object.entries(pages)) {
    if (!document.querySelector(selector)) continue;
    coming++;
    import(module).then((m) => m.wire?.()).finally(() => { coming--; wired(); });
  }
  wired();
}
const wired = () => document.documentElement.toggleAttribute('data-wired', coming === 0);
document.addEventListener('regions', wire);
wire();
