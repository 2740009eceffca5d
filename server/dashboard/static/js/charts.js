// Charts tell what each point is: under the pointer, by touch, and with the arrow
// keys. They are drawn by the server; the words are each point's title.
import { fetchRegions } from './regions.js';

const tip = document.createElement('div');
tip.className = 'chart-tip';
tip.hidden = true;
const said = document.createElement('p');
said.className = 'hidden';
said.setAttribute('role', 'status');

// words takes a point's title for its own, so that the browser does not show it too.
function words(point) {
  const title = point.querySelector('title');
  if (title) {
    point.dataset.tip = title.textContent;
    title.remove();
  }
  return point.dataset.tip ?? '';
}

function tell(point) {
  hide();
  if (!point) return;
  const box = point.closest('.chart-box');
  point.classList.add('is-at');
  tip.textContent = words(point);
  tip.hidden = false;
  box.append(tip);
  const [a, b] = [point.getBoundingClientRect(), box.getBoundingClientRect()];
  const mark = (point.querySelector('.point-mark') ?? point).getBoundingClientRect();
  const left = a.left - b.left + a.width / 2 - tip.offsetWidth / 2;
  tip.style.left = `${Math.max(0, Math.min(left, b.width - tip.offsetWidth))}px`;
  const above = mark.top - b.top - tip.offsetHeight - 8;
  tip.style.top = `${above < -8 ? mark.bottom - b.top + 8 : above}px`;
}

function hide() {
  tip.hidden = true;
  for (const p of document.querySelectorAll('.point.is-at')) p.classList.remove('is-at');
}

document.addEventListener('pointerover', (e) => {
  const point = e.target.closest?.('.point');
  if (point) tell(point);
  else if (!tip.hidden && !document.activeElement?.matches('[data-chart]')) hide();
});

const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 24, ArrowUp: -24, Home: -Infinity, End: Infinity };
document.addEventListener('keydown', (e) => {
  const plot = e.target.closest?.('[data-chart]');
  if (!plot || e.altKey || e.ctrlKey || e.metaKey) return;
  if (e.key === 'Escape') { hide(); return; }
  const points = [...plot.querySelectorAll('.point')];
  const heat = Boolean(plot.querySelector('.heat'));
  const step = steps[e.key];
  if (step === undefined || (Math.abs(step) === 24 && !heat)) return;
  e.preventDefault();
  const at = points.findIndex((p) => p.classList.contains('is-at'));
  const to = at < 0 ? (step === Infinity || step === -1 || step === -24 ? points.length - 1 : 0) : Math.min(Math.max(at + step, 0), points.length - 1);
  tell(points[to]);
  plot.parentElement.append(said);
  requestAnimationFrame(() => { said.textContent = words(points[to]); }); // what is new is not read out
});
document.addEventListener('focusout', (e) => { if (e.target.matches?.('[data-chart]')) hide(); });

// data-every="60" fetches a part again every so many seconds, while it is looked at:
// what is dear to count need not be counted at every event.
setInterval(() => {
  if (document.hidden) return;
  const now = Math.floor(Date.now() / 1000);
  const due = [...document.querySelectorAll('[data-every]')].filter((el) => {
    el.fetched ??= now;
    return now - el.fetched >= Number(el.dataset.every) && (el.fetched = now);
  });
  if (due.length) fetchRegions(due.map((el) => el.id)).catch(() => {}); // it is tried again
}, 5000);
