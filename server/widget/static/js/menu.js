// The buttons of the head: close, pop out, end. Escape goes back a step, and at
// last closes the window.
import { $ } from "./dom.js";
import { tell, framed } from "./host.js";

const close = () => (framed || window.ReactNativeWebView ? tell("closeWindow", { type: "close-widget" }) : window.close());

function show(on) {
  $("options").hidden = !on;
  $("menu").setAttribute("aria-expanded", on);
}

export function menu({ end, focus }) {
  $("close").hidden = !framed && !window.ReactNativeWebView;
  $("close").addEventListener("click", close);
  $("menu").addEventListener("click", () => show($("options").hidden));
  document.addEventListener("click", (e) => { if (!e.target.closest(".menu")) show(false); });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    if (!$("options").hidden) { show(false); $("menu").focus(); } else if (!$("confirm").hidden) $("no").click();
    else if (framed) close();
  });
  $("popout").addEventListener("click", () => { show(false); tell("popoutWindow"); });
  $("end").addEventListener("click", () => { show(false); $("confirm").hidden = false; $("no").focus(); });
  $("no").addEventListener("click", () => { $("confirm").hidden = true; focus(); });
  $("yes").addEventListener("click", () => { $("confirm").hidden = true; end(); });
}
