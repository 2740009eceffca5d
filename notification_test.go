package helpdesk_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// notified names what an agent has unread.
func (w *world) notified(id helpdesk.AgentID) (kinds []helpdesk.NotificationKind) {
	w.t.Helper()
	list, err := w.as(id).Notifications.List(w.ctx, helpdesk.NotificationFilter{Unread: true, Awake: true}, helpdesk.Page{})
	require.NoError(w.t, err)
	require.Equal(w.t, len(list.Items), list.Unread)
	for _, n := range list.Items {
		require.NotNil(w.t, n.In)
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

func (w *world) clear(agents ...helpdesk.AgentID) {
	for _, id := range agents {
		require.NoError(w.t, w.as(id).Notifications.DeleteAll(w.ctx, false))
	}
}

type tellings = []helpdesk.NotificationKind

func TestWhoIsNotified(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo, cy := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole), w.agent("cy", helpdesk.Assistant)
		out := w.agent("out", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada, bo, cy)
		_, err := w.as(bo).Notifications.SetSettings(w.ctx, helpdesk.NotificationSettings{Push: tellings{helpdesk.NotifyCreated}})
		require.NoError(t, err)
		_, err = w.as(out).Notifications.SetSettings(w.ctx, helpdesk.NotificationSettings{Mail: tellings{helpdesk.NotifyCreated}})
		require.NoError(t, err)
		c := w.write(box, "c1", "hello")
		require.Empty(t, w.notified(ada), "who did not ask for it")
		require.Equal(t, tellings{helpdesk.NotifyCreated}, w.notified(bo))
		require.Empty(t, w.notified(out), "no member")
		w.clear(bo)

		_, err = w.as(ada).Conversations.Claim(w.ctx, c.ID)
		require.NoError(t, err)
		require.Empty(t, w.notified(ada), "their own doing")
		_, err = w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: bo})
		require.NoError(t, err)
		require.Equal(t, tellings{helpdesk.NotifyAssigned}, w.notified(bo))
		require.Empty(t, w.notified(ada))

		w.write(box, "c1", "are you there?")
		require.Equal(t, tellings{helpdesk.NotifyMessage}, w.notified(bo), "one of each conversation, the latest")
		require.Equal(t, tellings{helpdesk.NotifyParticipating}, w.notified(ada))
		w.clear(ada, bo)
		_, err = w.as(bo).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: fmt.Sprintf("ask (mention://user/%d/Cy) and (mention://user/%d/Ada)", cy, ada), Private: true})
		require.NoError(t, err)
		require.Empty(t, w.notified(bo))
		require.Equal(t, tellings{helpdesk.NotifyMentioned}, w.notified(ada), "a mention is more than a message")
		require.Empty(t, w.notified(cy), "an assistant does not see it")
		w.clear(ada)

		_, err = w.admin.Conversations.SetMuted(w.ctx, c.ID, true)
		require.NoError(t, err)
		w.clear(ada, bo)
		w.write(box, "c1", "you blocked me")
		require.Empty(t, w.notified(bo), "a blocked contact")
		_, err = w.as(bo).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: fmt.Sprintf("(mention://user/%d/Ada)", ada), Private: true})
		require.NoError(t, err)
		require.Equal(t, tellings{helpdesk.NotifyMentioned}, w.notified(ada))

		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, box.ID, helpdesk.RemoveMembers, ada))
		require.Empty(t, w.notified(ada), "who no longer sees it")
		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, box.ID, helpdesk.AddMembers, ada))
		require.Len(t, w.notified(ada), 1)
		require.NoError(t, w.admin.Conversations.Delete(w.ctx, c.ID))
		require.Empty(t, w.notified(ada))
	})
}

func TestNotificationsCostNothingWhenThereIsNobodyToTell(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada)
		w.write(box, "c1", "hello")
		c := w.write(box, "c1", "again")
		inbound := func() int {
			return w.statements(func() {
				_, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "c1"}, Content: "more"})
				require.NoError(t, err)
			})
		}
		nobody := inbound()
		_, err := w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: ada})
		require.NoError(t, err)
		inbound() // reads the configuration afresh
		require.Equal(t, nobody+2, inbound(), "what was there goes, what is new comes")
	})
}

func TestNotificationsAreTheAgentsOwn(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada, bo)
		c := w.write(box, "c1", "hello")
		_, err := w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: ada})
		require.NoError(t, err)
		list, err := w.as(ada).Notifications.List(w.ctx, helpdesk.NotificationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		id := list.Items[0].ID
		for name, err := range map[string]error{
			"get":    quiet(w.as(bo).Notifications.Get(w.ctx, id)),
			"read":   quiet(w.as(bo).Notifications.MarkRead(w.ctx, id)),
			"unread": quiet(w.as(bo).Notifications.MarkUnread(w.ctx, id)),
			"snooze": quiet(w.admin.Notifications.Snooze(w.ctx, id, w.clock.Now().Add(time.Hour))),
			"delete": w.admin.Notifications.Delete(w.ctx, id),
		} {
			require.ErrorIs(t, err, helpdesk.NotFound, name)
		}
		require.ErrorIs(t, quiet(w.engine.As(w.engine.Host(w.account)).Notifications.Unread(w.ctx)), helpdesk.Forbidden)

		_, err = w.as(ada).Notifications.Snooze(w.ctx, id, w.clock.Now())
		require.ErrorIs(t, err, helpdesk.Invalid)
		_, err = w.as(ada).Notifications.MarkRead(w.ctx, id)
		require.NoError(t, err)
		_, err = w.as(ada).Notifications.Snooze(w.ctx, id, w.clock.Now().Add(time.Hour))
		require.NoError(t, err)
		w.clock.Advance(59 * time.Minute)
		w.runDue()
		require.Empty(t, w.notified(ada))
		w.clock.Advance(time.Minute)
		w.runDue()
		require.Equal(t, tellings{helpdesk.NotifyAssigned}, w.notified(ada), "it comes back unread")
		require.NoError(t, w.as(ada).Notifications.ReadAll(w.ctx, 0))
		require.Empty(t, w.notified(ada))
	})
}

// post keeps the mail it is given.
type post struct{ sent []helpdesk.Mail }

func (p *post) SendMail(_ context.Context, m helpdesk.Mail) error {
	p.sent = append(p.sent, m)
	return nil
}

func TestNotificationsAreMailedUnlessRead(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		mailer := &post{}
		w.engine = w.newEngine(helpdesk.Options{Mailer: mailer, PublicURL: "https://desk.example"})
		ada := w.owner // who has a password, and so an address that is confirmed
		_, err := w.as(ada).Notifications.SetSettings(w.ctx, helpdesk.NotificationSettings{Mail: tellings{helpdesk.NotifyMessage, helpdesk.NotifyAssigned}})
		require.NoError(t, err)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada)
		c := w.write(box, "c1", "hello")
		_, err = w.engine.As(w.engine.Host(w.account)).Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: ada})
		require.NoError(t, err)
		w.runDue()
		require.Empty(t, mailer.sent, "not at once")
		w.clock.Advance(time.Minute)
		w.runDue()
		require.Len(t, mailer.sent, 1)
		require.Equal(t, []string{"owner@acme.test"}, mailer.sent[0].To)
		require.Contains(t, mailer.sent[0].Subject, "#1")

		w.write(box, "c1", "read at once")
		require.NoError(t, w.as(ada).Notifications.ReadAll(w.ctx, 0))
		w.clock.Advance(time.Minute)
		w.runDue()
		require.Len(t, mailer.sent, 1)

		w.write(box, "c1", "seen live")
		w.clock.Advance(time.Minute)
		require.NoError(t, w.as(ada).Agents.Heartbeat(w.ctx))
		w.runDue()
		require.Len(t, mailer.sent, 1, "who is connected sees it")
	})
}

// A deleted conversation takes its notifications along, and says so to each bell.
func TestDeletedConversationsTakeNotificationsAlong(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("A"), AutoAssign: ptr(false)}, ada, bo)
		assigned := func(source string, to helpdesk.AgentID) *helpdesk.Conversation {
			c := w.write(box, source, "hello")
			_, err := w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: to})
			require.NoError(t, err)
			_, err = w.admin.Conversations.Resolve(w.ctx, c.ID)
			require.NoError(t, err)
			return c
		}
		gone := func(since int) map[helpdesk.AgentID]int64 {
			out := map[helpdesk.AgentID]int64{}
			for _, ev := range w.log()[since:] {
				if ev.Kind == helpdesk.NotificationDeleted {
					require.NotContains(t, out, ev.Agent, "one event for an agent")
					out[ev.Agent] = ev.Subject
				}
			}
			return out
		}
		c := assigned("carl", ada)
		list, err := w.as(ada).Notifications.List(w.ctx, helpdesk.NotificationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		since := len(w.log())
		require.NoError(t, w.admin.Conversations.Delete(w.ctx, c.ID))
		require.Equal(t, map[helpdesk.AgentID]int64{ada: int64(list.Items[0].ID)}, gone(since))

		first := assigned("dora", ada)
		require.Equal(t, first.Contact, assigned("dora", ada).Contact)
		assigned("dora", bo)
		list, err = w.as(bo).Notifications.List(w.ctx, helpdesk.NotificationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		since = len(w.log())
		_, err = w.admin.Contacts.Change(w.ctx, helpdesk.ContactsChange{Contacts: []helpdesk.ContactID{first.Contact}, Delete: true})
		require.NoError(t, err)
		w.runDue()
		require.Equal(t, map[helpdesk.AgentID]int64{ada: 0, bo: int64(list.Items[0].ID)}, gone(since), "of several at once there is one, which names none")
		require.Empty(t, w.notified(ada))
		require.Empty(t, w.notified(bo))
	})
}

// Whoever may list contacts finds them, and of conversations nothing.
func TestSearchOfARoleForContacts(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		role, err := w.admin.Roles.Create(w.ctx, helpdesk.RoleInput{Name: "contacts", Permissions: helpdesk.ManageContacts})
		require.NoError(t, err)
		a, err := w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Email: "cleo@acme.test", Role: helpdesk.CustomRoled, Custom: role.ID})
		require.NoError(t, err)
		box := w.inbox("Shop", a.ID)
		p, _, err := w.engine.Register(w.ctx, w.account, box.ID, helpdesk.Person{Source: "carl", Name: "Carl", Email: "carl@mail.test"})
		require.NoError(t, err)
		w.write(box, "carl", "carl was here")
		desk := w.as(a.ID)
		found, err := desk.Search.Contacts(w.ctx, helpdesk.ContactFilter{Query: "carl"}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, p.ID, found[0].ID)
		all, err := desk.Search.Everything(w.ctx, "carl", helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, all.Contacts, 1)
		require.Empty(t, all.Conversations)
		require.Empty(t, all.Messages)
		_, err = desk.Search.Messages(w.ctx, helpdesk.MessageSearch{Query: "carl"}, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.Forbidden)
	})
}

// What waits to be mailed when an account is suspended is not.
func TestSuspendedAccountMailsNothing(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		mailer := &post{}
		w.engine = w.newEngine(helpdesk.Options{Mailer: mailer, PublicURL: "https://desk.example"})
		w.admin = w.as(w.owner)
		prepare := func(n string) {
			_, err := w.admin.Notifications.SetSettings(w.ctx, helpdesk.NotificationSettings{Mail: tellings{helpdesk.NotifyAssigned}})
			require.NoError(t, err)
			c := w.write(w.inboxWith(helpdesk.InboxInput{Name: ptr(n), AutoAssign: ptr(false)}, w.owner), n, "hello")
			_, err = w.engine.As(w.engine.Host(w.account)).Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: w.owner})
			require.NoError(t, err)
			require.NoError(t, w.admin.Conversations.Transcript(w.ctx, c.ID, "boss@acme.test"))
			_, err = w.admin.Contacts.Export(w.ctx, helpdesk.ContactExport{})
			require.NoError(t, err)
			w.agent(n, helpdesk.AgentRole) // who is written an invitation
		}
		deliver := func() []helpdesk.Mail {
			mailer.sent = nil
			w.clock.Advance(time.Minute)
			w.runDue()
			return mailer.sent
		}
		prepare("first")
		require.Len(t, deliver(), 4, "a notification, a transcript, an export and an invitation")
		prepare("second")
		require.NoError(t, w.store.Update(w.ctx, w.account, func(ctx context.Context, tx helpdesk.Tx) error {
			a, err := tx.Account(ctx)
			if err != nil {
				return err
			}
			a.Suspended = true
			return tx.UpdateAccount(ctx, a)
		}))
		require.Empty(t, deliver())
	})
}

func TestSearchGoesByWhatTheActorSees(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, cy := w.agent("ada", helpdesk.AgentRole), w.agent("cy", helpdesk.Assistant)
		mine, other := w.inboxWith(helpdesk.InboxInput{Name: ptr("A"), AutoAssign: ptr(false)}, ada, cy), w.inbox("B")
		w.write(mine, "c1", "the broken parcel")
		owned := w.write(mine, "c2", "a broken vase")
		w.write(other, "c3", "a broken chair")
		_, err := w.admin.Conversations.Assign(w.ctx, owned.ID, helpdesk.Assignment{To: ada})
		require.NoError(t, err)
		count := func(d *helpdesk.Desk, want int) {
			t.Helper()
			found, err := d.Search.Messages(w.ctx, helpdesk.MessageSearch{Query: "brok"}, helpdesk.Page{})
			require.NoError(t, err)
			require.Len(t, found, want)
			said, err := d.Search.Said(w.ctx, "broken", helpdesk.Page{})
			require.NoError(t, err)
			require.Len(t, said.Items, want)
			require.Equal(t, want, said.Counts.All)
			require.Len(t, said.Said, want)
			all, err := d.Search.Everything(w.ctx, "broken", helpdesk.Page{})
			require.NoError(t, err)
			require.Len(t, all.Messages, want)
		}
		count(w.admin, 3)
		count(w.as(ada), 2)
		count(w.as(cy), 1)
		byNumber, err := w.as(cy).Search.Conversations(w.ctx, "#2", helpdesk.Page{})
		require.NoError(t, err)
		require.Empty(t, byNumber, "somebody else's")
		byNumber, err = w.as(ada).Search.Conversations(w.ctx, "2", helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, byNumber, 1)
		actor, err := w.engine.FindCustomer(w.ctx, mine, "c1")
		require.NoError(t, err)
		_, err = w.engine.As(actor).Search.Messages(w.ctx, helpdesk.MessageSearch{Query: "broken"}, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.Forbidden)
	})
}
