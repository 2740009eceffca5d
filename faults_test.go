package helpdesk_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// storm is a desk and a provider with which everything goes wrong.
type storm struct {
	*world
	*rand.Rand
	weather

	inbox *helpdesk.Inbox
	wrote []string
	sent  map[helpdesk.MessageID]string
}

// weather is a provider in a storm: see faults_weather_test.go.
type weather struct {
	channel  helpdesk.Channel
	client   *http.Client
	settings []byte
	listen   func(hook func(*http.Request) error)

	say      func(r *rand.Rand, texts []string) // has somebody write, and the provider tell it badly
	fault    func(r *rand.Rand)                 // has something go wrong with the next message
	receipts func(r *rand.Rand, all bool)       // tells of what customers got, in any order, some of it twice
	revoke   func()
	restore  func()               // nil = what is revoked stays so
	got      func() []string      // by all customers
	ends     []helpdesk.SendState // of a message that arrived, once all is told
	lost     []helpdesk.SendState // and of one that did not
}

// Whatever goes wrong between the desk and a provider: what customers write is
// there once, what the desk sends arrives at most once, and each message comes to
// one end, which the provider's last word decides.
func TestFaultsAtRandom(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*world) weather{
		"whatsapp": whatsappWeather, "messenger": messengerWeather, "instagram": instagramWeather, "telegram": telegramWeather,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everyStore(t, func(t *testing.T, w *world) {
				seed, rounds := uint64(time.Now().UnixNano()), 80 //nolint:gosec // any bits will do
				if raced {
					rounds = 20
				}
				if fixed, err := strconv.ParseUint(os.Getenv("HELPDESK_SEED"), 10, 64); err == nil {
					seed = fixed
				}
				if os.Getenv("HELPDESK_PROVE") != "" {
					rounds = 1_000
				}
				t.Logf("HELPDESK_SEED=%d", seed)
				s := &storm{world: w, Rand: rand.New(rand.NewPCG(seed, 5)), weather: open(w), sent: map[helpdesk.MessageID]string{}}
				s.connect()
				for i := range rounds {
					s.happen(i)
				}
				s.calm()
				s.check()
			}, false)
		})
	}
}

func (s *storm) connect() {
	s.t.Helper()
	s.restart()
	var err error
	s.inbox, err = s.admin.Inboxes.Create(s.ctx, helpdesk.InboxInput{Kind: s.channel.Kind(), Name: ptr("Shop"), Settings: s.settings})
	require.NoError(s.t, err)
	s.run()
	s.listen(func(r *http.Request) error {
		_, err := s.engine.Ingest(s.ctx, s.inbox.Identifier, r)
		return err
	})
}

// restart is the process ended and begun anew.
func (s *storm) restart() {
	s.engine = s.newEngine(helpdesk.Options{Blobs: s.files, HTTPClient: s.client, Channels: []helpdesk.Channel{s.channel}, PublicURL: "https://desk.example"})
	s.admin = s.engine.As(s.engine.Agent(s.account, s.owner))
}

func (s *storm) run() { s.t.Helper(); require.NoError(s.t, s.engine.RunDue(s.ctx)) }

func (s *storm) happen(i int) {
	s.t.Helper()
	switch s.IntN(10) {
	case 0, 1, 2:
		var texts []string
		for j := range 1 + s.IntN(2) {
			texts = append(texts, fmt.Sprintf("in %d.%d", i, j))
		}
		s.wrote = append(s.wrote, texts...)
		s.say(s.Rand, texts)
	case 3, 4, 5:
		s.answer(fmt.Sprintf("out %d", i))
	case 6, 7:
		s.fault(s.Rand)
	case 8:
		s.receipts(s.Rand, s.IntN(2) == 0)
	case 9:
		s.turn()
	}
	if s.IntN(3) == 0 {
		s.clock.Advance(time.Duration(s.IntN(600)) * time.Second)
		s.run()
	}
}

// turn is what happens seldom: access goes and comes, and the process is another.
func (s *storm) turn() {
	s.t.Helper()
	if s.IntN(2) == 0 {
		s.restart()
		return
	}
	if s.restore == nil {
		return
	}
	s.revoke()
	s.run()
	s.restore()
	_, err := s.admin.Inboxes.Check(s.ctx, s.inbox.ID)
	require.NoError(s.t, err)
}

func (s *storm) answer(text string) {
	s.t.Helper()
	list, err := s.admin.Conversations.List(s.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: 100})
	require.NoError(s.t, err)
	if len(list.Items) == 0 {
		return
	}
	m, err := s.admin.Messages.Send(s.ctx, list.Items[s.IntN(len(list.Items))].ID, helpdesk.Reply{Content: text})
	require.NoError(s.t, err)
	s.sent[m.ID] = text
}

// calm is all going well again, until nothing is left to be done.
func (s *storm) calm() {
	s.t.Helper()
	for range 20 { // what faults are left meet the last tries
		s.clock.Advance(31 * time.Minute)
		s.run()
	}
	s.receipts(s.Rand, true)
	s.run()
}

func (s *storm) check() {
	s.t.Helper()
	list, err := s.admin.Conversations.List(s.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: 100})
	require.NoError(s.t, err)
	var stored []string
	ids, states := map[string]bool{}, map[helpdesk.MessageID]helpdesk.SendState{}
	for _, c := range list.Items {
		for before := helpdesk.MessageID(0); ; {
			page, err := s.admin.Messages.List(s.ctx, helpdesk.MessageFilter{Conversation: c.ID, Before: before}, helpdesk.Page{Limit: 100})
			require.NoError(s.t, err)
			for _, m := range page {
				switch m.Kind { //nolint:exhaustive // lines of activity are nobody's messages
				case helpdesk.Incoming:
					stored = append(stored, m.Content)
					require.False(s.t, ids[m.ExternalID], "%s is there twice", m.ExternalID)
					ids[m.ExternalID] = true
				case helpdesk.Outgoing:
					states[m.ID] = m.State
				}
			}
			if len(page) < 100 {
				break
			}
			before = page[0].ID
		}
	}
	require.ElementsMatch(s.t, s.wrote, stored, "what customers wrote, and nothing else")
	require.Len(s.t, states, len(s.sent), "what the desk sent, and nothing else")
	got := s.got()
	slices.Sort(got)
	require.Equal(s.t, slices.Compact(slices.Clone(got)), got, "nothing arrives twice")
	for id, text := range s.sent {
		ends := s.lost
		if _, arrived := slices.BinarySearch(got, text); arrived {
			ends = s.ends
		}
		require.Contains(s.t, ends, states[id], "%s", text)
	}
}
