// Calls to the desk, in the name of the visitor on this device.
import { token } from "./dom.js";

const BASE = "/api/v1/widget";
let visitor = new URLSearchParams(location.hash.slice(1)).get("cw_conversation") || new URLSearchParams(location.search).get("cw_conversation") || "";

export const session = () => visitor;
export function resume(as) { visitor = as; }

// Refused is an answer that is no success; Unreachable is none at all.
export class Refused extends Error {
  constructor(status, text) { super(text); this.status = status; }
}
export class Unreachable extends Error {}

// call does one request. A key makes repeating it harmless.
export async function call(method, path, body, key) {
  const headers = { "X-Auth-Token": visitor };
  if (key) headers["Idempotency-Key"] = key;
  if (body && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  const [at, query = ""] = path.split("?");
  const address = `${BASE}${at}?website_token=${encodeURIComponent(token)}&locale=${encodeURIComponent(navigator.language)}${query && "&" + query}`;
  let answer, text;
  try {
    answer = await fetch(address, { method, headers, body, credentials: "omit" });
    text = await answer.text();
  } catch (e) {
    throw new Unreachable(String(e));
  }
  let json = null;
  try { json = text ? JSON.parse(text) : null; } catch { /* some refusals are plain text */ }
  if (!answer.ok) throw new Refused(answer.status, json?.message || json?.error || text.slice(0, 200));
  return json;
}

export const get = (path) => call("GET", path);
export const post = (path, body, key) => call("POST", path, body, key);
export const patch = (path, body, key) => call("PATCH", path, body, key);

// quietly is for what nobody waits for: typing, reading.
export const quietly = (promise) => promise.catch(() => {});

// files are sent as forms are.
export function form(fields, attachments) {
  const out = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined && value !== "") out.append(`message[${name}]`, value);
  for (const f of attachments) out.append("message[attachments][]", f, f.name);
  return out;
}
