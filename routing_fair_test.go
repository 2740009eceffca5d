package helpdesk_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// fairness holds random hand-outs of one inbox against what is fair. Two agents
// are equal while both could have had every conversation that was handed out: in
// that time the one was handed at most one more than the other. Who could have had
// one is worked out here, from who is online and how many conversations each owns,
// not asked of the engine.
type fairness struct {
	router
	box    *helpdesk.Inbox
	agents []helpdesk.AgentID
	limit  map[helpdesk.AgentID]int
	away   map[helpdesk.AgentID]bool
	owns   map[helpdesk.AgentID]int
	owner  map[helpdesk.ConversationID]helpdesk.AgentID
	lead   map[[2]helpdesk.AgentID][]int // the difference after each hand-out while both were equal
	cursor helpdesk.Cursor
	handed int
}

func newFairness(w *world) *fairness {
	f := &fairness{
		router: router{w}, limit: map[helpdesk.AgentID]int{}, away: map[helpdesk.AgentID]bool{}, owns: map[helpdesk.AgentID]int{},
		owner: map[helpdesk.ConversationID]helpdesk.AgentID{}, lead: map[[2]helpdesk.AgentID][]int{},
	}
	for i := range 5 {
		id := w.agent(fmt.Sprint("agent", i), helpdesk.AgentRole)
		f.limit[id] = 2 + i
		f.agentIs(id, helpdesk.AgentInput{OpenLimit: ptr(2 + i)})
		f.agents = append(f.agents, id)
	}
	f.box = w.inbox("Shop", f.agents...)
	var err error
	f.cursor, err = w.admin.Cursor(w.ctx)
	require.NoError(w.t, err)
	return f
}

// follow reads the hand-outs since the last time, in the order in which they were.
func (f *fairness) follow(t *testing.T) {
	for {
		items, next, err := f.admin.Feed(f.ctx, f.cursor)
		require.NoError(t, err)
		f.cursor = next
		if len(items) == 0 {
			return
		}
		for _, item := range items {
			if ev := item.Event; ev.Kind == helpdesk.ConversationRouted && ev.After.Assignee != 0 {
				f.hand(t, ev.Conversation, ev.After.Assignee)
			}
		}
	}
}

func (f *fairness) free(id helpdesk.AgentID) bool { return !f.away[id] && f.owns[id] < f.limit[id] }

func (f *fairness) hand(t *testing.T, c helpdesk.ConversationID, to helpdesk.AgentID) {
	require.True(t, f.free(to), "it went to somebody who could not have it")
	for i, a := range f.agents {
		for _, b := range f.agents[i+1:] {
			pair := [2]helpdesk.AgentID{a, b}
			if !f.free(a) || !f.free(b) {
				delete(f.lead, pair)
				continue
			}
			past, now := f.lead[pair], 0
			if len(past) > 0 {
				now = past[len(past)-1]
			}
			switch to {
			case a:
				now++
			case b:
				now--
			}
			past = append(past, now)
			f.lead[pair] = past
			low, high := 0, 0 // at the beginning nobody led
			for _, n := range past {
				low, high = min(low, n), max(high, n)
			}
			require.LessOrEqual(t, high-low, 1, "equal agents differ by more than one: %v", past)
		}
	}
	f.handed++
	f.owns[to]++
	f.owner[c] = to
}

func TestHandOutsAreFair(t *testing.T) {
	t.Parallel()
	rounds := 150
	if os.Getenv("HELPDESK_PROVE") != "" {
		rounds = 5000
	}
	eachStore(t, func(t *testing.T, w *world) {
		f, r := newFairness(w), rand.New(rand.NewPCG(7, 11))
		for range rounds {
			w.clock.Advance(time.Duration(r.IntN(100)) * time.Millisecond)
			switch n := r.IntN(10); {
			case n < 5:
				f.arrive(f.box)
			case n < 8:
				for id, owner := range f.owner { // any of them
					f.owns[owner]--
					delete(f.owner, id)
					_, err := w.admin.Conversations.Resolve(w.ctx, id)
					require.NoError(t, err)
					break
				}
			default:
				who := f.agents[r.IntN(len(f.agents))]
				what := []helpdesk.Availability{helpdesk.Online, helpdesk.Online, helpdesk.Busy, helpdesk.Offline}[r.IntN(4)]
				f.away[who] = what != helpdesk.Online
				f.is(who, what)
			}
			w.runDue()
			f.follow(t)
		}
		require.Greater(t, f.handed, rounds/5)
		for _, id := range f.agents {
			f.away[id] = false
			f.is(id, helpdesk.Online)
			f.agentIs(id, helpdesk.AgentInput{OpenLimit: ptr(1000)})
		}
		w.runDue()
		list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Status: []helpdesk.Status{helpdesk.Open}, Assignee: helpdesk.Unassigned}, helpdesk.Page{})
		require.NoError(t, err)
		require.Empty(t, list.Items, "nobody is left in the queue")
	})
}

// The place in a queue is exact however long it is, and is the order in which
// conversations go.
func TestQueuePositionIsExact(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		s := router{w}
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		s.is(ada, helpdesk.Offline)
		team := s.team(true)
		var waits []helpdesk.ConversationID
		for i := range helpdesk.MaxPage + 20 {
			id := s.arrive(box)
			if i%40 == 0 {
				s.toTeam(id, team) // waits for others
				continue
			}
			waits = append(waits, id)
		}
		at := func(id helpdesk.ConversationID) int {
			n, err := w.admin.Conversations.QueuePosition(w.ctx, id)
			require.NoError(t, err)
			return n
		}
		for _, i := range []int{0, 1, 50, len(waits) - 1} {
			require.Equal(t, i+1, at(waits[i]))
		}
		s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(30)})
		s.is(ada, helpdesk.Online)
		w.runDue()
		require.Zero(t, at(waits[29]), "it was handed out")
		require.Equal(t, 1, at(waits[30]))
		require.Equal(t, len(waits)-30, at(waits[len(waits)-1]))
	})
}

// A reason is told once, however often it is asked about, and never of more than
// fifty agents.
func TestDecisionsAreBounded(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		s := router{w}
		ada, bo := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
		box := w.inbox("Shop", ada, bo)
		s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
		s.is(bo, helpdesk.Busy)
		s.arrive(box)
		id := s.arrive(box)
		require.Equal(t, []string{"nobody: ada agent_limit 1, bo busy"}, s.decisions(id))
		for range 5 {
			w.restart()
			s.agentIs(ada, helpdesk.AgentInput{Name: "ada"}) // has the queue looked at
		}
		require.Len(t, s.decisions(id), 1, "nothing is different")
		s.is(bo, helpdesk.Offline)
		s.agentIs(ada, helpdesk.AgentInput{Name: "ada"})
		require.Equal(t, []string{"nobody: ada agent_limit 1, bo offline", "nobody: ada agent_limit 1, bo busy"}, s.decisions(id))

		many := []helpdesk.AgentID{}
		for i := range 55 {
			many = append(many, w.agent(fmt.Sprint("many", i), helpdesk.AgentRole))
		}
		crowd := w.inbox("Crowd", many...)
		list, err := w.admin.Conversations.Routing(w.ctx, s.arrive(crowd))
		require.NoError(t, err)
		require.Len(t, list[0].Passed, 50)
		require.Equal(t, 4, list[0].More)
	})
}

// A policy that nothing is handed out by costs a message nothing, and an
// expression is checked when it is saved, with a mark at what is wrong.
func TestPoliciesCostNoMessage(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		s := router{w}
		box := w.inbox("Shop", w.agent("ada", helpdesk.AgentRole))
		w.write(box, "c", "hello")
		cost := func() int {
			w.serial++
			return w.statements(func() {
				_, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: fmt.Sprint("x", w.serial), From: helpdesk.Person{Source: "c"}, Content: "again"})
				require.NoError(t, err)
			})
		}
		cost()
		bare := cost()
		s.policy(box, helpdesk.AssignmentPolicyInput{Order: helpdesk.Weighed, Expression: ptr("agent.open < 5")})
		cost() // reads the configuration anew
		require.Equal(t, bare, cost())

		for source, want := range map[string]string{
			"":                              "can't be blank",
			"agent.skils":                   "^",
			"agent.open +":                  "^",
			`"french"`:                      "must give a number",
			"agent.skills":                  "must give a number",
			"let x = 1; x":                  "without let",
			"len(1..9)":                     "lists of numbers",
			strings.Repeat("1+", 2100):      "too long",
			"1" + strings.Repeat("+1", 400): "nodes",
		} {
			_, err := w.admin.AssignmentPolicies.Create(w.ctx, helpdesk.AssignmentPolicyInput{Name: ptr("p"), Order: helpdesk.Weighed, Expression: &source})
			var e *helpdesk.Error
			require.ErrorAs(t, err, &e, source)
			require.Contains(t, e.Fields["expression"], want)
		}
	})
}
