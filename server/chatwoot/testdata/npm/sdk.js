// A round trip through @figuro/chatwoot-sdk: contacts, inboxes, teams, agents,
// conversations and messages are made, read back and listed. What was read is
// printed as one JSON object.
const ChatwootClient = require("@figuro/chatwoot-sdk").default;

const [basePath, token, account] = process.argv.slice(2);
const accountId = Number(account);
const client = new ChatwootClient({ config: { basePath, with_credentials: true, credentials: "include", token } });

async function main() {
  const inbox = await client.inboxes.create({ accountId, data: { name: "Shop", channel: { type: "api", webhook_url: "" } } });
  const inboxes = await client.inboxes.list({ accountId });
  const agent = await client.agents.create({ accountId, data: { name: "Bo", email: "bo@acme.example", role: "agent" } });
  const agents = await client.agents.list({ accountId });
  const team = await client.teams.create({ accountId, data: { name: "sales", description: "who sell", allow_auto_assign: false } });
  const gotTeam = await client.teams.get({ accountId, teamId: team.id });
  const teams = await client.teams.list({ accountId });
  const made = await client.contacts.create({ accountId, data: { inbox_id: inbox.id, name: "Carl", email: "carl@mail.example", phone_number: "+5511987654321" } });
  const id = made.payload.contact.id;
  const contact = await client.contacts.get({ accountId, id });
  await client.contacts.update({ accountId, id, data: { name: "Carl C.", custom_attributes: { plan: "gold" } } });
  const found = await client.contacts.search({ accountId, q: "carl@mail.example" });
  const contacts = await client.contacts.list({ accountId });
  const started = await client.conversations.create({ accountId, data: { inbox_id: inbox.id, contact_id: id, source_id: made.payload.contact_inbox.source_id, status: "open" } });
  const conversationId = started.id;
  const message = await client.messages.create({ accountId, conversationId, data: { content: "hello", message_type: "outgoing" } });
  const note = await client.messages.create({ accountId, conversationId, data: { content: "hm", message_type: "outgoing", private: true } });
  const messages = await client.messages.list({ accountId, conversationId });
  const toggled = await client.conversations.toggleStatus({ accountId, conversationId, data: { status: "resolved" } });
  const conversation = await client.conversations.get({ accountId, conversationId });
  const conversations = await client.conversations.list({ accountId, status: "resolved" });
  console.log(JSON.stringify({
    inbox: inbox.name, inboxes: inboxes.payload.map((i) => i.name), agent: agent.name, agents: agents.map((a) => a.name),
    team: gotTeam.name, teams: teams.map((t) => t.name), contact: contact.payload.name, found: found.payload.map((c) => c.name),
    contacts: contacts.payload.length, message: message.content, note: note.private, messages: messages.payload.map((m) => m.content),
    toggled: toggled.payload.current_status, status: conversation.status, conversations: conversations.data.payload.map((c) => c.id === conversationId),
  }));
}

main().catch((err) => {
  console.error(err.status, JSON.stringify(err.body), err.stack);
  process.exit(1);
});
