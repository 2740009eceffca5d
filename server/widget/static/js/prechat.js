// The form before the first message: the inbox's own fields, less what is known.
import { $, h, t } from "./dom.js";
import { get, patch, post, Refused } from "./api.js";
import { field, read } from "./field.js";
import { rich } from "./text.js";

const KNOWN = { emailAddress: "has_email", fullName: "has_name", phoneNumber: "has_phone_number" };

// ask shows the form and calls begun with what the desk answered; false = there is
// nothing to ask.
export async function ask(channel, referer, begun) {
  const options = channel.pre_chat_form_options ?? {};
  if (!channel.pre_chat_form_enabled) return false;
  let fields = (options.pre_chat_fields ?? []).filter((f) => f.enabled);
  const is = await get("/contact");
  fields = fields.filter((f) => !is[KNOWN[f.name]]);
  if (!fields.length) return false;
  const asks = fields.map((f) => field({
    name: f.name, label: f.label || f.name, placeholder: f.placeholder, required: !!f.required, values: f.values, pattern: f.regex_pattern, cue: f.regex_cue,
    type: f.name === "emailAddress" ? "email" : f.name === "phoneNumber" ? "phone" : f.type,
  }));
  const words = field({ name: "message", type: "textarea", label: t("your_message"), required: true });
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const button = h("button", { class: "primary", text: t("begin") });
  const form = $("prechat"), key = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  form.replaceChildren(...(options.pre_chat_message ? [h("div", { class: "intro", dir: "auto" }, ...rich(options.pre_chat_message))] : []), ...asks.map((a) => a.el), words.el, wrong, button);
  form.hidden = false;
  form.onsubmit = async (e) => {
    e.preventDefault();
    const got = read([...asks, words]);
    if (!got || button.disabled) return;
    button.disabled = true;
    wrong.hidden = true;
    try {
      const started = await begin(fields, got, referer(), key);
      form.hidden = true;
      begun(started);
    } catch (e) {
      wrong.textContent = e instanceof Refused && e.status === 422 && e.message ? e.message : t("problem");
      wrong.hidden = false;
    }
    button.disabled = false;
  };
  return true;
}

async function begin(fields, got, referer, key) {
  const contact = {}, conversation = {};
  for (const f of fields) {
    if (got[f.name] === undefined) continue;
    if (f.field_type === "contact_attribute") contact[f.name] = got[f.name];
    if (f.field_type === "conversation_attribute") conversation[f.name] = got[f.name];
  }
  if (Object.keys(contact).length) await patch("/contact", { custom_attributes: contact });
  return post("/conversations", {
    contact: { name: got.fullName, email: got.emailAddress, phone_number: got.phoneNumber },
    message: { content: got.message, referer_url: referer, timestamp: new Date().toString() }, custom_attributes: conversation,
  }, key);
}
