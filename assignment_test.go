package helpdesk_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestRoundRobinIsFair(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		agents := []helpdesk.AgentID{w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole), w.agent("cy", helpdesk.AgentRole)}
		box := w.inbox("Shop", agents...)
		got := map[helpdesk.AgentID]int{}
		for i := range 10 {
			got[w.write(box, fmt.Sprint("customer-", i), "hello").Assignee]++
		}
		for _, a := range agents {
			require.GreaterOrEqual(t, got[a], 3)
			require.LessOrEqual(t, got[a], 4)
		}
	})
}

func TestQueue(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		_, err := w.as(ada).Agents.SetAvailability(w.ctx, helpdesk.Offline, nil)
		require.NoError(t, err)

		first := w.write(box, "c1", "hello")
		w.clock.Advance(time.Second)
		second := w.write(box, "c2", "hello")
		require.Zero(t, first.Assignee, "nobody is online")
		pos, err := w.admin.Conversations.QueuePosition(w.ctx, second.ID)
		require.NoError(t, err)
		require.Equal(t, 2, pos)

		_, err = w.admin.Agents.Update(w.ctx, ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
		require.NoError(t, err)
		_, err = w.as(ada).Agents.SetAvailability(w.ctx, helpdesk.Online, nil)
		require.NoError(t, err)
		require.Equal(t, ada, w.conversation(first.ID).Assignee, "handed out in the commit that brought her online")
		require.Zero(t, w.conversation(second.ID).Assignee, "her limit is one")

		_, err = w.as(ada).Conversations.Resolve(w.ctx, first.ID)
		require.NoError(t, err)
		require.Equal(t, ada, w.conversation(second.ID).Assignee, "handed out in the commit that freed the place")
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{OpenLimit: ptr(1)})
		require.NoError(t, err)
		_, err = w.admin.Agents.Update(w.ctx, ada, helpdesk.AgentInput{OpenLimit: ptr(2)})
		require.NoError(t, err)
		shop := w.inbox("Shop", ada)
		help := w.inboxWith(helpdesk.InboxInput{Name: ptr("Help"), OpenLimit: ptr(1)}, ada)

		require.Equal(t, ada, w.write(help, "c1", "1").Assignee)
		require.Zero(t, w.write(help, "c2", "2").Assignee, "the inbox allows one")
		require.Equal(t, ada, w.write(shop, "c3", "3").Assignee, "her own limit beats the account's")
		waiting := w.write(shop, "c4", "4")
		require.Zero(t, waiting.Assignee, "her own limit is two")

		_, err = w.admin.Conversations.Assign(w.ctx, waiting.ID, helpdesk.Assignment{To: ada})
		require.NoError(t, err, "by hand a limit may be exceeded")
	})
}

func TestMoreThanTwentyAreHandedOutByAJob(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop")
		for i := range 25 {
			w.write(box, fmt.Sprint("c", i), "hello")
			w.clock.Advance(time.Second)
		}
		owned := func() int {
			list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
			require.NoError(t, err)
			return list.Counts.Assigned
		}
		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, box.ID, helpdesk.AddMembers, ada))
		w.runDue()
		require.Equal(t, 25, owned())
	})
}

func TestOnlyMembersAndAdministratorsOwn(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, stranger := w.agent("ada", helpdesk.AgentRole), w.agent("eve", helpdesk.AgentRole)
		c := w.write(w.inbox("Shop", ada), "c", "hello")
		_, err := w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: stranger})
		require.ErrorIs(t, err, helpdesk.Invalid)
		_, err = w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: w.owner})
		require.NoError(t, err)
	})
}

func TestClaimGoesToOne(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		var agents []helpdesk.AgentID
		for i := range 8 {
			agents = append(agents, w.agent(fmt.Sprint("agent", i), helpdesk.Assistant))
		}
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, agents...)
		c := w.write(box, "c", "hello")
		var wg sync.WaitGroup
		errs := make([]error, len(agents))
		for i, a := range agents {
			wg.Go(func() { _, errs[i] = w.as(a).Conversations.Claim(w.ctx, c.ID) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch helpdesk.CodeOf(err) {
			case "":
				won++
			case helpdesk.Conflict, helpdesk.NotFound: // an assistant no longer sees it once it is another's
			default:
				t.Error(err)
			}
		}
		require.Equal(t, 1, won)
	})
}

func TestAssignComparesAndSwaps(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
		c := w.write(w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada, bo), "c", "hello")
		_, err := w.as(ada).Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: ada, If: ptr(helpdesk.AgentID(0))})
		require.NoError(t, err)
		_, err = w.as(bo).Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: bo, If: ptr(helpdesk.AgentID(0))})
		require.ErrorIs(t, err, helpdesk.Conflict)
		require.Equal(t, ada, w.conversation(c.ID).Assignee)
	})
}

func TestTeamTransfer(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo, outsider := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole), w.agent("cy", helpdesk.AgentRole)
		box := w.inbox("Shop", ada, bo)
		team := func(name string, auto bool, members ...helpdesk.AgentID) helpdesk.TeamID {
			made, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: &name, AutoAssign: &auto})
			require.NoError(t, err)
			_, err = w.admin.Teams.SetMembers(w.ctx, made.ID, helpdesk.AddMembers, members...)
			require.NoError(t, err)
			return made.ID
		}
		sales, vault := team("Sales", true, bo, outsider), team("Vault", false, outsider)
		c := w.write(box, "c", "hello")
		require.Equal(t, ada, c.Assignee)
		c, err := w.admin.Conversations.AssignTeam(w.ctx, c.ID, sales)
		require.NoError(t, err)
		require.Equal(t, bo, c.Assignee, "the member who is also in the inbox")
		c, err = w.admin.Conversations.AssignTeam(w.ctx, c.ID, vault)
		require.NoError(t, err)
		require.Zero(t, c.Assignee, "the switch is off")
	})
}

func TestPresenceHandsOut(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		a, err := w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Email: "ada@acme.test"})
		require.NoError(t, err)
		box := w.inbox("Shop", a.ID)
		c := w.write(box, "c1", "hello")
		require.Zero(t, c.Assignee, "she is not connected")
		require.NoError(t, w.as(a.ID).Agents.Heartbeat(w.ctx))
		require.Equal(t, a.ID, w.conversation(c.ID).Assignee)

		w.clock.Advance(time.Minute)
		w.runDue() // nobody has heard of her
		require.Zero(t, w.write(box, "c2", "hello").Assignee)
		seen, err := w.admin.Agents.Get(w.ctx, a.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.Offline, seen.Effective())
	})
}

func TestTeamQueueGoesToTheTeam(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
		box := w.inbox("Shop", ada, bo)
		team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("Sales")})
		require.NoError(t, err)
		_, err = w.admin.Teams.SetMembers(w.ctx, team.ID, helpdesk.AddMembers, bo)
		require.NoError(t, err)
		_, err = w.as(bo).Agents.SetAvailability(w.ctx, helpdesk.Busy, nil)
		require.NoError(t, err)
		c := w.write(box, "c", "hello")
		require.Equal(t, ada, c.Assignee)
		c, err = w.admin.Conversations.AssignTeam(w.ctx, c.ID, team.ID)
		require.NoError(t, err)
		require.Zero(t, c.Assignee, "nobody of the team has room")
		require.Equal(t, ada, w.write(box, "c2", "hello").Assignee, "who waits for the team holds up nobody else")
		require.Zero(t, w.conversation(c.ID).Assignee, "and is not handed to the inbox's others")
		_, err = w.as(bo).Agents.SetAvailability(w.ctx, helpdesk.Online, nil)
		require.NoError(t, err)
		require.Equal(t, bo, w.conversation(c.ID).Assignee)
	})
}
