package storetest

import (
	"context"
	"fmt"

	"github.com/gohelpdesk/helpdesk"
)

// insert stores v through a repository of the desk's account.
func insert[ID ~int64, T, F any](d *desk, repo func(helpdesk.Tx) helpdesk.Repo[ID, T, F], v *T) *T {
	d.Helper()
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		row := *v // a closure that runs again starts from the same row
		if err := repo(tx).Insert(ctx, &row); err != nil {
			return err
		}
		*v = row
		return nil
	})
	return v
}

// get reads a row that must be there.
func get[ID ~int64, T, F any](d *desk, repo func(helpdesk.Tx) helpdesk.Repo[ID, T, F], id ID) *T {
	d.Helper()
	var v *T
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		v, err = repo(tx).Get(ctx, id)
		return err
	})
	return v
}

func agents(tx helpdesk.Tx) helpdesk.Repo[helpdesk.AgentID, helpdesk.Agent, helpdesk.AgentFilter] {
	return tx.Agents()
}

func contacts(tx helpdesk.Tx) helpdesk.Repo[helpdesk.ContactID, helpdesk.Contact, helpdesk.ContactFilter] {
	return tx.Contacts()
}

func conversations(tx helpdesk.Tx) helpdesk.Repo[helpdesk.ConversationID, helpdesk.Conversation, helpdesk.ConversationFilter] {
	return tx.Conversations()
}

func webhooks(tx helpdesk.Tx) helpdesk.Repo[helpdesk.WebhookID, helpdesk.Webhook, helpdesk.WebhookFilter] {
	return tx.Webhooks()
}

func users(tx helpdesk.Tx) helpdesk.Repo[helpdesk.AgentID, helpdesk.User, helpdesk.UserFilter] {
	return tx.Users()
}

func (d *desk) newAccount() helpdesk.AccountID {
	d.Helper()
	a := &helpdesk.Account{Name: d.name("account"), CreatedAt: start, UpdatedAt: start}
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) error { return tx.Accounts().Insert(ctx, a) })
	return a.ID
}

func (d *desk) label(title string) *helpdesk.Label {
	d.Helper()
	return insert(d, helpdesk.Tx.Labels, &helpdesk.Label{
		Account: d.account, Title: title, CreatedAt: start, UpdatedAt: start,
	})
}

func (d *desk) team() *helpdesk.Team {
	d.Helper()
	return insert(d, helpdesk.Tx.Teams, &helpdesk.Team{
		Account: d.account, Name: d.name("team"), CreatedAt: start, UpdatedAt: start,
	})
}

func (d *desk) inbox() *helpdesk.Inbox {
	d.Helper()
	return insert(d, helpdesk.Tx.Inboxes, &helpdesk.Inbox{
		Account: d.account, Name: d.name("inbox"), Kind: "api", Settings: []byte("{}"), Active: true, AutoAssign: true,
		Identifier: d.name("inbox"), CreatedAt: start, UpdatedAt: start,
	})
}

func (d *desk) user() *helpdesk.User {
	d.Helper()
	name := d.name("user")
	return insert(d, users, &helpdesk.User{
		Email: name + "@example.com", Name: name, DisplayName: name + "!", PubsubToken: name, Confirmed: true, CreatedAt: start, UpdatedAt: start,
	})
}

// agent makes a user a plain agent of the account.
func (d *desk) agent() helpdesk.AgentID {
	d.Helper()
	return d.join(d.user().ID, helpdesk.AgentRole)
}

// join makes the user a member of the account.
func (d *desk) join(user helpdesk.AgentID, role helpdesk.Role) helpdesk.AgentID {
	d.Helper()
	return insert(d, agents, &helpdesk.Agent{
		Account: d.account, ID: user, Role: role, Availability: helpdesk.Online, CreatedAt: start, UpdatedAt: start,
	}).ID
}

func (d *desk) contact() *helpdesk.Contact {
	d.Helper()
	return insert(d, contacts, &helpdesk.Contact{
		Account: d.account, Name: d.name("contact"), CreatedAt: start, UpdatedAt: start,
	})
}

// address gives the contact an address in the inbox.
func (d *desk) address(inbox helpdesk.InboxID, contact helpdesk.ContactID) *helpdesk.ContactInbox {
	d.Helper()
	var address *helpdesk.ContactInbox
	d.update(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		if address, err = tx.ContactInboxes().Claim(ctx, inbox, d.name("source")); err != nil {
			return err
		}
		address.Contact, address.PubsubToken = contact, d.name("pubsub")
		address.CreatedAt, address.UpdatedAt = start, start
		return tx.ContactInboxes().Update(ctx, address)
	})
	return address
}

// conversation is an open one of a new contact in a new inbox.
func (d *desk) conversation() *helpdesk.Conversation {
	d.Helper()
	return d.converse(d.address(d.inbox().ID, d.contact().ID))
}

// converse opens a conversation at an address; the changes are made before it
// is stored.
func (d *desk) converse(a *helpdesk.ContactInbox, changes ...func(*helpdesk.Conversation)) *helpdesk.Conversation {
	d.Helper()
	c := d.draft(a)
	for _, change := range changes {
		change(c)
	}
	return insert(d, conversations, c)
}

// draft is a conversation that is not stored yet.
func (d *desk) draft(a *helpdesk.ContactInbox) *helpdesk.Conversation {
	return &helpdesk.Conversation{
		Account: d.account, UUID: d.uuid(), Inbox: a.Inbox, Contact: a.Contact, ContactInbox: a.ID,
		Status: helpdesk.Open, LastActivity: start, CreatedAt: start, UpdatedAt: start,
	}
}

func (d *desk) uuid() string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", d.number()) }

// text is a customer's message of the conversation, not stored yet.
func text(c *helpdesk.Conversation, content string) *helpdesk.Message {
	return &helpdesk.Message{
		Account: c.Account, Conversation: c.ID, Inbox: c.Inbox, Kind: helpdesk.Incoming, ContentType: "text",
		Content: content, State: helpdesk.StateDelivered, CreatedAt: start, UpdatedAt: start,
	}
}

// say stores messages.
func (d *desk) say(ms ...*helpdesk.Message) {
	d.Helper()
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Messages().Insert(ctx, ms...) })
}

// configVersion is the version of the account's configuration.
func (d *desk) configVersion() int64 {
	d.Helper()
	var v int64
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		a, err := tx.Account(ctx)
		if err == nil {
			v = a.ConfigVersion
		}
		return err
	})
	return v
}
