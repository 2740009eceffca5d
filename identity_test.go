package helpdesk_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// ways are the paths on which a person comes in; each returns the contact that a
// number leads to.
func ways(w *world, box *helpdesk.Inbox) map[string]func(source, phone string) helpdesk.ContactID {
	return map[string]func(source, phone string) helpdesk.ContactID{
		"receive": func(source, phone string) helpdesk.ContactID {
			m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: source, Phone: phone}, Content: "hello"})
			require.NoError(w.t, err)
			return helpdesk.ContactID(m.Sender.ID)
		},
		"register": func(source, phone string) helpdesk.ContactID {
			c, _, err := w.engine.Register(w.ctx, w.account, box.ID, helpdesk.Person{Source: source, Phone: phone})
			require.NoError(w.t, err)
			return c.ID
		},
	}
}

// FEATURES B7: one line is one contact however its number is written, and a
// landline is what it is.
func TestOneLineIsOneContact(t *testing.T) {
	t.Parallel()
	same := map[string][2]string{
		"Brazilian mobile":              {"+5511987654321", "+551187654321"},
		"Brazilian mobile, typed":       {"(11) 98765-4321", "551187654321"},
		"Brazilian mobile that was a 6": {"+5521967654321", "+552167654321"},
		"Argentinian mobile":            {"+5491123456789", "+541123456789"},
		"Mexican mobile":                {"+5215512345678", "+525512345678"},
	}
	other := map[string][2]string{
		"Brazilian landlines": {"+551132654321", "+5511932654321"},
		"two mobiles":         {"+5511987654321", "+5511987654322"},
		"two areas":           {"+5511987654321", "+5521987654321"},
	}
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		for way, came := range ways(w, box) {
			for name, pair := range same {
				require.Equal(t, came(way+name+"1", pair[0]), came(way+name+"2", pair[1]), "%s by %s", name, way)
			}
			for name, pair := range other {
				require.NotEqual(t, came(way+name+"1", pair[0]), came(way+name+"2", pair[1]), "%s by %s", name, way)
			}
		}
		for name, pair := range same {
			_, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Phone: &pair[1]}})
			require.ErrorIs(t, err, helpdesk.Invalid, name)
			require.Contains(t, err.Error(), "already been taken", name)
		}
	})
}

func TestNumbersAreKeptAsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	for typed, want := range map[string]string{
		"11 3265-4321": "+551132654321", "+55 11 3265-4322": "+551132654322", "0800 123 4567": "+558001234567",
		"+1 (415) 555-2671": "+14155552671", "": "",
	} {
		c, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Phone: &typed}})
		require.NoError(t, err, typed)
		require.Equal(t, want, c.Phone)
	}
	for _, typed := range []string{"123", "hello", "+99912345678", "\x00"} {
		_, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Phone: ptr(typed + "x")}})
		require.ErrorIs(t, err, helpdesk.Invalid, typed)
	}
}

func TestMailAddressesAreOneWithoutCase(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		make := func(email string) error {
			return quiet(w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Email: &email}}))
		}
		require.NoError(t, make("Éva.Nagy@Example.com"))
		require.ErrorIs(t, make("éVA.nagy@example.COM"), helpdesk.Invalid)
		require.NoError(t, make("ÉvaNagy@example.com"), "a dot is part of the address")
		require.NoError(t, make("éva.nagy+shop@example.com"))
		box := w.inbox("Shop")
		c, _, err := w.engine.Register(w.ctx, w.account, box.ID, helpdesk.Person{Email: " éva.nagy@example.com "})
		require.NoError(t, err)
		found, n, err := w.admin.Contacts.List(w.ctx, helpdesk.ContactFilter{Query: "ÉVA.NAGY@EXAMPLE"}, helpdesk.Page{})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, c.ID, found[0].ID)
	})
}

func TestIdentifiersAreTrimmedEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	made, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Identifier: ptr(" 42 ")}})
	require.NoError(t, err)
	c, _, err := w.engine.Register(w.ctx, w.account, w.inbox("Shop").ID, helpdesk.Person{Identifier: " 42"})
	require.NoError(t, err)
	require.Equal(t, made.ID, c.ID)
}

// A proof of who one is opens nobody else's address.
func TestProofTakesNoOtherAddress(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		_, _, err := w.engine.Register(w.ctx, w.account, box.ID, helpdesk.Person{Source: "+5511987654321", Identifier: "ada", Verified: true})
		require.NoError(t, err)
		_, _, err = w.engine.Register(w.ctx, w.account, box.ID, helpdesk.Person{Source: "+5511987654321", Identifier: "eve", Verified: true})
		require.ErrorIs(t, err, helpdesk.Conflict)
	})
}

// A proof of who one is proves no e-mail that one names along with it: who is
// made one with another by that alone does not read what the other said.
func TestProofOpensNobodyElsesConversations(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		said, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "vic", Email: "vic@mail.test"}, Content: "my card is 4111"})
		require.NoError(t, err)
		theirs := w.conversation(said.Conversation)
		register := func(p helpdesk.Person) *helpdesk.Desk {
			c, a, err := w.engine.Register(w.ctx, w.account, box.ID, p)
			require.NoError(t, err)
			return w.engine.As(w.engine.Contact(w.account, c.ID, a.ID))
		}
		eve := register(helpdesk.Person{Source: "eve", Identifier: "eve", Email: "vic@mail.test", Verified: true})
		_, err = eve.Conversations.Get(w.ctx, theirs.ID)
		require.ErrorIs(t, err, helpdesk.NotFound)
		_, err = eve.Messages.List(w.ctx, helpdesk.MessageFilter{Conversation: theirs.ID}, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.NotFound)
		list, err := eve.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Empty(t, list.Items)
		_, err = w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{
			From: helpdesk.Person{Source: "eve"}, Conversation: theirs.Display, Content: "it is me", ExternalID: "e-1",
		})
		require.ErrorIs(t, err, helpdesk.NotFound)

		own := w.write(box, "eve", "hello")
		phone := register(helpdesk.Person{Source: "eve-phone", Identifier: "eve", Verified: true})
		_, err = phone.Conversations.Get(w.ctx, own.ID)
		require.NoError(t, err, "who is proven on two devices sees both")
		claims := register(helpdesk.Person{Source: "eve-tablet", Identifier: "eve"})
		_, err = claims.Conversations.Get(w.ctx, own.ID)
		require.ErrorIs(t, err, helpdesk.NotFound, "who only says so does not")
	})
}

// What strangers send is stored, or refused as Invalid; it is never a failure of
// the store.
func TestStrangeTextIsStorable(t *testing.T) {
	t.Parallel()
	const dirt = "a\x00b\xff\xfe\u202e\U0001f600"
	var deep any = "end"
	for range 5000 {
		deep = map[string]any{dirt: []any{deep}}
	}
	odd := map[string]any{dirt: dirt, "list": []string{dirt}, "nan": math.NaN(), "fn": func() {}, "deep": deep, "time": time.Unix(0, 0)}
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{
			ExternalID: dirt, Content: dirt, ContentType: dirt, ReplyTo: dirt, EchoID: dirt, ContentAttrs: odd, Extra: odd,
			From: helpdesk.Person{
				Source: dirt, Name: dirt, Email: dirt, Phone: dirt, Identifier: dirt, AvatarURL: dirt, Attributes: odd, Extra: odd,
			},
			Attachments: []helpdesk.InboundFile{{Type: dirt, Name: dirt, ContentType: dirt, URL: "http://" + dirt, Meta: odd}},
			Start:       helpdesk.StartFields{Attributes: odd, Extra: odd},
		})
		require.NoError(t, err)
		require.NotContains(t, m.Content, "\x00")
		again, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: dirt, From: helpdesk.Person{Source: dirt}})
		require.NoError(t, err)
		require.Equal(t, m.ID, again.ID, "cleaned, it is still the same id")

		box.HMACMandatory = false
		_, err = w.engine.FindCustomer(w.ctx, box, dirt)
		require.NoError(t, err)
		reply, err := w.admin.Messages.Send(w.ctx, m.Conversation, helpdesk.Reply{Content: dirt, EchoID: dirt, ExternalID: dirt + "2", ContentAttrs: odd, Extra: odd})
		require.NoError(t, err)
		for name, err := range map[string]error{
			"values":     quiet(w.admin.Messages.SubmitValues(w.ctx, reply.ID, odd)),
			"attributes": quiet(w.admin.Conversations.SetAttributes(w.ctx, m.Conversation, map[string]any{dirt: []string{dirt}})),
			"labels":     quiet(w.admin.Conversations.SetLabels(w.ctx, m.Conversation, []string{dirt})),
			"tags":       quiet(w.admin.Contacts.SetLabels(w.ctx, helpdesk.ContactID(m.Sender.ID), []string{dirt})),
			"contact":    quiet(w.admin.Contacts.Update(w.ctx, helpdesk.ContactID(m.Sender.ID), helpdesk.ContactChange{Name: ptr(dirt), City: ptr(dirt), Extra: odd})),
			"note":       quiet(w.admin.Notes.Create(w.ctx, helpdesk.ContactID(m.Sender.ID), dirt)),
			"search":     quiet(w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Text: dirt, Source: dirt, Labels: []string{dirt}}, helpdesk.Page{})),
			"register":   quiet3(w.engine.Register(w.ctx, w.account, box.ID, helpdesk.Person{Source: "\x00", Name: dirt})),
			"audit":      quiet(w.engine.As(w.engine.Agent(w.account, w.owner).From(dirt)).Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr(dirt)})),
			"attribute": quiet(w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{
				Model: helpdesk.ContactAttribute, Key: dirt, Type: helpdesk.ListAttribute, Name: ptr(dirt), Choices: []string{dirt},
			})),
			"role":  quiet(w.admin.Roles.Create(w.ctx, helpdesk.RoleInput{Name: dirt, Description: dirt})),
			"hook":  quiet(w.admin.Webhooks.Create(w.ctx, helpdesk.WebhookInput{Name: ptr(dirt), URL: ptr("http://example.com"), Events: []helpdesk.EventKind{dirt}})),
			"agent": quiet(w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Name: dirt, Email: "x@example.com"})),
			"inbox": quiet(w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{Name: ptr(dirt), Greeting: ptr(dirt), Extra: odd})),
		} {
			require.NoError(t, err, name)
		}
		_, _, err = w.admin.Contacts.List(w.ctx, helpdesk.ContactFilter{Query: dirt, Labels: []string{dirt}}, helpdesk.Page{})
		require.NoError(t, err)
		_, err = w.engine.SignIn(w.ctx, helpdesk.Credentials{Email: dirt, Password: dirt, Client: dirt, Remote: dirt})
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		_, _, err = w.engine.CheckSession(w.ctx, dirt, dirt, dirt)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		_, _, err = w.engine.CheckSession(w.ctx, "owner@acme.test", dirt, dirt)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		key := helpdesk.PageKey{dirt, "1"}.String()
		_, err = w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{After: key})
		require.Contains(t, []helpdesk.Code{"", helpdesk.Invalid}, helpdesk.CodeOf(err), err)
		_, _, err = w.admin.Contacts.List(w.ctx, helpdesk.ContactFilter{Sort: "name"}, helpdesk.Page{After: key})
		require.Contains(t, []helpdesk.Code{"", helpdesk.Invalid}, helpdesk.CodeOf(err), err)
		w.runDue()
	})
}

func quiet3[A, B any](_ A, _ B, err error) error { return err }

// Sizes: too much is Invalid, or cut where a message must not be lost for it.
func TestTooMuchIsRefusedOrCut(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("\U0001f600", 200_000)
	long := strings.Repeat("\u4e2d\u6587", 450) + "x"
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		for name, in := range map[string]helpdesk.Inbound{
			"source":   {From: helpdesk.Person{Source: huge}},
			"content":  {From: helpdesk.Person{Source: "a"}, Content: huge},
			"external": {From: helpdesk.Person{Source: "a"}, ExternalID: huge},
			"files":    {From: helpdesk.Person{Source: "a"}, Attachments: make([]helpdesk.InboundFile, 16)},
			"nobody":   {From: helpdesk.Person{Source: "\x00"}},
		} {
			require.ErrorIs(t, quiet(w.engine.Receive(w.ctx, w.account, box.ID, in)), helpdesk.Invalid, name)
		}
		m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{
			From: helpdesk.Person{Source: long, Name: huge, Identifier: huge, Email: huge, Phone: huge, AvatarURL: huge}, Content: "hello",
		})
		require.NoError(t, err)
		c, err := w.admin.Contacts.Get(w.ctx, helpdesk.ContactID(m.Sender.ID))
		require.NoError(t, err)
		require.Len(t, []rune(c.Name), 255)
		require.Empty(t, c.Identifier, "half an identifier would be somebody else's")
		require.ErrorIs(t, quiet(w.admin.Contacts.AddAddress(w.ctx, c.ID, box.ID, huge)), helpdesk.Invalid)
		require.ErrorIs(t, quiet(w.admin.Messages.Send(w.ctx, m.Conversation, helpdesk.Reply{Content: huge})), helpdesk.Invalid)
		require.ErrorIs(t, quiet(w.admin.Agents.Update(w.ctx, w.owner, helpdesk.AgentInput{Name: huge})), helpdesk.Invalid)
	})
}

// A blocked contact's messages are stored, and nobody waits for them.
func TestBlockedContact(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box, other := w.inbox("Shop", ada), w.inbox("Help", ada)
		c := w.write(box, "c1", "hello")
		_, err := w.as(ada).Conversations.SetMuted(w.ctx, c.ID, true)
		require.NoError(t, err)
		again := w.write(box, "c1", "let me in")
		require.Equal(t, c.ID, again.ID)
		require.Equal(t, helpdesk.Resolved, again.Status)
		require.True(t, again.WaitingSince.IsZero())
		_, err = w.admin.Contacts.AddAddress(w.ctx, c.Contact, other.ID, "c1")
		require.NoError(t, err)
		born := w.write(other, "c1", "and here")
		require.Equal(t, helpdesk.Resolved, born.Status)
		require.Zero(t, born.Assignee)
		require.True(t, born.WaitingSince.IsZero())
	})
}
