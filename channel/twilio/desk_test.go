package twilio_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/twilio"
	"github.com/gohelpdesk/helpdesk/channel/twilio/twiliosim"
	"github.com/gohelpdesk/helpdesk/server/hooks"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// shop is a whole desk with one number, offline.
type shop struct {
	*testing.T
	clock  *clock
	sim    *twiliosim.Sim
	number *twiliosim.Number
	ann    *twiliosim.Customer
	engine *helpdesk.Engine
	host   *helpdesk.Desk
	inbox  *helpdesk.Inbox
}

func stores() map[string]func(t *testing.T) (helpdesk.Store, error) {
	return map[string]func(t *testing.T) (helpdesk.Store, error){
		"sqlite": func(t *testing.T) (helpdesk.Store, error) { return sqlite.OpenMemory(t.Context(), sqlite.Options{}) },
		"postgres": func(t *testing.T) (helpdesk.Store, error) {
			return postgres.Open(t.Context(), postgrestest.DSN(t), postgres.Options{})
		},
	}
}

// onEachStore runs a test with a shop on every store.
func onEachStore(t *testing.T, fn func(t *testing.T, open func(whatsApp bool) *shop)) {
	t.Helper()
	for name, open := range stores() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, func(whatsApp bool) *shop {
				store, err := open(t)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, store.Close()) })
				return newShop(t, store, whatsApp)
			})
		})
	}
}

func newShop(t *testing.T, store helpdesk.Store, whatsApp bool) *shop {
	t.Helper()
	s := openShop(t, store, whatsApp, desk)
	s.sim.DeliverTo(hooks.New(s.engine, hooks.Options{}))
	return s
}

// openShop is a shop at an address.
func openShop(t *testing.T, store helpdesk.Store, whatsApp bool, public string) *shop {
	t.Helper()
	s := &shop{T: t, clock: newClock()}
	s.sim = twiliosim.New(t, twiliosim.Options{Now: s.clock.Now})
	if s.number = s.sim.Number(ours); whatsApp {
		s.number = s.sim.WhatsApp(ours)
	}
	s.ann = s.number.Customer(theirs).Called("Ann")
	blobs, err := helpdesk.NewDirBlobs(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, blobs.Close()) })
	s.engine, err = helpdesk.New(store, helpdesk.Options{
		Now: s.clock.Now, Blobs: blobs, HTTPClient: s.sim.Client(), PublicURL: public,
		Channels: []helpdesk.Channel{twilio.New(twilio.Options{BaseURL: s.sim.URL(), HTTPClient: s.sim.Client(), PublicURL: public})},
	})
	require.NoError(t, err)
	account, err := s.engine.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Shop"})
	require.NoError(t, err)
	s.host = s.engine.As(s.engine.Host(account.ID))
	name := "Twilio"
	s.inbox, err = s.host.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: twilio.Kind, Name: &name, Settings: s.number.Settings()})
	require.NoError(t, err)
	s.run() // the job connects the number
	require.Equal(t, public+"/hooks/"+s.inbox.Identifier, s.number.Callback())
	return s
}

// TestDeskOverHTTP has every call go over the loopback, both ways.
func TestDeskOverHTTP(t *testing.T) {
	t.Parallel()
	for name, open := range stores() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, err := open(t)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			var handler http.Handler
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
			t.Cleanup(server.Close)
			s := openShop(t, store, true, server.URL)
			handler = hooks.New(s.engine, hooks.Options{})
			s.ann.Writes("hello")
			m := s.reply(helpdesk.Reply{Content: "a map", Files: []helpdesk.File{{Name: "a map.txt", Data: strings.NewReader("the map")}}})
			require.Equal(t, helpdesk.StateSent, m.State, m.FailReason)
			require.Equal(t, "the map", string(s.ann.Got()[0].Media[0]))
			s.ann.Got()[0].Read()
			require.Equal(t, helpdesk.StateRead, s.message(m.ID).State)
		})
	}
}

func (s *shop) run() { s.Helper(); require.NoError(s, s.engine.RunDue(s.Context())) }

// talk is the only conversation, the oldest message first.
func (s *shop) talk() (said []*helpdesk.Message) {
	s.Helper()
	list, err := s.host.Conversations.List(s.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
	require.NoError(s, err)
	require.Len(s, list.Items, 1)
	all, err := s.host.Messages.List(s.Context(), helpdesk.MessageFilter{Conversation: list.Items[0].ID}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(s, err)
	for _, m := range all {
		if m.Kind == helpdesk.Incoming || m.Kind == helpdesk.Outgoing {
			said = append(said, m)
		}
	}
	return said
}

func (s *shop) last() *helpdesk.Message { s.Helper(); said := s.talk(); return said[len(said)-1] }

func (s *shop) reply(r helpdesk.Reply) *helpdesk.Message {
	s.Helper()
	m, err := s.host.Messages.Send(s.Context(), s.last().Conversation, r)
	require.NoError(s, err)
	s.run()
	return s.message(m.ID)
}

func (s *shop) answer(text string) *helpdesk.Message { return s.reply(helpdesk.Reply{Content: text}) }

func (s *shop) message(id helpdesk.MessageID) *helpdesk.Message {
	s.Helper()
	m, err := s.host.Messages.Get(s.Context(), id)
	require.NoError(s, err)
	return m
}

// TestDesk is a whole story by SMS: words, files, receipts in any order, and STOP.
func TestDesk(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(bool) *shop) {
		s := open(false)
		s.sim.Mangle(twiliosim.Mangle{Times: 5})
		s.ann.Writes("olá\x00 😀")
		require.Len(t, s.talk(), 1, "posted five times, stored once")
		require.Equal(t, "olá 😀", s.last().Content)
		m := s.answer("Good morning!")
		got := s.ann.Got()[0]
		got.Delivered()
		got.Sent()
		got.Queued()
		require.Equal(t, helpdesk.StateDelivered, s.message(m.ID).State, "never back")

		// Files, both ways.
		s.ann.Sends("these", twiliosim.File{Type: "image/png", Data: []byte("\x89PNG\r\n\x1a\nx")}, twiliosim.File{Type: "image/png", Data: []byte("\x89PNG\r\n\x1a\ny")})
		s.sim.MissingMedia(1)
		s.run()
		s.clock.advance(time.Hour)
		s.run()
		for _, a := range s.last().Attachments {
			require.NotEmpty(t, a.Blob, "the job has fetched it, if not at once")
		}
		m = s.reply(helpdesk.Reply{Content: "a map", Files: []helpdesk.File{{Name: "map.txt", Data: strings.NewReader("the map")}}})
		require.Equal(t, helpdesk.StateSent, m.State, m.FailReason)
		require.Equal(t, "the map", string(s.ann.Got()[1].Media[0]), "Twilio has fetched it from the desk")

		// Undelivered, and then delivered all the same: what failed stays failed.
		s.ann.Got()[1].Undelivered(30003)
		s.ann.Got()[1].Delivered()
		require.Equal(t, "30003: the phone is off or out of reach", s.message(m.ID).FailReason)

		s.ann.Stops()
		require.Equal(t, "STOP", s.last().Content)
		m = s.answer("Still there?")
		require.Equal(t, helpdesk.StateFailed, m.State)
		require.Contains(t, m.FailReason, "21610")
		contact, err := s.host.Contacts.BySource(t.Context(), s.inbox.ID, theirs)
		require.NoError(t, err)
		consent := func() any {
			contact, err = s.host.Contacts.Get(t.Context(), contact.ID)
			require.NoError(t, err)
			return contact.Extra["consent"].(map[string]any)["all"].(map[string]any)["stop"]
		}
		require.Equal(t, true, consent())
		s.clock.advance(time.Minute)
		s.ann.Starts()
		require.Equal(t, false, consent())
		require.Equal(t, helpdesk.StateSent, s.answer("Welcome back").State)
		require.Equal(t, theirs, contact.Phone)
	})
}

// TestDeskOfWhatsApp has a window, receipts before answers, and buttons.
func TestDeskOfWhatsApp(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(bool) *shop) {
		s := open(true)
		s.ann.Writes("hello")
		s.sim.Next(twiliosim.EarlyReceipt())
		m := s.answer("Good morning!")
		require.Equal(t, helpdesk.StateDelivered, m.State, "the receipt came before the answer")
		s.ann.Got()[0].Read()
		require.Equal(t, helpdesk.StateRead, s.message(m.ID).State)
		s.ann.Presses(s.ann.Got()[0], "Yes", "yes-1")
		require.Equal(t, []any{"Yes", s.ann.Got()[0].ID}, []any{s.last().Content, s.last().ContentAttrs["in_reply_to_external_id"]})
		s.ann.Shares(-23.5, -46.6, "Shop")
		require.Equal(t, "location", s.last().Attachments[0].Type)

		// The window closes while the message waits, and on Twilio's side.
		s.ann.Writes("one more thing")
		m, err := s.host.Messages.Send(t.Context(), s.last().Conversation, helpdesk.Reply{Content: "too late"})
		require.NoError(t, err)
		s.clock.advance(25 * time.Hour)
		s.run()
		require.Equal(t, helpdesk.StateFailed, s.message(m.ID).State)
		require.Len(t, s.ann.Got(), 1, "nothing leaves after the window")

		// A template does. The desk fills it in, and knows Twilio's id of it.
		s.number.Template(twiliosim.Text("order", "pt_BR", "Olá {{1}}, seu pedido {{2}} chegou."))
		found, err := s.host.MessageTemplates.Sync(t.Context(), s.inbox.ID)
		require.NoError(t, err)
		require.Equal(t, 1, found)
		before := len(s.sim.Calls())
		m = s.reply(helpdesk.Reply{Extra: map[string]any{"template_params": map[string]any{
			"name": "order", "language": "pt_BR", "processed_params": map[string]any{"1": "Ann", "2": "77"},
		}}})
		require.Equal(t, helpdesk.StateSent, m.State, m.FailReason)
		require.Equal(t, "Olá Ann, seu pedido 77 chegou.", s.ann.Got()[1].Body)
		require.Len(t, s.sim.Calls(), before+1, "Twilio is not asked for what is known")
		s.ann.Writes("I am back")
		m = s.answer("Welcome")
		s.ann.Got()[2].Failed(63016)
		require.Contains(t, s.message(m.ID).FailReason, "63016")
	})
}

// TestDeskLost sends messages whose answers are lost: their receipts name them.
func TestDeskLost(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(bool) *shop) {
		s := open(false)
		s.ann.Writes("hello")
		for _, fault := range []twiliosim.Fault{twiliosim.LostAnswer(), twiliosim.CutAnswer(), twiliosim.LongAnswer(5 << 20)} {
			s.sim.Next(fault)
			m := s.answer("lost")
			require.Equal(t, helpdesk.StateUnknown, m.State)
			s.clock.advance(time.Hour)
			s.run()
			got := s.ann.Got()
			got[len(got)-1].Delivered()
			m = s.message(m.ID)
			require.Equal(t, []any{helpdesk.StateDelivered, got[len(got)-1].ID}, []any{m.State, m.ExternalID})
		}
		require.Len(t, s.ann.Got(), 3, "nothing is sent twice")

		s.sim.Mangle(twiliosim.Mangle{WrongSignature: true}, twiliosim.Mangle{Cut: true}, twiliosim.Mangle{Padding: 3 << 20}, twiliosim.Mangle{Get: true})
		for _, text := range []string{"forged", "cut", "long", "asked for"} {
			s.ann.Writes(text)
		}
		var said []string
		for _, m := range s.talk()[4:] {
			said = append(said, m.Content)
		}
		require.Equal(t, []string{"long", "asked for"}, said)

		// What the desk cannot take now comes again, under the same id.
		down, hook := 2, hooks.New(s.engine, hooks.Options{})
		s.sim.DeliverTo(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if down--; down >= 0 {
				http.Error(w, "the database is down", http.StatusServiceUnavailable)
				return
			}
			hook.ServeHTTP(w, r)
		}))
		s.ann.Writes("once it is up")
		require.Equal(t, "once it is up", s.last().Content)

		s.number.Revoke()
		m := s.answer("hello?")
		require.Equal(t, helpdesk.StateFailed, m.State)
		box, err := s.host.Inboxes.Get(t.Context(), s.inbox.ID)
		require.NoError(t, err)
		require.False(t, box.RevokedAt.IsZero(), "somebody must connect it again")
		s.number.Restore()
		_, err = s.host.Inboxes.Check(t.Context(), s.inbox.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.StateSent, s.answer("Here we are").State)
		require.NoError(t, s.host.Inboxes.Delete(t.Context(), s.inbox.ID))
		require.Empty(t, s.number.Callback(), "Twilio calls nobody any more")
	})
}

// TestDeskForgery posts for a neighbour's number with our own good signature.
func TestDeskForgery(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(bool) *shop) {
		s := open(false)
		theirs := s.number.Account.Number("+15005550099")
		neighbour, err := s.engine.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Neighbour"})
		require.NoError(t, err)
		host, name := s.engine.As(s.engine.Host(neighbour.ID)), "Theirs"
		_, err = host.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: twilio.Kind, Name: &name, Settings: theirs.Settings()})
		require.NoError(t, err)
		body := with(formOf(says("AccountSid", s.number.SID, "From", "+5511900000000", "To", theirs.Phone, "Body", "forged")))
		path := "/hooks/" + s.inbox.Identifier
		r := httptest.NewRequest("POST", path, strings.NewReader(string(body)))
		r.Header.Set(twilio.SignatureHeader, twilio.Sign(s.number.AuthToken, desk+path, formOf(body)))
		_, err = s.engine.Ingest(t.Context(), s.inbox.Identifier, r)
		require.ErrorIs(t, err, helpdesk.NotFound)
		list, err := host.Conversations.List(t.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Empty(t, list.Items)
	})
}

// TestDeskConcurrent writes the same and other things at once.
func TestDeskConcurrent(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(bool) *shop) {
		s := open(true)
		s.ann.Writes("first")
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { s.ann.Says(map[string][]string{"MessageSid": {"SM1"}, "Body": {"once"}}) })
		}
		wg.Wait()
		require.Len(t, s.talk(), 2)
	})
}

// TestDeskAnyFaults has everything go wrong at random: each inbound message exists
// once, each outbound one reaches exactly one final state, and nothing goes twice.
func TestDeskAnyFaults(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(bool) *shop) {
		s := open(false)
		s.ann.Writes("hello")
		random := rand.New(rand.NewPCG(7, 7))
		faults := []twiliosim.Fault{
			{},
			{},
			twiliosim.LostAnswer(), twiliosim.CutAnswer(), twiliosim.EarlyReceipt(), twiliosim.TooMany(0), twiliosim.TooMany(3 * time.Second),
			twiliosim.Broken(), twiliosim.Gateway(502), twiliosim.LongAnswer(3 << 20), twiliosim.Refuse(21614, "not mobile"),
		}
		mangles := []twiliosim.Mangle{{}, {}, {Times: 3}, {Padding: 100_000}}
		const rounds = 40
		heard := 1
		for i := range rounds {
			s.sim.Next(faults[random.IntN(len(faults))])
			s.sim.Mangle(mangles[random.IntN(len(mangles))])
			if i%4 == 0 {
				s.sim.Reversed(func() {
					s.ann.Writes(fmt.Sprint("in ", i, " a"))
					s.ann.Writes(fmt.Sprint("in ", i, " b"))
				})
				heard += 2
			}
			_, err := s.host.Messages.Send(t.Context(), s.last().Conversation, helpdesk.Reply{Content: fmt.Sprint("out ", i)})
			require.NoError(t, err)
			s.run()
			s.clock.advance(time.Duration(random.IntN(20)) * time.Second)
		}
		for range 10 {
			s.clock.advance(time.Hour)
			s.run()
		}
		s.sim.Next(make([]twiliosim.Fault, 1)...)
		for _, got := range s.ann.Got() {
			s.sim.Reversed(func() { got.Sent(); got.Delivered() })
		}
		count := map[string]int{}
		for _, got := range s.ann.Got() {
			count[got.Body]++
			require.Equal(t, 1, count[got.Body], "%s went twice", got.Body)
		}
		in, ids := 0, map[string]bool{}
		for _, m := range s.talk() {
			if m.ExternalID != "" {
				require.False(t, ids[m.ExternalID], "an external id twice")
				ids[m.ExternalID] = true
			}
			if m.Kind == helpdesk.Incoming {
				in++
				continue
			}
			require.Equal(t, m.State == helpdesk.StateDelivered, count[m.Content] == 1, "%s is %s", m.Content, m.State)
			require.Contains(t, []helpdesk.SendState{helpdesk.StateDelivered, helpdesk.StateFailed}, m.State, m.Content)
		}
		require.Equal(t, heard, in)
	})
}
