package whatsapp_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// desk is a whole desk with one number, offline.
type desk struct {
	*testing.T
	clock  *clock
	sim    *whatsappsim.Sim
	number *whatsappsim.Number
	ann    *whatsappsim.Customer
	engine *helpdesk.Engine
	host   *helpdesk.Desk
	inbox  *helpdesk.Inbox
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, clock: newClock()}
	d.sim = whatsappsim.New(t, whatsappsim.Options{Now: d.clock.Now})
	d.number = d.sim.Number("+5511999990000")
	d.ann = d.sim.Customer("+5511988887777").Called("Ann")
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	blobs, err := helpdesk.NewDirBlobs(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	d.engine, err = helpdesk.New(store, helpdesk.Options{
		Now: d.clock.Now, Blobs: blobs, HTTPClient: d.sim.Client(),
		Channels: []helpdesk.Channel{whatsapp.New(whatsapp.Options{BaseURL: d.sim.URL(), HTTPClient: d.sim.Client()})},
	})
	require.NoError(t, err)
	account, err := d.engine.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Shop"})
	require.NoError(t, err)
	d.host = d.engine.As(d.engine.Host(account.ID))
	name := "WhatsApp"
	d.inbox, err = d.host.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: whatsapp.Kind, Name: &name, Settings: d.number.Settings()})
	require.NoError(t, err)
	d.number.OnWebhook(func(r *http.Request) error {
		_, err := d.engine.Ingest(t.Context(), d.inbox.Identifier, r)
		return err
	})
	return d
}

func (d *desk) run() { d.Helper(); require.NoError(d, d.engine.RunDue(d.Context())) }

// talk is the only conversation.
func (d *desk) talk() helpdesk.ConversationID {
	d.Helper()
	list, err := d.host.Conversations.List(d.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
	require.NoError(d, err)
	require.Len(d, list.Items, 1)
	return list.Items[0].ID
}

func (d *desk) said() (texts []string) {
	d.Helper()
	list, err := d.host.Messages.List(d.Context(), helpdesk.MessageFilter{Conversation: d.talk()}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(d, err)
	for _, m := range list {
		if m.Kind == helpdesk.Incoming || m.Kind == helpdesk.Outgoing {
			texts = append(texts, m.Content)
		}
	}
	return texts
}

func (d *desk) answer(text string) *helpdesk.Message {
	d.Helper()
	m, err := d.host.Messages.Send(d.Context(), d.talk(), helpdesk.Reply{Content: text})
	require.NoError(d, err)
	d.run()
	return d.message(m.ID)
}

func (d *desk) message(id helpdesk.MessageID) *helpdesk.Message {
	d.Helper()
	m, err := d.host.Messages.Get(d.Context(), id)
	require.NoError(d, err)
	return m
}

// TestDesk is a whole story: a customer writes, an agent answers, the receipts
// come in any order.
func TestDesk(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sim.Mangle(whatsappsim.Mangle{Times: 5})
	d.ann.Writes("olá 😀")
	require.Equal(t, []string{"olá 😀"}, d.said(), "posted five times, stored once")
	m := d.answer("Good morning!")
	require.Equal(t, helpdesk.StateSent, m.State)
	got := d.ann.Got()
	require.Equal(t, "Good morning!", got[0].Text)
	got[0].Read()
	got[0].Delivered()
	got[0].Sent()
	require.Equal(t, helpdesk.StateRead, d.message(m.ID).State)

	d.sim.Next(whatsappsim.EarlyReceipt())
	m = d.answer("How can I help?")
	require.Equal(t, helpdesk.StateDelivered, m.State, "the receipt came before the answer")

	d.sim.Next(whatsappsim.Broken())
	m = d.answer("Are you there?")
	require.Equal(t, helpdesk.StatePending, m.State)
	d.clock.advance(time.Hour)
	d.run()
	require.Equal(t, helpdesk.StateSent, d.message(m.ID).State)

	d.sim.Next(whatsappsim.LostAnswer())
	m = d.answer("Bye.")
	require.Equal(t, helpdesk.StateUnknown, m.State)
	d.clock.advance(time.Hour)
	d.run()
	texts := []string{}
	for _, g := range d.ann.Got() {
		texts = append(texts, g.Text)
	}
	require.Equal(t, []string{"Good morning!", "How can I help?", "Are you there?", "Bye."}, texts, "nothing is sent twice")
}

// TestDeskConcurrent is test 4: the same webhook, at once.
func TestDeskConcurrent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	body := call(`{"field":"messages","value":{"contacts":[{"profile":{"name":"Ann"},"wa_id":"5511988887777"}],"messages":[{"from":"5511988887777","id":"w","timestamp":"1739321024","type":"text","text":{"body":"once"}}]}}`)
	body = []byte(strings.ReplaceAll(string(body), pnid, d.number.ID))
	var wg sync.WaitGroup
	failures := make([]error, 5)
	for i := range failures {
		wg.Go(func() {
			r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body)).WithContext(t.Context())
			sign(r, body)
			_, failures[i] = d.engine.Ingest(t.Context(), d.inbox.Identifier, r)
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(failures...))
	require.Equal(t, []string{"once"}, d.said())
}

// TestDeskForgery posts for a neighbour's number with our own good signature.
func TestDeskForgery(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	theirs := d.sim.Number("+5511977770000")
	account, err := d.engine.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Neighbour"})
	require.NoError(t, err)
	host, name := d.engine.As(d.engine.Host(account.ID)), "Theirs"
	_, err = host.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: whatsapp.Kind, Name: &name, Settings: theirs.Settings()})
	require.NoError(t, err)
	body := []byte(strings.ReplaceAll(string(kind(t, "text")), pnid, theirs.ID))
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	sign(r, body)
	_, err = d.engine.Ingest(t.Context(), d.inbox.Identifier, r)
	require.ErrorIs(t, err, helpdesk.NotFound)
	list, err := host.Conversations.List(t.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
	require.NoError(t, err)
	require.Empty(t, list.Items)
}

// TestDeskNews is what customers, the owner's phone and WhatsApp do beside
// writing.
func TestDeskNews(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.ann.Writes("two piecs, please")
	d.ann.Edits(id, "two pieces, please")
	require.Equal(t, []string{"two pieces, please"}, d.said())
	d.ann.Sends("image", "", "image/png", []byte("\x89PNG\r\n\x1a\nnot much of a picture"), "these")
	d.run()
	list, err := d.host.Messages.List(t.Context(), helpdesk.MessageFilter{Conversation: d.talk()}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(t, err)
	picture := list[len(list)-1]
	require.Equal(t, "these", picture.Content)
	require.NotEmpty(t, picture.Attachments[0].Blob, "the bytes are here")
	require.Equal(t, "image/png", picture.Attachments[0].ContentType)

	d.number.Echo(d.ann, "from the phone")
	require.Contains(t, d.said(), "from the phone")
	m := d.answer("They are on their way")
	d.ann.Reacts(d.ann.Got()[0].ID, "👍")
	got := d.ann.Got()[0]
	got.Failed(131026, "Message undeliverable")
	require.Equal(t, helpdesk.StateFailed, d.message(m.ID).State)
	require.Contains(t, d.message(m.ID).FailReason, "131026")

	d.clock.advance(25 * time.Hour)
	_, err = d.host.Messages.Send(t.Context(), d.talk(), helpdesk.Reply{Content: "Still there?"})
	if err == nil {
		d.run()
	}
	require.Len(t, d.ann.Got(), 1, "nothing leaves after the window")

	d.ann.Writes("I am back")
	d.number.Revoke()
	m = d.answer("Welcome back")
	require.Equal(t, helpdesk.StateFailed, m.State)
	box, err := d.host.Inboxes.Get(t.Context(), d.inbox.ID)
	require.NoError(t, err)
	require.False(t, box.RevokedAt.IsZero(), "somebody has to connect the inbox again")
	d.number.Restore()
	_, err = d.host.Inboxes.Check(t.Context(), d.inbox.ID)
	require.NoError(t, err)
	require.Equal(t, helpdesk.StateSent, d.answer("Here we are").State)
}

// A word stops templates, whoever typed or tapped it; what WhatsApp tells of
// promotions stands beside it.
func TestOptOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.True(t, d.inbox.OptOutWords, "customers of a telephone number expect it")
	d.ann.Writes("olá")
	can := func(category string) helpdesk.SendBlock {
		v, err := d.host.Messages.CanSend(t.Context(), d.talk(), helpdesk.Reply{Content: "x", Extra: map[string]any{
			"template_params": map[string]any{"name": "order", "language": "pt_BR", "category": category},
		}})
		require.NoError(t, err)
		return v.Reason
	}
	for _, step := range []struct {
		name                   string
		do                     func()
		promotion, information helpdesk.SendBlock
	}{
		{"nothing was said", func() {}, "", ""},
		{"no promotions", d.ann.Stops, helpdesk.OptedOut, ""},
		{"nothing at all", func() { d.ann.Writes("Parar.") }, helpdesk.OptedOut, helpdesk.OptedOut},
		{"promotions again", d.ann.Resumes, helpdesk.OptedOut, helpdesk.OptedOut},
		{"everything again", func() { d.ann.Writes("voltar") }, "", ""},
		{"by a button", func() {
			d.ann.Says("button", map[string]any{"payload": "optout", "text": "PARAR"})
		}, helpdesk.OptedOut, helpdesk.OptedOut},
	} {
		d.clock.advance(time.Minute)
		step.do()
		require.Equal(t, []helpdesk.SendBlock{step.promotion, step.information}, []helpdesk.SendBlock{can("MARKETING"), can("UTILITY")}, step.name)
	}
	require.Equal(t, helpdesk.StateSent, d.answer("You will hear nothing more.").State, "answers go")
}
