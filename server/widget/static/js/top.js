// The head of the window: who is there, and when.
import { $, t, face, config, root, token } from "./dom.js";
import { get, quietly } from "./api.js";

let agents = [], info = config.info, channel = {}, set = {};

export function know(given) { channel = given; paint(); }
export function settle(given) { set = given; words(); paint(); }

// refresh asks again who is there, and whether it is time.
export async function refresh() {
  const got = await quietly(get("/inbox_members"));
  if (got) agents = got.payload ?? [];
  const now = await fetch(`/widget/info?website_token=${encodeURIComponent(token)}&locale=${root.lang}`).then((r) => (r.ok ? r.json() : null), () => null);
  if (now) info = now;
  paint();
}

export function present(users) {
  for (const a of agents) a.availability_status = users?.[a.id] ?? "offline";
  paint();
}

function words() {
  if (set.welcomeTitle) { $("heading").textContent = set.welcomeTitle; $("heading").hidden = false; }
  if (set.welcomeDescription) { $("tagline").textContent = set.welcomeDescription; $("tagline").hidden = false; }
}

function paint() {
  const here = agents.filter((a) => a.availability_status === "online");
  const shown = [...here, ...agents.filter((a) => a.availability_status !== "online")].slice(0, 3);
  $("faces").replaceChildren(...shown.map((a) => {
    const el = face(a.name, a.avatar_url);
    if (a.availability_status === "online") el.classList.add("here");
    return el;
  }));
  const away = info.open ? "" : info.opens_at ? t("away_until", { when: when(info.opens_at) }) : t("away");
  $("presence").textContent = away ? set.unavailableMessage || away : set.availableMessage || (config.reply_time ? t(config.reply_time) : t("online"));
  root.toggleAttribute("data-away", !info.open);
  const out = away && (channel.out_of_office_message || t("away_email"));
  $("hours").textContent = out || "";
  $("hours").hidden = !out;
}

// when is a time as one says it: an hour today, a day and an hour otherwise.
function when(at) {
  const d = new Date(at * 1000), days = Math.round((new Date(d).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 864e5);
  const hour = new Intl.DateTimeFormat(root.lang, { timeStyle: "short" }).format(d);
  if (days === 0) return hour;
  if (days === 1) return new Intl.RelativeTimeFormat(root.lang, { numeric: "auto" }).format(1, "day") + ", " + hour;
  return new Intl.DateTimeFormat(root.lang, days < 7 ? { weekday: "long" } : { dateStyle: "medium" }).format(d) + ", " + hour;
}
