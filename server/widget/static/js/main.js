// The window, put together.
import { $, t, root, later } from "./dom.js";
import { call, get, post, patch, quietly, resume, session, Unreachable } from "./api.js";
import { follow } from "./cable.js";
import { tell, happened, listen, framed } from "./host.js";
import { shape, own, name } from "./message.js";
import { Thread } from "./thread.js";
import { menu } from "./menu.js";
import { Sync } from "./sync.js";
import { Outbox } from "./outbox.js";
import { Composer } from "./composer.js";
import { ask } from "./prechat.js";
import * as top from "./top.js";

const popped = "popout" in root.dataset;
const RETRY = 3000;

let channel = {}, set = {}, conversation = null, seen = 0 /* id of the last message read */, open = !framed || popped, started = false, end = () => {}, referer = document.referrer;
const early = []; // what the page asked for before the desk answered
const owed = []; // what it said of a conversation that is yet to begin
let settled = false;

const thread = new Thread({ again: (m) => outbox.again(m), changed: () => { $("welcome").hidden = false; count(); } });
const outbox = new Outbox({ thread, sent: (m) => began(m) });
const composer = new Composer({
  send: (text, files) => {
    if (!started) { started = true; happened("on-start-conversation", { hasConversation: false }); }
    composer.started = true;
    $("typing").hidden = true;
    outbox.add(text, files, referer);
  },
});

const watching = () => open && !document.hidden;

// --- what was read -----------------------------------------------------------
function count() {
  const unread = thread.all.filter((m) => !own(m) && m.id > seen);
  if (unread.length && watching()) return read();
  tell("handleNotificationDot", { unreadMessageCount: unread.length });
}

const read = later(150, () => {
  if (!watching()) return;
  const last = thread.all.findLast((m) => !own(m));
  if (!last || last.id <= seen) return;
  seen = last.id;
  tell("handleNotificationDot", { unreadMessageCount: 0 });
  quietly(post("/conversations/update_last_seen"));
});

// --- the conversation --------------------------------------------------------
async function began() {
  composer.started = true;
  if (!conversation || conversation.status === "resolved") await look();
  for (const work of owed.splice(0)) work();
}

async function look() {
  const who = session(), got = await quietly(get("/conversations"));
  if (session() !== who) return;
  conversation = got?.id ? got : null;
  foot();
}

// forget is for another visitor, or another conversation.
function forget() {
  thread.clear();
  conversation = null;
  seen = 0;
  started = composer.started = false;
}

// foot shows what there is to do: write, fill in, or begin anew.
function foot() {
  if (!("ready" in root.dataset)) return; // nothing is written before it is known what there is
  const over = conversation?.status === "resolved" && !channel.allow_messages_after_resolved;
  const asking = !$("prechat").hidden;
  $("ended").hidden = !over || asking;
  composer.show(!over && !asking);
  const may = (channel.enabled_features ?? []).includes("end_conversation") && set.enableEndConversation !== false;
  $("end").hidden = !may || !conversation || conversation.status === "resolved";
  $("popout").hidden = !framed || popped || !set.showPopoutButton;
  $("menu").hidden = $("end").hidden && $("popout").hidden;
}

async function begin() {
  const asked = await ask(channel, () => referer, (got) => {
    if (!started) { started = true; happened("on-start-conversation", { hasConversation: false }); }
    conversation = { id: got.id, status: got.status };
    composer.started = true;
    thread.took(got.messages);
    foot();
    began();
    composer.focus();
  });
  foot();
  return asked;
}

const arrived = (list) => { for (const m of list) if (!own(m)) happened("on-message", m.raw ?? { id: m.id, content: m.text, content_type: m.kind, message_type: m.type, created_at: m.at }); };

const sync = new Sync({
  thread, arrived,
  page(got, whole) {
    seen = Math.max(seen, got.meta?.last_seen_id ?? 0);
    if (whole) $("earlier").hidden = got.payload.length < 20;
  },
});

async function catchUp(first) {
  await sync.read(first);
  if (!thread.empty) started = composer.started = true;
  await look();
}

$("earlier").addEventListener("click", async () => {
  const before = thread.scroll.scrollHeight;
  const got = await quietly(get("/messages?before=" + thread.first));
  if (!got) return;
  thread.away = true;
  thread.took(got.payload);
  thread.scroll.scrollTop += thread.scroll.scrollHeight - before;
  $("earlier").hidden = got.payload.length < 20;
});

// --- what happens ------------------------------------------------------------
let hush;
function typing(user) {
  clearTimeout(hush);
  $("typing").hidden = !user;
  if (!user) return;
  $("typing").textContent = t("typing", { name: user.available_name || user.name || t("team") });
  if (!thread.away) thread.toEnd();
  hush = setTimeout(() => typing(null), 30000);
}

const on = {
  "message.created"(m) {
    if (m.private || m.message_type === 2) return;
    sync.heard(m.id);
    const fresh = thread.take(shape(m));
    if (m.message_type !== 0) {
      typing(null);
      if (fresh) happened("on-message", m);
    }
    if (!conversation || conversation.id !== m.conversation_id) look();
  },
  "message.updated"(m) { if (!m.private && m.message_type !== 2 && m.id >= thread.first) thread.take(shape(m)); },
  "conversation.typing_on"({ user, is_private: hidden }) { if (user && user.type !== "contact" && !hidden) typing(user); },
  "conversation.typing_off"({ user }) { if (user?.type !== "contact") typing(null); },
  "conversation.status_changed"(c) { conversation = { ...conversation, id: c.id, status: c.status }; foot(); },
  "presence.update"({ users }) { top.present(users); },
  reset() { again(); },
};

function line(text) {
  $("line").textContent = text ?? "";
  $("line").hidden = !text;
}
const dropped = later(1500, () => { if (!up) line(navigator.onLine ? t("connecting") : t("offline")); });
let up = true;
window.addEventListener("offline", () => { up = false; line(t("offline")); });

// again reads what was missed, and sends what waits.
const again = () => sync.again(() => { root.dataset.live = ""; if (!thread.empty) started = composer.started = true; look(); outbox.work(); }, () => up);

function connect(pubsub) {
  end();
  end = follow(pubsub, {
    event: (what, data) => Object.hasOwn(on, what) && on[what](data),
    up: () => {
      up = true;
      line();
      again();
      top.refresh();
    },
    down: () => { up = false; sync.lost(); delete root.dataset.live; navigator.onLine ? dropped() : line(t("offline")); },
  });
}

// --- the page around ---------------------------------------------------------
const answer = (work) => (m) => (settled ? work(m) : early.push(() => work(m)));
const talking = (work) => answer((m) => (conversation ? work(m) : owed.push(() => work(m))));

listen({
  "config-set"(m) {
    set = { ...set, ...m };
    if (m.referer) referer = m.referer;
    if ("isOpen" in m) turn(m.isOpen);
    if (m.darkMode) root.dataset.scheme = m.darkMode;
    features();
    top.settle(set);
    foot();
  },
  "toggle-open"({ isOpen }) { turn(isOpen); },
  "change-url"({ referrerURL }) { referer = referrerURL || referer; },
  "set-color-scheme"({ darkMode }) { root.dataset.scheme = ["dark", "auto"].includes(darkMode) ? darkMode : "light"; },
  "set-locale"({ locale }) {
    if (!locale || locale.toLowerCase().split(/[-_]/)[0] === root.lang) return;
    const to = new URL(location.href);
    to.searchParams.set("locale", locale);
    to.hash = "cw_conversation=" + session();
    location.replace(to);
  },
  "set-user": answer(async ({ identifier, user }) => {
    try {
      const got = await patch("/contact/set_user", { ...user, identifier, identifier_hash: user.identifier_hash });
      if (!got.widget_auth_token) return;
      resume(got.widget_auth_token);
      tell("setAuthCookie", { data: { widgetAuthToken: got.widget_auth_token } });
      end();
      forget();
      outbox.forget();
      sync.forget();
      await boot();
    } catch (e) {
      tell("error", { data: { errorType: "SET_USER_ERROR", message: e.message } });
    }
  }),
  "set-custom-attributes": answer((m) => quietly(patch("/contact", { custom_attributes: m.customAttributes }))),
  "delete-custom-attribute": answer((m) => quietly(post("/contact/destroy_custom_attributes", { custom_attributes: [m.customAttribute] }))),
  "set-conversation-custom-attributes": talking((m) => quietly(post("/conversations/set_custom_attributes", { custom_attributes: m.customAttributes }))),
  "delete-conversation-custom-attribute": talking((m) => quietly(post("/conversations/destroy_custom_attributes", { custom_attribute: [m.customAttribute] }))),
  "set-label": talking((m) => quietly(post("/labels", { label: m.label }))),
  "remove-label": talking((m) => quietly(call("DELETE", "/labels/" + encodeURIComponent(m.label)))),
});

function turn(to) {
  if (to === open) return;
  open = to;
  if (!open) return;
  top.refresh();
  quietly(post("/events", { name: "webwidget.triggered" }));
  count();
  thread.toEnd();
  focus();
}

const focus = () => { if (matchMedia("(pointer: coarse)").matches) return; $("prechat").hidden ? composer.focus() : $("prechat").querySelector("input, select, textarea")?.focus(); };

function features() {
  const has = (f, name) => (channel.enabled_features ?? []).includes(f) && set[name] !== false;
  composer.features({ attachments: has("attachments", "enableFileUpload"), emoji: has("emoji_picker", "enableEmojiPicker") });
}

// --- buttons -----------------------------------------------------------------
menu({
  focus: () => composer.focus(),
  async end() {
    await quietly(get("/conversations/toggle_status"));
    await look();
  },
});
$("again").addEventListener("click", async () => {
  forget();
  if (!await begin()) { $("ended").hidden = true; composer.show(true); composer.focus(); }
});
document.addEventListener("visibilitychange", count);
setInterval(() => { if (watching()) top.refresh(); }, 60000);

// --- the beginning -----------------------------------------------------------
async function boot() {
  let got;
  try {
    got = await post("/config");
  } catch (e) {
    if (!(e instanceof Unreachable) && e.status < 500 && e.status !== 429) {
      tell("error", { data: { errorType: "CONFIG_ERROR", message: e.message } });
      line(t("problem"));
      return;
    }
    line(navigator.onLine ? t("connecting") : t("offline"));
    setTimeout(boot, RETRY);
    return;
  }
  channel = got.website_channel_config;
  composer.max = got.global_config?.MAXIMUM_FILE_UPLOAD_SIZE;
  resume(channel.auth_token);
  if (popped || !framed) history.replaceState(null, "", "#cw_conversation=" + channel.auth_token);
  top.know(channel);
  features();
  tell("loaded", { config: { authToken: channel.auth_token, channelConfig: channel } });
  line();
  await quietly(catchUp(true)); // the socket says when there is a line again
  $("log").setAttribute("aria-busy", "false");
  root.dataset.ready = "";
  if (thread.empty && !conversation) await quietly(begin());
  foot();
  connect(got.contact.pubsub_token);
  settled = true;
  for (const work of early.splice(0)) work();
  top.refresh();
  if (open) focus();
}
boot();
