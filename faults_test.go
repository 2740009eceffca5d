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
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

// storm is a desk and a provider with which everything goes wrong.
type storm struct {
	*phone
	*rand.Rand
	people []*whatsappsim.Customer
	wrote  map[string]string // id to text
	sent   map[helpdesk.MessageID]string
	told   map[string]bool // receipts of what customers got
}

// Whatever goes wrong between the desk and a provider: what customers write is
// there once, what the desk sends arrives at most once, and each message comes to
// one end, which the provider's last word decides.
func TestFaultsAtRandom(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, w *world) {
		seed, rounds := uint64(time.Now().UnixNano()), 150 //nolint:gosec // any bits will do
		if raced {
			rounds = 40
		}
		if fixed, err := strconv.ParseUint(os.Getenv("HELPDESK_SEED"), 10, 64); err == nil {
			seed = fixed
		}
		if os.Getenv("HELPDESK_PROVE") != "" {
			rounds = 5_000
		}
		t.Logf("HELPDESK_SEED=%d", seed)
		s := &storm{phone: newPhone(w), Rand: rand.New(rand.NewPCG(seed, 5)), wrote: map[string]string{}, sent: map[helpdesk.MessageID]string{}, told: map[string]bool{}}
		for i := range 5 {
			s.people = append(s.people, s.sim.Customer(fmt.Sprint("+55119777700", 10+i)).Called(fmt.Sprint("Ann ", i)))
		}
		for i := range rounds {
			s.happen(i)
		}
		s.calm()
		s.check()
	}, false)
}

func (s *storm) happen(i int) {
	s.t.Helper()
	who := s.people[s.IntN(len(s.people))]
	switch s.IntN(10) {
	case 0, 1, 2:
		s.sim.Mangle(whatsappsim.Mangle{Times: 1 + s.IntN(3), Padding: []int{0, 0, 0, 3 << 20}[s.IntN(4)]})
		write := func() {
			for j := range 1 + s.IntN(2) {
				text := fmt.Sprintf("in %d.%d", i, j)
				s.wrote[who.Writes(text)] = text
			}
		}
		switch s.IntN(3) {
		case 0:
			s.sim.Reversed(write)
		case 1:
			s.sim.Together(write)
		default:
			write()
		}
	case 3, 4, 5:
		s.answer(fmt.Sprintf("out %d", i))
	case 6, 7:
		s.sim.Next(pick(dice{Rand: s.Rand},
			whatsappsim.Broken(), whatsappsim.LostAnswer(), whatsappsim.CutAnswer(), whatsappsim.EarlyReceipt(), whatsappsim.TooMany(0),
			whatsappsim.TooMany(90*time.Second), whatsappsim.Refuse(131026, "Message undeliverable"), whatsappsim.Refuse(131056, "Pair rate limit"),
			whatsappsim.Fault{Status: http.StatusBadGateway}, whatsappsim.Fault{Drop: true},
		))
	case 8:
		s.receipts(who, s.IntN(2) == 0)
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
	switch s.IntN(3) {
	case 0:
		s.number.Revoke()
		s.run()
		s.number.Restore()
		_, err := s.admin.Inboxes.Check(s.ctx, s.inbox.ID)
		require.NoError(s.t, err)
	case 1:
		s.engine = s.newEngine(helpdesk.Options{
			Blobs: s.files, HTTPClient: s.sim.Client(),
			Channels: []helpdesk.Channel{whatsapp.New(whatsapp.Options{BaseURL: s.sim.URL(), HTTPClient: s.sim.Client()})},
		})
		s.admin = s.engine.As(s.engine.Agent(s.account, s.owner))
	case 2:
		s.sim.Flush()
	}
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

// receipts tells of what a customer got, in any order, and of some of it twice.
func (s *storm) receipts(who *whatsappsim.Customer, all bool) {
	got := who.Got()
	s.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	for _, g := range got {
		if !all && s.IntN(2) == 0 {
			continue
		}
		tell := []func(){g.Sent, g.Delivered, g.Read, g.Delivered}
		s.Shuffle(len(tell), func(i, j int) { tell[i], tell[j] = tell[j], tell[i] })
		for _, fn := range tell {
			fn()
		}
		s.told[g.ID] = true
	}
}

// calm is all going well again, until nothing is left to be done.
func (s *storm) calm() {
	s.t.Helper()
	for range 20 { // what faults are left meet the last tries
		s.clock.Advance(31 * time.Minute)
		s.run()
	}
	s.sim.Flush()
	for _, who := range s.people {
		s.receipts(who, true)
	}
	s.run()
}

func (s *storm) check() {
	s.t.Helper()
	list, err := s.admin.Conversations.List(s.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: 100})
	require.NoError(s.t, err)
	stored, states := map[string][]string{}, map[helpdesk.MessageID]helpdesk.SendState{}
	for _, c := range list.Items {
		for before := helpdesk.MessageID(0); ; {
			page, err := s.admin.Messages.List(s.ctx, helpdesk.MessageFilter{Conversation: c.ID, Before: before}, helpdesk.Page{Limit: 100})
			require.NoError(s.t, err)
			for _, m := range page {
				switch m.Kind { //nolint:exhaustive // lines of activity are nobody's messages
				case helpdesk.Incoming:
					stored[m.ExternalID] = append(stored[m.ExternalID], m.Content)
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
	require.Len(s.t, stored, len(s.wrote), "what customers wrote, and nothing else")
	for id, text := range s.wrote {
		require.Equal(s.t, []string{text}, stored[id])
	}
	var got []string
	for _, who := range s.people {
		for _, g := range who.Got() {
			got = append(got, g.Text)
		}
	}
	slices.Sort(got)
	require.Equal(s.t, slices.Compact(slices.Clone(got)), got, "nothing arrives twice")
	for id, text := range s.sent {
		_, arrived := slices.BinarySearch(got, text)
		switch {
		case arrived:
			require.Equal(s.t, helpdesk.StateRead, states[id], "%s was read", text)
		default:
			require.Contains(s.t, []helpdesk.SendState{helpdesk.StateFailed, helpdesk.StateUnknown}, states[id], "%s never arrived", text)
		}
	}
}
