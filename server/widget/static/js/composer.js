// Where the visitor writes: text, emoji, files by button, drop and paste.
import { $, h, t, icon, later } from "./dom.js";
import { post, quietly } from "./api.js";

const EMOJI = "😀 😄 😁 😂 🙂 😉 😊 😍 😘 😎 🤔 😐 😕 😟 😢 😭 😡 😱 😴 🤗 🙄 😬 🤝 👍 👎 👌 🙏 👏 💪 👋 🤷 ❤️ 💔 🔥 ✨ 🎉 ⭐ ✅ ❌ ⚠️ ❓ 📦 🚚 🛒 💳 📄 📷 📞 📧 ⏰".split(" ");
const DRAFT = "helpdesk-draft";

export class Composer {
  constructor({ send, max }) {
    this.send = send;
    this.max = max; // MB
    this.files = [];
    this.form = $("composer");
    this.text = $("text");
    this.form.addEventListener("submit", (e) => { e.preventDefault(); this.submit(); });
    this.text.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); this.submit(); }
    });
    this.text.addEventListener("input", () => { this.grow(); this.typing(); this.keep(); });
    this.text.addEventListener("paste", (e) => { if (e.clipboardData.files.length && this.allowed) { e.preventDefault(); this.choose(e.clipboardData.files); } });
    $("attach").addEventListener("click", () => $("files").click());
    $("files").addEventListener("change", (e) => { this.choose(e.target.files); e.target.value = ""; });
    this.dropping();
    this.faces();
    try { this.text.value = sessionStorage.getItem(DRAFT) ?? ""; } catch { /* storage may be forbidden */ }
    this.grow();
  }

  features({ attachments, emoji }) {
    this.allowed = attachments;
    $("attach").hidden = !attachments;
    $("emoji").hidden = !emoji;
  }

  get shown() { return !this.form.hidden; }
  show(on) { this.form.hidden = !on; this.grow(); }
  focus() { if (this.shown) this.text.focus({ preventScroll: true }); }

  submit() {
    const text = this.text.value.trim();
    if (!text && !this.files.length) return;
    this.stopped();
    this.send(text, this.files);
    this.files = [];
    this.text.value = "";
    this.listed();
    this.complain();
    this.grow();
    this.keep();
  }

  choose(list) {
    this.complain();
    for (const f of list) {
      if (this.max && f.size > this.max * 1048576) this.complain(t("too_large", { name: f.name, n: this.max }));
      else if (this.files.length < 15) this.files.push(f);
    }
    this.listed();
    this.text.focus();
  }

  listed() {
    const ul = $("chosen");
    ul.hidden = !this.files.length;
    ul.replaceChildren(...this.files.map((f, i) => h("li", {}, icon("file"), h("span", { text: f.name }),
      h("button", { type: "button", "aria-label": t("detach", { name: f.name }), onclick: () => { this.files.splice(i, 1); this.listed(); this.text.focus(); } }, icon("x")))));
  }

  complain(what) {
    $("wrong").textContent = what ?? "";
    $("wrong").hidden = !what;
  }

  grow() {
    if (!this.text.offsetParent) return; // not laid out yet
    this.text.style.height = "auto";
    this.text.style.height = Math.min(this.text.scrollHeight, 120) + "px";
    this.text.style.overflowY = this.text.scrollHeight > 120 ? "auto" : "hidden";
  }

  keep() { try { sessionStorage.setItem(DRAFT, this.text.value); } catch { /* as above */ } }

  // typing is told every few seconds while it goes on, and once when it ends.
  typing() {
    if (!this.text.value) return this.stopped();
    const now = Date.now();
    if (this.started && now - (this.told ?? 0) > 4000) {
      this.told = now;
      quietly(post("/conversations/toggle_typing", { typing_status: "on" }));
    }
    this.ends();
  }

  stopped() {
    if (!this.told) return;
    this.told = 0;
    quietly(post("/conversations/toggle_typing", { typing_status: "off" }));
  }

  ends = later(6000, () => this.stopped());

  dropping() {
    const over = (e) => this.allowed && this.shown && [...(e.dataTransfer?.types ?? [])].includes("Files");
    addEventListener("dragover", (e) => { if (over(e)) { e.preventDefault(); $("drop").hidden = false; } });
    addEventListener("dragleave", (e) => { if (!e.relatedTarget) $("drop").hidden = true; });
    addEventListener("drop", (e) => {
      $("drop").hidden = true;
      if (over(e)) { e.preventDefault(); this.choose(e.dataTransfer.files); }
    });
  }

  // faces is the panel of emoji; arrows go through it, Escape leaves.
  faces() {
    const panel = $("faces-panel"), button = $("emoji");
    const show = (on) => {
      panel.hidden = !on;
      button.setAttribute("aria-expanded", on);
      if (on) panel.querySelector("button").focus();
    };
    panel.append(...EMOJI.map((e) => h("button", {
      type: "button", text: e, onclick: () => {
        this.text.setRangeText(e, this.text.selectionStart, this.text.selectionEnd, "end");
        this.text.dispatchEvent(new Event("input"));
        show(false);
        this.text.focus();
      },
    })));
    button.addEventListener("click", () => show(panel.hidden));
    panel.addEventListener("keydown", (e) => {
      const all = [...panel.children], at = all.indexOf(document.activeElement);
      const columns = Math.max(1, Math.floor(panel.clientWidth / 40));
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[e.key];
      if (step) { e.preventDefault(); all[Math.max(0, Math.min(all.length - 1, at + step))].focus(); }
      if (e.key === "Escape") { e.stopPropagation(); show(false); button.focus(); }
    });
    document.addEventListener("click", (e) => { if (!panel.hidden && !panel.contains(e.target) && !button.contains(e.target)) show(false); });
  }
}
