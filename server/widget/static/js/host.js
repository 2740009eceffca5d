// The page around the frame: what it is told, and what it asks for. The names of
// the messages are Chatwoot's, so that apps which show the window in a web view go
// on working.
const BRIDGE = "chatwoot-widget:";
const alone = window.parent === window;

export const framed = !alone;

export function tell(event, data = {}) {
  const text = BRIDGE + JSON.stringify({ event, ...data });
  if (window.ReactNativeWebView) window.ReactNativeWebView.postMessage(text);
  // Whoever may show the frame may hear it: the token is the visitor's own, and
  // the page is where it is kept.
  else if (!alone) window.parent.postMessage(text, "*");
}

// happened is an event for the page's own scripts: chatwoot:on-message and such.
export const happened = (name, data) => tell("onEvent", { eventIdentifier: name, data });

export function listen(on) {
  window.addEventListener("message", (e) => {
    if (e.source !== window.parent && e.source !== window) return;
    if (typeof e.data !== "string" || !e.data.startsWith(BRIDGE)) return;
    let m;
    try { m = JSON.parse(e.data.slice(BRIDGE.length)); } catch { return; }
    if (Object.hasOwn(on, m.event)) on[m.event](m);
  });
}
