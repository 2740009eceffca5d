// The loader: a bubble on somebody's page, and the frame that opens from it. It
// answers to each of the names, and leaves nothing else behind in the page.
(() => {
  "use strict";
  const NAMES = ["helpdesk"]; // Options.Names
  if (window["$" + NAMES[0]] || window[NAMES[0] + "SDK"]) return; // included twice

  const SELF = document.currentScript?.src; // where we come from, for pages that do not say
  const BRIDGE = "chatwoot-widget:"; // what messages between page and frame begin with, in every client there is
  const SESSION = "cw_conversation", YEAR = 365 * 24 * 3600;
  const PHONE = "(max-width: 667px)";

  const CSS = `
.woot--bubble-holder, .woot-widget-holder { all: initial; }
.woot-widget-bubble { all: initial; box-sizing: border-box; position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; min-width: 60px; height: 60px; padding: 0 17px; display: flex; align-items: center; gap: 10px; border-radius: 30px; cursor: pointer; box-shadow: 0 6px 24px rgb(0 0 0 / 22%), 0 1px 3px rgb(0 0 0 / 18%); font: 600 16px/1 system-ui, sans-serif; transition: transform .15s ease; }
.woot-widget-bubble.woot-elements--left { inset-inline: 20px auto; }
.woot-widget-bubble:hover { transform: scale(1.05); }
.woot-widget-bubble:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #111; }
.woot-widget-bubble svg { all: initial; color: inherit; width: 26px; height: 26px; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; cursor: pointer; }
.woot-widget-bubble .woot--unread { all: initial; position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 22px; height: 22px; box-sizing: border-box; padding: 0 6px; border-radius: 11px; background: #c5221f; color: #fff; font: 700 12px/22px system-ui, sans-serif; text-align: center; cursor: pointer; }
.woot-widget-holder { position: fixed; inset-block-end: 96px; inset-inline-end: 20px; z-index: 2147483001; width: 400px; height: min(680px, calc(100vh - 120px)); border-radius: 16px; overflow: hidden; background: #fff; box-shadow: 0 12px 48px rgb(0 0 0 / 24%), 0 1px 4px rgb(0 0 0 / 16%); transition: opacity .15s ease, transform .15s ease; }
.woot-widget-holder.woot--dark { background: #15181d; }
.woot-widget-holder.woot-elements--left { inset-inline: 20px auto; }
.woot-widget-holder iframe { all: initial; display: block; width: 100%; height: 100%; border: 0; }
.woot-widget-bubble.woot--hide, .woot--unread.woot--hide { display: none; }
.woot-widget-holder.woot--hide { visibility: hidden; opacity: 0; transform: translateY(12px); pointer-events: none; }
@media ${PHONE} {
  .woot-widget-holder, .woot-widget-holder.woot-elements--left { inset: 0; width: 100%; height: 100%; border-radius: 0; }
  .woot-widget-bubble.woot--open { display: none; }
}
@media (prefers-reduced-motion: reduce) { .woot-widget-holder, .woot-widget-bubble { transition: none; } .woot-widget-bubble:hover { transform: none; } }
@media print { .woot-widget-holder, .woot-widget-bubble { display: none; } }`;

  const ICONS = { chat: "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5z", down: "M6 9l6 6 6-6" };

  // --- small things ----------------------------------------------------------
  const tell = (event, detail) => { for (const n of NAMES) window.dispatchEvent(new CustomEvent(n + ":" + event, { detail })); };
  const given = () => Object.assign({}, ...NAMES.map((n) => window[n + "Settings"]).reverse());
  const cookie = (name) => document.cookie.split("; ").find((c) => c.startsWith(name + "="))?.slice(name.length + 1) ?? "";
  const keep = (name, value, domain) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR : 0}; SameSite=Lax${domain ? "; domain=" + domain : ""}${secure}`;
  };
  const hash = (text) => { // tells two users apart; it protects nothing
    let a = 0x811c9dc5, b = 0x1000193;
    for (const c of text) { a = Math.imul(a ^ c.codePointAt(0), 0x01000193); b = Math.imul(b + c.codePointAt(0), 0x85ebca6b) ^ (b >>> 13); }
    return (a >>> 0).toString(36) + (b >>> 0).toString(36);
  };
  const icon = (path) => {
    const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), p = document.createElementNS(ns, "path");
    svg.setAttribute("viewBox", "0 0 24 24"); svg.setAttribute("aria-hidden", "true"); p.setAttribute("d", path); svg.append(p);
    return svg;
  };
  const ready = (fn) => document.body ? fn() : document.addEventListener("DOMContentLoaded", fn, { once: true });

  // --- one widget ------------------------------------------------------------
  const run = ({ websiteToken, baseUrl } = {}) => {
    if (window["$" + NAMES[0]]) return;
    const base = new URL(baseUrl || new URL(SELF || location.href).origin, location.href).href.replace(/\/$/, "");
    const origin = new URL(base).origin;
    const set = given();
    let holder, frame, bubble, badge, words = {}, fill = "#0b65bd", ink = "#fff", live = false, unread = 0, waiting = [], popup, back, overflow = null;

    const send = (event, data = {}) => live ? frame.contentWindow.postMessage(BRIDGE + JSON.stringify({ event, ...data }), origin) : void waiting.push([event, data]);
    const scheme = () => ["dark", "auto"].includes(api.darkMode) ? api.darkMode : "light";
    const dark = () => scheme() === "dark" || (scheme() === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    const locale = () => set.useBrowserLanguage ? navigator.language : api.locale || "";
    const address = (extra = "") => `${base}/widget?website_token=${encodeURIComponent(websiteToken)}&locale=${encodeURIComponent(locale())}&scheme=${scheme()}${extra}#${SESSION}=${cookie(SESSION)}`;

    const load = () => {
      if (frame) return;
      holder = document.createElement("div");
      holder.id = "cw-widget-holder";
      holder.className = `woot-widget-holder woot--hide woot-elements--${api.position}${dark() ? " woot--dark" : ""}`;
      frame = document.createElement("iframe");
      frame.id = "chatwoot_live_chat_widget";
      frame.title = words.frame || "Chat";
      frame.allow = "autoplay";
      frame.src = address();
      holder.append(frame);
      document.body.append(holder);
    };

    const paint = () => {
      if (!bubble) return;
      const open = api.isOpen;
      bubble.replaceChildren(icon(open ? ICONS.down : ICONS.chat));
      if (!open && set.type === "expanded_bubble") bubble.append(Object.assign(document.createElement("span"), { textContent: set.launcherTitle || words.open_chat || "" }));
      for (const el of bubble.querySelectorAll("span")) el.style.cssText = "all: unset; cursor: pointer";
      badge = Object.assign(document.createElement("span"), { className: "woot--unread" + (open || !unread ? " woot--hide" : ""), textContent: unread > 9 ? "9+" : unread });
      badge.setAttribute("aria-hidden", "true");
      bubble.append(badge);
      bubble.setAttribute("aria-expanded", open);
      bubble.setAttribute("aria-label", open ? words.close_chat || "Close chat" : unread ? (words.unread || "").replace("{n}", unread) : set.launcherTitle || words.open_chat || "Open chat");
      bubble.classList.toggle("woot--open", open);
      bubble.classList.toggle("woot--hide", api.hideMessageBubble);
    };

    const show = (open) => {
      if (open === api.isOpen) return;
      api.isOpen = open;
      load();
      holder.classList.toggle("woot--hide", !open);
      const page = document.documentElement.style;
      if (open && matchMedia(PHONE).matches) { overflow = page.overflow; page.overflow = "hidden"; }
      else if (!open && overflow !== null) { page.overflow = overflow; overflow = null; }
      if (open) back = document.activeElement;
      paint();
      if (open) send("change-url", { referrerURL: location.href });
      send("toggle-open", { isOpen: open });
      if (open) frame.focus();
      else (bubble && !api.hideMessageBubble ? bubble : back)?.focus?.();
      tell(open ? "opened" : "closed");
    };

    const heard = {
      loaded({ config }) {
        if (config?.authToken) keep(SESSION, config.authToken, set.baseDomain);
        live = true;
        send("config-set", {
          ...set, locale: locale(), darkMode: scheme(), position: api.position, showPopoutButton: !!set.showPopoutButton,
          referer: location.href, isOpen: api.isOpen,
        });
        for (const [event, data] of waiting.splice(0)) send(event, data);
        if (popup) { popup.location = address("&popout=1"); popup = null; }
      },
      setAuthCookie({ data }) { if (data?.widgetAuthToken) keep(SESSION, data.widgetAuthToken, set.baseDomain); },
      handleNotificationDot({ unreadMessageCount }) { unread = Number(unreadMessageCount) || 0; paint(); },
      closeWindow() { show(false); },
      toggleBubble(m) { show(typeof m.state === "boolean" ? m.state : !api.isOpen); },
      popoutWindow() { api.popoutChatWindow(); },
      onEvent({ eventIdentifier, data }) { if (/^[a-z-]+$/.test(eventIdentifier)) tell(eventIdentifier, data); },
      error(m) { tell("error", m.data || m); },
    };

    window.addEventListener("message", (e) => {
      if (!frame || e.source !== frame.contentWindow || e.origin !== origin || typeof e.data !== "string" || !e.data.startsWith(BRIDGE)) return;
      let m;
      try { m = JSON.parse(e.data.slice(BRIDGE.length)); } catch { return; }
      if (Object.hasOwn(heard, m.event)) heard[m.event](m);
    });
    document.addEventListener("keydown", (e) => { if (e.key === "Escape" && api.isOpen && document.activeElement === bubble) show(false); });

    const must = (ok, what) => { if (!ok) throw new Error(what); };
    const api = {
      baseUrl: base, websiteToken, hasLoaded: false, isOpen: false, resetTriggered: false,
      hideMessageBubble: !!set.hideMessageBubble, position: set.position === "left" ? "left" : "right",
      locale: set.locale || "", darkMode: set.darkMode || "light", type: set.type || "standard", launcherTitle: set.launcherTitle || "",
      showPopoutButton: !!set.showPopoutButton, useBrowserLanguage: !!set.useBrowserLanguage,

      toggle(state) { ready(() => show(state === "open" ? true : state === "close" ? false : !api.isOpen)); },
      toggleBubbleVisibility(how) { api.hideMessageBubble = how === "hide"; paint(); },
      popoutChatWindow() {
        const w = window.open(cookie(SESSION) ? address("&popout=1") : "about:blank", "webwidget_" + websiteToken.replace(/\W/g, ""), "popup, resizable=yes, width=420, height=700");
        if (!cookie(SESSION)) { popup = w; load(); }
        if (api.isOpen) show(false);
      },
      setUser(identifier, user = {}) {
        must(["string", "number"].includes(typeof identifier), "Identifier should be a string or a number");
        must(["avatar_url", "email", "name", "phone_number"].some((k) => user[k]), "User object should have one of the keys [avatar_url,email,name,phone_number]");
        const name = "cw_user_" + websiteToken, is = hash(JSON.stringify([identifier, user]));
        if (cookie(name) === is && cookie(SESSION)) return;
        api.identifier = identifier; api.user = user;
        send("set-user", { identifier: String(identifier), user });
        keep(name, is, set.baseDomain);
      },
      setCustomAttributes(customAttributes = {}) {
        must(customAttributes && Object.keys(customAttributes).length, "Custom attributes should have atleast one key");
        send("set-custom-attributes", { customAttributes });
      },
      deleteCustomAttribute(customAttribute = "") { must(customAttribute, "Custom attribute is required"); send("delete-custom-attribute", { customAttribute }); },
      setConversationCustomAttributes(customAttributes = {}) {
        must(customAttributes && Object.keys(customAttributes).length, "Custom attributes should have atleast one key");
        send("set-conversation-custom-attributes", { customAttributes });
      },
      deleteConversationCustomAttribute(customAttribute = "") { must(customAttribute, "Custom attribute is required"); send("delete-conversation-custom-attribute", { customAttribute }); },
      setLabel(label = "") { send("set-label", { label }); },
      removeLabel(label = "") { send("remove-label", { label }); },
      setLocale(to = "en") { api.locale = to; send("set-locale", { locale: to }); },
      setColorScheme(to = "light") { api.darkMode = to; holder?.classList.toggle("woot--dark", dark()); send("set-color-scheme", { darkMode: scheme() }); },
      reset() {
        if (api.isOpen) show(false);
        keep(SESSION, "", set.baseDomain); keep("cw_user_" + websiteToken, "", set.baseDomain);
        holder?.remove(); holder = frame = undefined; live = false; waiting = []; unread = 0; api.resetTriggered = true;
        delete api.identifier; delete api.user;
        paint();
      },
    };
    for (const n of NAMES) window["$" + n] = api;

    const draw = () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      const at = Object.assign(document.createElement("div"), { id: "cw-bubble-holder", className: "woot--bubble-holder" });
      bubble = Object.assign(document.createElement("button"), { type: "button", className: `woot-widget-bubble woot-elements--${api.position}` });
      bubble.style.background = fill;
      bubble.style.color = ink;
      bubble.setAttribute("aria-controls", "cw-widget-holder");
      bubble.addEventListener("click", () => show(!api.isOpen));
      at.append(bubble);
      document.body.append(at);
      paint();
      api.hasLoaded = true;
      tell("ready");
      if (api.isOpen) holder?.classList.remove("woot--hide");
      if (cookie(SESSION)) load(); // they wrote before: an answer is to show on the bubble
    };
    ready(async () => {
      try {
        const got = await fetch(`${base}/widget/info?website_token=${encodeURIComponent(websiteToken)}&locale=${encodeURIComponent(locale())}`, { credentials: "omit" });
        if (!got.ok) return tell("error", { status: got.status, ...(await got.json().catch(() => ({}))) });
        ({ words, color: fill, ink } = await got.json());
      } catch { /* a policy of the page may forbid it: the bubble has colours and words without */ }
      draw();
    });
  };
  for (const n of NAMES) window[n + "SDK"] = { run };
})();
