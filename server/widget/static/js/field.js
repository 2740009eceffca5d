// A field that is asked for: its label, its control, and what is wrong with it.
import { h, t } from "./dom.js";

let count = 0;

// field is made of {name, type, label, placeholder, required, values, titles, pattern, cue, value}.
export function field(f) {
  const id = "f" + ++count;
  const common = { id, name: f.name, "aria-describedby": id + "-wrong", "aria-required": f.required ? "true" : undefined, placeholder: f.placeholder || undefined };
  let control;
  if (f.type === "list") {
    control = h("select", common, h("option", { value: "", text: t("choose") }), ...(f.values ?? []).map((v, i) => h("option", { value: v, text: f.titles?.[i] ?? v })));
  } else if (f.type === "textarea") control = h("textarea", { ...common, rows: 3, dir: "auto", maxlength: 20000 });
  else if (f.type === "checkbox") control = h("input", { ...common, type: "checkbox" });
  else {
    const kinds = { email: ["email", "email"], phone: ["tel", "tel"], number: ["text"], currency: ["text"], percent: ["text"], date: ["date"], link: ["url", "url"] };
    const [type, autocomplete] = kinds[f.type] ?? ["text", f.name === "fullName" ? "name" : undefined];
    control = h("input", { ...common, type, autocomplete, dir: "auto", inputmode: ["number", "currency", "percent"].includes(f.type) ? "decimal" : undefined, maxlength: 2000 });
  }
  if (f.value !== undefined) control.value = f.value;
  const wrong = h("p", { id: id + "-wrong", class: "wrong", hidden: true });
  const label = h("label", { for: id }, h("span", { text: f.label }), !f.required && f.type !== "checkbox" && h("small", { text: ` (${t("optional")})` }));
  const el = f.type === "checkbox" ? h("div", { class: "field check" }, control, label, wrong) : h("div", { class: "field" }, label, control, wrong);
  const complain = (what) => {
    wrong.textContent = what ?? "";
    wrong.hidden = !what;
    what ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid");
  };
  control.addEventListener("input", () => complain());
  return { ...f, el, control, complain };
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/, PHONE = /^\+[1-9]\d{6,14}$/;

function problem(f, value) {
  if (f.type === "checkbox") return f.required && !value ? t("required") : null;
  if (!value) return f.required ? t("required") : null;
  switch (f.type) {
    case "email": if (!EMAIL.test(value)) return t("bad_email"); break;
    case "phone": if (!PHONE.test(value.replace(/[\s().-]/g, ""))) return t("bad_phone"); break;
    case "number": case "currency": case "percent": if (!Number.isFinite(Number(value))) return t("bad_number"); break;
    case "link": if (!/^https?:\/\/\S+\.\S+$/.test(value)) return t("bad_link"); break;
  }
  const rule = pattern(f.pattern);
  return rule && !rule.test(value) ? f.cue || t("bad_format") : null;
}

// pattern reads /…/i as well as the bare expression; one that is none asks nothing.
function pattern(text) {
  if (!text) return null;
  const [, inner, flags] = /^\/(.*)\/([a-z]*)$/.exec(text) ?? [null, text, ""];
  try { return new RegExp(inner, flags.replace("g", "")); } catch { return null; }
}

// read is what was filled in, by name; null = something is wrong, and said.
export function read(fields) {
  const out = {};
  let first = null;
  for (const f of fields) {
    let value = f.type === "checkbox" ? f.control.checked : f.control.value.trim();
    const what = problem(f, value);
    f.complain(what);
    if (what && !first) first = f.control;
    if (f.type === "phone") value = value.replace(/[\s().-]/g, "");
    if (["number", "currency", "percent"].includes(f.type) && value !== "") value = Number(value);
    if (value !== "") out[f.name] = value;
  }
  first?.focus();
  return first ? null : out;
}
