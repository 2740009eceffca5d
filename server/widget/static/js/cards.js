// Messages that want something: an address, a choice, a form, a rating.
import { h, t, web } from "./dom.js";
import { patch, Refused } from "./api.js";
import { field, read } from "./field.js";
import { happened } from "./host.js";

export function interactive(m) {
  switch (m.kind) {
    case "input_email": return email(m);
    case "input_select": return select(m);
    case "form": return form(m);
    case "cards": return h("div", { class: "cards" }, ...items(m).map(card));
    case "article": return h("ul", { class: "articles" }, ...items(m).map(article));
    case "input_csat": return rating(m);
    default: return null;
  }
}

const items = (m) => (Array.isArray(m.attrs.items) ? m.attrs.items : []);
const chosen = (m) => m.attrs.submitted_values;

// submit sends what was filled in; what goes wrong is said beside the button.
async function submit(m, body, wrong) {
  wrong.hidden = true;
  try {
    await patch("/messages/" + m.id, body);
    return true;
  } catch (e) {
    wrong.textContent = e instanceof Refused && e.status === 422 && e.message ? e.message : t("problem");
    wrong.hidden = false;
    return false;
  }
}

const complaint = () => h("p", { class: "wrong", role: "alert", hidden: true });
const done = (text) => h("p", { class: "done", text });

function email(m) {
  if (m.attrs.submitted_email) return done(m.attrs.submitted_email);
  const wrong = complaint();
  const ask = field({ name: "email", type: "email", label: t("email_label"), required: true });
  return h("form", {
    class: "card", novalidate: true, onsubmit: async (e) => {
      e.preventDefault();
      const got = read([ask]);
      if (got && await submit(m, { contact: { email: got.email } }, wrong)) e.target.replaceWith(done(got.email));
    },
  }, ask.el, wrong, h("button", { class: "primary", text: t("submit") }));
}

function select(m) {
  const before = chosen(m)?.[0];
  if (before) return done(t("answered", { name: before.title ?? before.value }));
  const wrong = complaint(), box = h("div", { class: "choices" });
  for (const { title, value } of items(m)) {
    box.append(h("button", {
      type: "button", text: title, onclick: async () => {
        for (const b of box.querySelectorAll("button")) b.disabled = true;
        if (await submit(m, { message: { submitted_values: [{ title, value }] } }, wrong)) box.replaceWith(done(t("answered", { name: title })));
        else for (const b of box.querySelectorAll("button")) b.disabled = false;
      },
    }));
  }
  box.append(wrong);
  return box;
}

function form(m) {
  const before = chosen(m);
  if (before) return h("dl", { class: "card" }, ...before.flatMap((v) => [h("dt", { text: label(m, v.name) }), h("dd", { text: String(v.value) })]));
  const wrong = complaint();
  const asks = items(m).filter((i) => i.name).map((i) => field({
    name: i.name, type: { text_area: "textarea", select: "list", checkbox: "checkbox" }[i.type] ?? i.type ?? "text", label: i.label || i.name, placeholder: i.placeholder,
    required: i.required !== false && i.required !== "false" && !!i.required, values: (i.options ?? []).map((o) => o.value ?? o), titles: (i.options ?? []).map((o) => o.label ?? o.title ?? o),
    pattern: i.pattern, cue: i.pattern_error, value: i.default,
  }));
  return h("form", {
    class: "card", novalidate: true, onsubmit: async (e) => {
      e.preventDefault();
      const got = read(asks);
      if (!got) return;
      const values = Object.entries(got).map(([name, value]) => ({ name, value }));
      if (await submit(m, { message: { submitted_values: values } }, wrong)) e.target.replaceWith(done(t("thanks")));
    },
  }, ...asks.map((a) => a.el), wrong, h("button", { class: "primary", text: m.attrs.button_label || t("submit") }));
}

const label = (m, name) => items(m).find((i) => i.name === name)?.label ?? name;

function card(c) {
  const src = web(c.media_url);
  return h("section", { class: "card" }, src && h("img", { src, alt: "", loading: "lazy" }), c.title && h("h3", { text: c.title }), c.description && h("p", { text: c.description }),
    ...(c.actions ?? []).filter((a) => a.type !== "link" || web(a.uri)).map((a) => a.type === "link"
      ? h("a", { class: "action", href: web(a.uri), target: "_blank", rel: "noopener", text: a.text })
      : h("button", { type: "button", class: "action", text: a.text, onclick: () => happened("postback", a) })));
}

function article(a) {
  return h("li", {}, h("a", { class: "card", href: web(a.link), target: "_blank", rel: "noopener" }, h("strong", { text: a.title }), a.description && h("span", { text: a.description })));
}

const FACES = ["😞", "😑", "😐", "😀", "😍"];

function rating(m) {
  const answer = chosen(m)?.csat_survey_response;
  if (answer) return done(`${FACES[answer.rating - 1] ?? ""} ${t("thanks")}`);
  const wrong = complaint(), name = "rating-" + m.id, stars = m.attrs.display_type === "star";
  const comment = h("textarea", { rows: 2, maxlength: 20000, dir: "auto" });
  const rest = h("div", { class: "rest", hidden: true }, h("label", {}, h("span", { text: `${t("comment")} (${t("optional")})` }), comment), h("button", { class: "primary", text: t("submit") }));
  const choices = FACES.map((emoji, i) => h("label", { title: t("rating" + (i + 1)) },
    h("input", { type: "radio", name, value: i + 1, "aria-label": t("rating" + (i + 1)), onchange: () => { rest.hidden = false; } }), h("span", { "aria-hidden": "true", text: stars ? "★" : emoji })));
  return h("form", {
    class: "card rating", novalidate: true, onsubmit: async (e) => {
      e.preventDefault();
      const n = Number(new FormData(e.target).get(name));
      if (n && await submit(m, { message: { submitted_values: { csat_survey_response: { rating: n, feedback_message: comment.value } } } }, wrong)) e.target.replaceWith(done(`${FACES[n - 1]} ${t("thanks")}`));
    },
  }, h("fieldset", { class: stars ? "stars" : "" }, h("legend", { class: "hidden", text: t("rate") }), ...choices), rest, wrong);
}
