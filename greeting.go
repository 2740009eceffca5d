package helpdesk

import (
	"time"
)

// What an inbox says by itself (FEATURES C1, A5): a greeting, that nobody is there
// now, and to a visitor of a website without an address, a question for one. These
// are messages of kind Template that nobody signs. They end no wait, are nobody's
// reply, and fire no rule.

// quietAfterReply is how long after a reply nobody is told that the desk is closed.
const quietAfterReply = 5 * time.Minute

// asksEmail are the channels whose customers may have no address at all.
const asksEmail ChannelKind = "web_widget"

// emailType is the content type of a message that asks for an address.
const emailType = "input_email"

// greetBeforeFlow greets whom the inbox's flow is about to talk to.
func (u *unit) greetBeforeFlow(c *Conversation, contact *Contact, in Inbound) error {
	box := u.cfg.inboxes[c.Inbox]
	if box == nil || u.entryFlow(box, c.Extra) == nil || isAutoReply(in) || !u.mayAutoReply(c, contact) {
		return nil
	}
	return u.sayItself(c, u.greet(c, box))
}

// autoReply answers a customer's message with what the inbox says by itself. While
// a bot or a flow holds the conversation, it is they who talk, and all but the
// greeting is said when they hand it on. The caller saves the conversation.
func (u *unit) autoReply(c *Conversation, contact *Contact, in Inbound) error {
	box := u.cfg.inboxes[c.Inbox]
	if box == nil || isAutoReply(in) || !u.mayAutoReply(c, contact) || c.FlowRun != 0 {
		return nil
	}
	if u.withBot(c) {
		return u.sayItself(c, u.greet(c, box))
	}
	var rows []*Message
	if u.closedFor(c) && box.OutOfOffice != "" && u.now.Sub(c.LastReplyAt) >= quietAfterReply && !u.toldToday(c) {
		rows = append(rows, u.templateMessage(c, box.OutOfOffice))
	}
	rows = append(rows, u.greet(c, box)...)
	if box.Kind == asksEmail && box.EmailCollect && contact.Email == "" && !c.EmailAsked {
		ask := u.templateMessage(c, text(u.cfg.account.Locale, textEmailBox))
		ask.ContentType, c.EmailAsked = emailType, true
		rows = append(rows, u.templateMessage(c, text(u.cfg.account.Locale, textEmailAsk)), ask)
	}
	return u.sayItself(c, rows)
}

// afterBot says what was kept back, as a bot or a flow gives a conversation to
// people: that nobody is there, however lately anything was said, and a greeting
// where nothing was said to the customer. The caller saves the conversation.
func (u *unit) afterBot(c *Conversation) error {
	box := u.cfg.inboxes[c.Inbox]
	if box == nil || c.LastIncoming == 0 {
		return nil
	}
	var rows []*Message
	if u.closedFor(c) && box.OutOfOffice != "" {
		rows = append(rows, u.templateMessage(c, box.OutOfOffice))
	}
	rows = append(rows, u.greet(c, box)...)
	if len(rows) == 0 {
		return nil
	}
	contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
	if err != nil || !u.mayAutoReply(c, contact) {
		return err
	}
	return u.sayItself(c, rows)
}

// autoReply is the key of Extra that says so of messages, and of conversations that
// one began.
const autoReply = "auto_reply"

// isAutoReply reports whether a program of the customer's wrote a message.
func isAutoReply(in Inbound) bool {
	if in.Automatic {
		return true
	}
	v := in.Extra[autoReply]
	return v != nil && v != false && v != ""
}

// mayAutoReply reports whether anything is said by itself to a contact here.
func (u *unit) mayAutoReply(c *Conversation, contact *Contact) bool {
	return !contact.Blocked && c.Extra["campaign_id"] == nil
}

// closedFor reports whether the hours that hold for a conversation are over. The
// very moment at which they end is still within them, as Chatwoot has it.
func (u *unit) closedFor(c *Conversation) bool {
	s := u.hoursOf(c)
	return !s.openAt(u.now) && !s.openAt(u.now.Add(-time.Microsecond))
}

// toldToday reports whether the desk has said anything by itself in a conversation
// on the day that it is where its hours are.
func (u *unit) toldToday(c *Conversation) bool {
	zone := u.hoursOf(c).zone
	return !c.LastAutoAt.IsZero() && c.LastAutoAt.In(zone).Format(time.DateOnly) == u.now.In(zone).Format(time.DateOnly)
}

// greet is the greeting, once for a conversation that its customer began and in
// which nobody has answered.
func (u *unit) greet(c *Conversation, box *Inbox) []*Message {
	due := c.GreetingDue && c.LastReplyAt.IsZero()
	c.GreetingDue = false
	if !due || !box.GreetingEnabled || box.Greeting == "" {
		return nil
	}
	return []*Message{u.templateMessage(c, box.Greeting)}
}

// sayItself fills in what the desk says by itself, stores it, and has it sent.
func (u *unit) sayItself(c *Conversation, rows []*Message) error {
	if len(rows) == 0 {
		return nil
	}
	actor, agent := u.actor, u.self
	defer func() { u.actor, u.self = actor, agent }()
	u.actor, u.self = u.e.System(actor.account), nil
	for _, m := range rows {
		var err error
		if m.Content, err = u.fillReply(c, m.Content); err != nil {
			return err
		}
	}
	return u.sendTemplate(c, rows...)
}

// templateMessage is a message of the product itself, which nobody signs.
func (u *unit) templateMessage(c *Conversation, content string) *Message {
	return &Message{
		Account: c.Account, Conversation: c.ID, Inbox: c.Inbox, Kind: Template, Content: content, ContentType: "text",
		State: StatePending, CreatedAt: u.now, UpdatedAt: u.now,
	}
}

// sendTemplate adds such messages to the conversation and sends them. They end no
// wait. The caller saves the conversation.
func (u *unit) sendTemplate(c *Conversation, list ...*Message) error {
	if err := u.tx.Messages().Insert(u.ctx, list...); err != nil {
		return err
	}
	c.LastActivity, c.LastAutoAt, c.LastPublic = u.now, u.now, list[len(list)-1].ID
	for _, m := range list {
		u.emitMessage(MessageCreated, c, m, nil)
		u.enqueueSend(c, m)
	}
	return nil
}

// say sends a text of the product itself, with its values filled in.
func (u *unit) say(c *Conversation, content string) (*Message, error) {
	content, err := u.fillReply(c, content)
	if err != nil {
		return nil, err
	}
	m := u.templateMessage(c, content)
	return m, u.sendTemplate(c, m)
}

func greetingTexts() map[string]map[textKey]string {
	return map[string]map[textKey]string{
		"en": {
			textEmailAsk: "Leave us your address, so that our answer reaches you when you are gone.",
			textEmailBox: "Your e-mail address",
		},
		"pt": {
			textEmailAsk: "Deixe seu endereço, para que nossa resposta chegue a você mesmo depois de sair.",
			textEmailBox: "Seu endereço de e-mail",
		},
		"es": {
			textEmailAsk: "Déjenos su dirección, para que nuestra respuesta le llegue aunque ya no esté aquí.",
			textEmailBox: "Su dirección de correo",
		},
	}
}
