// Does something with the open conversation from elsewhere than its own buttons,
// and brings the page up to date.
import { fetchRegions, phrase, show } from './regions.js';

export async function act(url, fields) {
  const parts = [...document.querySelectorAll('[data-follows]')].map((el) => el.id).filter(Boolean);
  const talk = document.querySelector('[data-act]');
  if (talk && url.startsWith(`${talk.dataset.act}/`)) url += talk.dataset.query ?? ''; // the list stays as it is
  try {
    const res = await fetchRegions([...parts, 'problem'], url, { method: 'POST', body: fields });
    if (!res.ok && !document.querySelector('#notice .bad')) show(phrase('refused'), true);
    return res.ok;
  } catch {
    show(phrase('unsent'), true);
    return false;
  }
}
