package helpdesk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// twin is another conversation, with a customer of its own, of the same owner.
func (s *play) twin() *helpdesk.Conversation {
	c := s.write(s.box, fmt.Sprint("twin-", s.serial), "hello")
	if owner := s.conversation(s.c.ID).Assignee; owner != 0 {
		_, err := s.admin.Conversations.Assign(s.ctx, c.ID, helpdesk.Assignment{To: owner})
		require.NoError(s.t, err)
	}
	return c
}

// told is a notification of the other agent's.
func (s *play) told() helpdesk.NotificationID {
	list, err := s.as(s.other).Notifications.List(s.ctx, helpdesk.NotificationFilter{}, helpdesk.Page{})
	require.NoError(s.t, err)
	require.NotEmpty(s.t, list.Items)
	return list.Items[0].ID
}

// finds is NotFound when the search does not find what was said.
func (s *play) finds() error {
	found, err := s.d.Search.Messages(s.ctx, helpdesk.MessageSearch{Query: "hello", Conversations: []helpdesk.ConversationID{s.c.ID}}, helpdesk.Page{})
	if err == nil && len(found) == 0 {
		return helpdesk.NotFound
	}
	return err
}

// peopleVerbs are the rows of what concerns customers, files and agents' own things.
func peopleVerbs() []verb {
	return []verb{
		//                           admin super agent assis all   unass other parti conta label outsider
		{"Contacts.Merge", "++ ++ ++ nf ff nf fn nn ++ nn ++", func(s *play) error {
			return quiet(s.d.Contacts.Merge(s.ctx, s.c.Contact, s.twin().Contact))
		}},
		{"Contacts.Active", "++ ++ ++ ff ff ff ff ff ++ ff ++", func(s *play) error {
			_, _, err := s.d.Contacts.Active(s.ctx, helpdesk.Page{})
			return err
		}},
		{"Conversations.SetParticipants", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error {
			return quiet(s.d.Conversations.SetParticipants(s.ctx, s.c.ID, helpdesk.AddMembers, s.other))
		}},
		{"Conversations.Transcript", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return s.d.Conversations.Transcript(s.ctx, s.c.ID, "boss@mail.test") }},
		{"Conversations.Draft", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.Draft(s.ctx, s.c.ID)) }},
		{"Conversations.SetDraft", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return s.d.Conversations.SetDraft(s.ctx, s.c.ID, "soon") }},
		{"Messages.Attachments", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error {
			_, _, err := s.d.Messages.Attachments(s.ctx, s.c.ID, helpdesk.Page{})
			return err
		}},
		{"Uploads.Announce", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error {
			return quiet(s.d.Uploads.Announce(s.ctx, helpdesk.NewUpload{Name: "a.txt", Size: 1}))
		}},
		{"Uploads.Announce for a conversation", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error {
			return quiet(s.d.Uploads.Announce(s.ctx, helpdesk.NewUpload{Conversation: s.c.ID, Name: "a.txt", Size: 1}))
		}},
		{"Uploads.Store", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error {
			return quiet(s.d.Uploads.Store(s.ctx, helpdesk.File{Name: "a.txt", Data: strings.NewReader("a")}))
		}},
		{"Notifications.List", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error {
			return quiet(s.d.Notifications.List(s.ctx, helpdesk.NotificationFilter{}, helpdesk.Page{}))
		}},
		{"Notifications.MarkRead of another's", "nn nn nn nn nn nn nn nn nn nn nn", func(s *play) error {
			return quiet(s.d.Notifications.MarkRead(s.ctx, s.told()))
		}},
		{"Notifications.Delete of another's", "nn nn nn nn nn nn nn nn nn nn nn", func(s *play) error { return s.d.Notifications.Delete(s.ctx, s.told()) }},
		{"Notifications.ReadAll", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error { return s.d.Notifications.ReadAll(s.ctx, 0) }},
		{"Notifications.SetSettings", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error {
			return quiet(s.d.Notifications.SetSettings(s.ctx, helpdesk.NotificationSettings{}))
		}},
		{"Search.Everything", "++ ++ ++ ++ ++ ++ ++ ++ ++ ff ++", func(s *play) error {
			return quiet(s.d.Search.Everything(s.ctx, "hello", helpdesk.Page{}))
		}},
		{"Search.Messages", "++ ++ ++ ++ ++ ++ ++ ++ ff ff ++", func(s *play) error {
			return quiet(s.d.Search.Messages(s.ctx, helpdesk.MessageSearch{Query: "hello"}, helpdesk.Page{}))
		}},
		{"Search.Messages finds it", "++ ++ ++ n+ ++ n+ +n nn ff ff nn", func(s *play) error { return s.finds() }},
		{"Search.Conversations", "++ ++ ++ ++ ++ ++ ++ ++ ff ff ++", func(s *play) error {
			return quiet(s.d.Search.Conversations(s.ctx, "customer", helpdesk.Page{}))
		}},
		{"Search.Contacts", "++ ++ ++ ++ ++ ++ ++ ++ ++ ff ++", func(s *play) error {
			return quiet(s.d.Search.Contacts(s.ctx, helpdesk.ContactFilter{Query: "customer"}, helpdesk.Page{}))
		}},
		{"Search.Said", "++ ++ ++ ++ ++ ++ ++ ++ ff ff ++", func(s *play) error {
			return quiet(s.d.Search.Said(s.ctx, "hello", helpdesk.Page{}))
		}},
	}
}

// A customer who is connected is not deleted, alone or among many; once they are
// gone they are.
func TestConnectedContactsStay(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		c, other := w.write(box, "c1", "hello"), w.write(box, "c2", "hello")
		customer := w.engine.As(w.engine.Contact(w.account, c.Contact, c.ContactInbox))
		require.NoError(t, customer.Contacts.Heartbeat(w.ctx))
		require.ErrorIs(t, w.admin.Contacts.Delete(w.ctx, c.Contact), helpdesk.Invalid)
		task, err := w.admin.Contacts.Change(w.ctx, helpdesk.ContactsChange{Contacts: []helpdesk.ContactID{c.Contact, other.Contact}, Delete: true})
		require.NoError(t, err)
		w.runDue()
		task = w.task(task.ID)
		require.Equal(t, []int{1, 1}, []int{task.Done, task.Failed})
		require.Equal(t, int64(c.Contact), task.Failures[0].Item)
		require.Contains(t, task.Failures[0].Reason, "is Online")
		_, err = w.admin.Contacts.Get(w.ctx, c.Contact)
		require.NoError(t, err)

		w.clock.Advance(time.Minute)
		require.NoError(t, w.admin.Contacts.Delete(w.ctx, c.Contact))
		_, err = w.admin.Contacts.Get(w.ctx, c.Contact)
		require.ErrorIs(t, err, helpdesk.NotFound)
		_, err = w.admin.Conversations.Get(w.ctx, c.ID)
		require.ErrorIs(t, err, helpdesk.NotFound)
	})
}
