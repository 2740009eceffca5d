package helpdesk_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// cast is one of each kind of agent in one inbox, and what they act on.
type cast struct {
	*world
	box   *helpdesk.Inbox
	other helpdesk.AgentID // owns what is "other"
	names []string
	desks []*helpdesk.Desk
	ids   []helpdesk.AgentID
}

func newCast(w *world) *cast {
	c := &cast{world: w}
	c.add("administrator", helpdesk.Administrator, 0)
	c.add("supervisor", helpdesk.Supervisor, 0)
	c.add("agent", helpdesk.AgentRole, 0)
	c.add("assistant", helpdesk.Assistant, 0)
	c.add("all", helpdesk.CustomRoled, helpdesk.ManageAll)
	c.add("unassigned", helpdesk.CustomRoled, helpdesk.ManageUnassigned)
	c.add("others", helpdesk.CustomRoled, helpdesk.ManageOthers)
	c.add("participating", helpdesk.CustomRoled, helpdesk.ManageParticipating)
	c.add("contacts", helpdesk.CustomRoled, helpdesk.ManageContacts)
	c.add("labels", helpdesk.CustomRoled, helpdesk.ManageLabels)
	outsider := w.agent("outsider", helpdesk.AgentRole)
	c.names, c.desks, c.ids = append(c.names, "outsider"), append(c.desks, w.as(outsider)), append(c.ids, outsider)
	c.other = w.agent("other", helpdesk.AgentRole)
	c.box = w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, append(slices.Clone(c.ids[:10]), c.other)...)
	return c
}

func (c *cast) add(name string, role helpdesk.Role, perms helpdesk.Permissions) {
	in := helpdesk.AgentInput{Email: name + "@acme.test", Name: name, Role: role, AutoOffline: new(bool)}
	if role == helpdesk.CustomRoled {
		made, err := c.admin.Roles.Create(c.ctx, helpdesk.RoleInput{Name: name, Permissions: perms})
		require.NoError(c.t, err)
		in.Custom = made.ID
	}
	a, err := c.admin.Agents.Invite(c.ctx, in)
	require.NoError(c.t, err)
	c.names, c.desks, c.ids = append(c.names, name), append(c.desks, c.as(a.ID)), append(c.ids, a.ID)
}

// play is a fresh conversation that belongs to the other agent, or to nobody.
type play struct {
	*cast
	d      *helpdesk.Desk
	self   helpdesk.AgentID
	source string // the customer's
	c      *helpdesk.Conversation
	note   helpdesk.NoteID
	sent   helpdesk.MessageID
}

func (c *cast) play(d *helpdesk.Desk, self helpdesk.AgentID, owned bool) *play {
	c.serial++
	source := fmt.Sprint("customer-", c.serial)
	s := &play{cast: c, d: d, self: self, source: source, c: c.write(c.box, source, "hello")}
	m, err := c.admin.Messages.Send(c.ctx, s.c.ID, helpdesk.Reply{Content: "hello", ExternalID: fmt.Sprint("out-", c.serial)})
	require.NoError(c.t, err)
	s.sent = m.ID
	n, err := c.admin.Notes.Create(c.ctx, s.c.Contact, "note")
	require.NoError(c.t, err)
	s.note = n.ID
	if owned {
		_, err = c.admin.Conversations.Assign(c.ctx, s.c.ID, helpdesk.Assignment{To: c.other})
		require.NoError(c.t, err)
	}
	return s
}

// verb is one call, and who may make it: for each of the cast two letters, for a
// conversation that is another's and for one that is nobody's. + done, f
// forbidden, n not found.
type verb struct {
	name string
	may  string
	do   func(s *play) error
}

func quiet[T any](_ T, err error) error { return err }

func verbs() []verb {
	return []verb{
		//                           admin super agent assis all   unass other parti conta label outsider
		{"Conversations.Get", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.Get(s.ctx, s.c.ID)) }},
		{"Conversations.ByDisplay", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.ByDisplay(s.ctx, s.c.Display)) }},
		{"Conversations.Detail", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.Detail(s.ctx, s.c.ID)) }},
		{"Conversations.Participants", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.Participants(s.ctx, s.c.ID)) }},
		{"Conversations.Routing", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.Routing(s.ctx, s.c.ID)) }},
		{"Conversations.QueuePosition", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.QueuePosition(s.ctx, s.c.ID)) }},
		{"Conversations.Resolve", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.Resolve(s.ctx, s.c.ID)) }},
		{"Conversations.Toggle", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.Toggle(s.ctx, s.c.ID)) }},
		{"Conversations.CloseOwn", "ff ff ff nf ff nf fn nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.CloseOwn(s.ctx, s.c.ID)) }},
		{"Conversations.SetPriority", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.SetPriority(s.ctx, s.c.ID, helpdesk.High)) }},
		{"Conversations.SetLabels", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.SetLabels(s.ctx, s.c.ID, []string{"vip"})) }},
		{"Conversations.SetAttributes", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error {
			return quiet(s.d.Conversations.SetAttributes(s.ctx, s.c.ID, map[string]any{"a": "b"}))
		}},
		{"Conversations.SetMuted", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.SetMuted(s.ctx, s.c.ID, true)) }},
		{"Conversations.MarkSeen", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.MarkSeen(s.ctx, s.c.ID)) }},
		{"Conversations.MarkUnread", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.MarkUnread(s.ctx, s.c.ID)) }},
		{"Conversations.Typing", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return s.d.Conversations.Typing(s.ctx, s.c.ID, true, false) }},
		{"Conversations.Claim", "c+ c+ c+ n+ c+ n+ cn nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.Claim(s.ctx, s.c.ID)) }},
		{"Conversations.Assign self", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error {
			return quiet(s.d.Conversations.Assign(s.ctx, s.c.ID, helpdesk.Assignment{To: s.self}))
		}},
		{"Conversations.Assign other", "++ ++ ++ nf ++ n+ +n nn nn nn nn", func(s *play) error {
			return quiet(s.d.Conversations.Assign(s.ctx, s.c.ID, helpdesk.Assignment{To: s.other}))
		}},
		{"Conversations.AssignTeam", "++ ++ ++ nf ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Conversations.AssignTeam(s.ctx, s.c.ID, 0)) }},
		{"Conversations.Create", "++ ++ ++ n+ ++ n+ +n nn ff ff nn", func(s *play) error {
			return quiet(s.d.Conversations.Create(s.ctx, helpdesk.NewConversation{Inbox: s.box.ID, Contact: s.c.Contact}))
		}},
		{"Conversations.Create for another", "++ ++ ++ ff ++ n+ +n nn ff ff nn", func(s *play) error {
			return quiet(s.d.Conversations.Create(s.ctx, helpdesk.NewConversation{Inbox: s.box.ID, Contact: s.c.Contact, Assignee: s.other}))
		}},
		{"Conversations.Delete", "++ ff ff nf ff nf fn nn nn nn nn", func(s *play) error { return s.d.Conversations.Delete(s.ctx, s.c.ID) }},
		{"Messages.List", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error {
			return quiet(s.d.Messages.List(s.ctx, helpdesk.MessageFilter{Conversation: s.c.ID}, helpdesk.Page{}))
		}},
		{"Messages.Get", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Messages.Get(s.ctx, s.sent)) }},
		{"Messages.Send", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error {
			return quiet(s.d.Messages.Send(s.ctx, s.c.ID, helpdesk.Reply{Content: "hi"}))
		}},
		{"Messages.Delete", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Messages.Delete(s.ctx, s.sent)) }},
		{"Messages.Report", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error {
			return quiet(s.d.Messages.Report(s.ctx, s.sent, helpdesk.StateFailed, "no"))
		}},
		{"Messages.Retry", "cc cc cc nc cc nc cn nn nn nn nn", func(s *play) error { return quiet(s.d.Messages.Retry(s.ctx, s.sent)) }},
		{"Contacts.Get", "++ ++ ++ n+ ++ n+ +n nn ++ nn ++", func(s *play) error { return quiet(s.d.Contacts.Get(s.ctx, s.c.Contact)) }},
		{"Contacts.List", "++ ++ ++ ff ff ff ff ff ++ ff ++", func(s *play) error {
			_, _, err := s.d.Contacts.List(s.ctx, helpdesk.ContactFilter{}, helpdesk.Page{})
			return err
		}},
		{"Contacts.Consents", "++ ++ ++ n+ ++ n+ +n nn ++ nn ++", func(s *play) error {
			return quiet(s.d.Contacts.Consents(s.ctx, s.c.Contact, helpdesk.Page{}))
		}},
		{"Contacts.SetConsent", "++ ++ ++ nf ff nf fn nn ++ nn ++", func(s *play) error {
			return quiet(s.d.Contacts.SetConsent(s.ctx, s.c.Contact, helpdesk.ConsentInput{Category: helpdesk.ConsentAll}))
		}},
		{"Contacts.Update", "++ ++ ++ nf ff nf fn nn ++ nn ++", func(s *play) error {
			return quiet(s.d.Contacts.Update(s.ctx, s.c.Contact, helpdesk.ContactChange{Name: ptr("Eve")}))
		}},
		{"Contacts.SetLabels", "++ ++ ++ nf ff nf fn nn ++ nn ++", func(s *play) error { return quiet(s.d.Contacts.SetLabels(s.ctx, s.c.Contact, []string{"vip"})) }},
		{"Contacts.Delete", "++ ff ff nf ff nf fn nn ff nn ff", func(s *play) error { return s.d.Contacts.Delete(s.ctx, s.c.Contact) }},
		{"Notes.List", "++ ++ ++ n+ ++ n+ +n nn ++ nn ++", func(s *play) error { return quiet(s.d.Notes.List(s.ctx, s.c.Contact)) }},
		{"Notes.Create", "++ ++ ++ n+ ++ n+ +n nn ++ nn ++", func(s *play) error { return quiet(s.d.Notes.Create(s.ctx, s.c.Contact, "hm")) }},
		{"Notes.Delete", "++ ++ ++ n+ ++ n+ +n nn ++ nn ++", func(s *play) error { return s.d.Notes.Delete(s.ctx, s.c.Contact, s.note) }},
		{"Profile.Update", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error {
			return quiet(s.d.Profile.Update(s.ctx, helpdesk.ProfileChange{DisplayName: ptr("D")}))
		}},
		{"Profile.ResetAccessToken", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error { return quiet(s.d.Profile.ResetAccessToken(s.ctx)) }},
		{"Profile.EnrollSecondFactor", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error { return quiet(s.d.Profile.EnrollSecondFactor(s.ctx)) }},
		{"Conversations.Change", "++ ++ ++ ++ ++ ++ ++ ++ ff ff ++", func(s *play) error {
			return quiet(s.d.Conversations.Change(s.ctx, helpdesk.ConversationsChange{Conversations: []helpdesk.DisplayID{s.c.Display}}))
		}},
		{"Contacts.Change", "++ ++ ++ ff ff ff ff ff ++ ff ++", func(s *play) error {
			return quiet(s.d.Contacts.Change(s.ctx, helpdesk.ContactsChange{Contacts: []helpdesk.ContactID{s.c.Contact}}))
		}},
		{"Contacts.Change delete", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error {
			return quiet(s.d.Contacts.Change(s.ctx, helpdesk.ContactsChange{Contacts: []helpdesk.ContactID{s.c.Contact}, Delete: true}))
		}},
		{"Contacts.Import", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error {
			return quiet(s.d.Contacts.Import(s.ctx, helpdesk.File{Data: strings.NewReader("email\na@mail.example\n")}))
		}},
		{"Contacts.ImportColumns", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error { return quiet(s.d.Contacts.ImportColumns(s.ctx)) }},
		{"Contacts.Export", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error {
			return quiet(s.d.Contacts.Export(s.ctx, helpdesk.ContactExport{}))
		}},
		{"Contacts.Upsert", "++ ++ ++ ff ff ff ff ff ++ ff ++", func(s *play) error {
			return quiet(s.d.Contacts.Upsert(s.ctx, helpdesk.ContactRow{Email: "upsert@mail.example"}))
		}},
		{"Tasks.List", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error { return quiet(s.d.Tasks.List(s.ctx, helpdesk.Page{})) }},
		{"Tasks.File", "nn nn nn nn nn nn nn nn nn nn nn", func(s *play) error { return quiet(s.d.Tasks.File(s.ctx, 999)) }},
		{"Contacts.BySource", "++ ++ ++ n+ ++ n+ +n nn ++ nn nn", func(s *play) error {
			return quiet(s.d.Contacts.BySource(s.ctx, s.box.ID, s.source))
		}},
		{"Views.Create", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error {
			return quiet(s.d.Views.Create(s.ctx, helpdesk.ViewInput{Name: ptr("mine")}))
		}},
		{"Labels.List", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error { return quiet(s.d.Labels.List(s.ctx)) }},
		{"Labels.Create", "++ ff ff ff ff ff ff ff ff ++ ff", func(s *play) error {
			return quiet(s.d.Labels.Create(s.ctx, helpdesk.LabelInput{Title: ptr(fmt.Sprint("label", s.serial))}))
		}},
		{"Inboxes.Get", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ nn", func(s *play) error { return quiet(s.d.Inboxes.Get(s.ctx, s.box.ID)) }},
		{"Inboxes.Settings", "++ ff ff ff ff ff ff ff ff ff nn", func(s *play) error { return quiet(s.d.Inboxes.Settings(s.ctx, s.box.ID)) }},
		{"Inboxes.Update", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error {
			return quiet(s.d.Inboxes.Update(s.ctx, s.box.ID, helpdesk.InboxInput{Greeting: ptr("hi")}))
		}},
		{"Agents.Update", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error {
			return quiet(s.d.Agents.Update(s.ctx, s.other, helpdesk.AgentInput{OpenLimit: ptr(0)}))
		}},
		{"Webhooks.List", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error { return quiet(s.d.Webhooks.List(s.ctx)) }},
		{"Audit.List", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error {
			_, _, err := s.d.Audit.List(s.ctx, helpdesk.AuditFilter{}, helpdesk.Page{})
			return err
		}},
		{"Reports.Live", "++ ++ ff ff ff ff ff ff ff ff ff", func(s *play) error { return quiet(s.d.Reports.Live(s.ctx, 0)) }},
		{"Reports.EventsOf", "++ ++ ++ n+ ++ n+ +n nn nn nn nn", func(s *play) error { return quiet(s.d.Reports.EventsOf(s.ctx, s.c.ID)) }},
		{"Surveys.List", "++ ++ ff ff ff ff ff ff ff ff ff", func(s *play) error {
			return quiet(s.d.Surveys.List(s.ctx, helpdesk.SurveyFilter{}, helpdesk.Page{}))
		}},
		{"Surveys.Send", "++ ff ff nf ff nf fn nn nn nn nn", func(s *play) error { return quiet(s.d.Surveys.Send(s.ctx, s.c.ID)) }},
		{"Surveys.Answer", "ff ff ff nf ff nf fn nn nn nn nn", func(s *play) error { return quiet(s.d.Surveys.Answer(s.ctx, s.sent, 5, "")) }},
		{"Bots.List", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error { return quiet(s.d.Bots.List(s.ctx)) }},
		{"Bots.Create", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error {
			return quiet(s.d.Bots.Create(s.ctx, helpdesk.BotInput{Name: ptr("Robo")}))
		}},
		{"Bots.Tokens", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error { return quiet(s.d.Bots.Tokens(s.ctx)) }},
		{"Inboxes.Bot", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ nn", func(s *play) error { return quiet(s.d.Inboxes.Bot(s.ctx, s.box.ID)) }},
		{"Inboxes.SetBot", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error { return quiet(s.d.Inboxes.SetBot(s.ctx, s.box.ID, 0)) }},
		{"Integrations.List", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error { return quiet(s.d.Integrations.List(s.ctx)) }},
		{"Integrations.Settings", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error { return quiet(s.d.Integrations.Settings(s.ctx)) }},
		{"Integrations.DeleteApp", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error { return s.d.Integrations.DeleteApp(s.ctx, "notion") }},
		{"DashboardApps.List", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++", func(s *play) error { return quiet(s.d.DashboardApps.List(s.ctx)) }},
		{"DashboardApps.Create", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error {
			return quiet(s.d.DashboardApps.Create(s.ctx, helpdesk.DashboardAppInput{Title: ptr("Orders"), Frames: []string{"https://a.example"}}))
		}},
		{"Accounts.Update", "++ ff ff ff ff ff ff ff ff ff ff", func(s *play) error {
			return quiet(s.d.Accounts.Update(s.ctx, helpdesk.AccountChange{Domain: ptr("acme.test")}))
		}},
	}
}

func TestEveryRoleOnEveryVerb(t *testing.T) {
	t.Parallel()
	for rows := range slices.Chunk(slices.Concat(verbs(), peopleVerbs(), workVerbs(), portalVerbs()), 30) {
		t.Run(rows[0].name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, openMemory)
			mailing(w)
			newCast(w).perform(rows)
		})
	}
}

// perform has everybody try every verb, on a play that nobody has changed.
func (c *cast) perform(rows []verb) {
	plays := map[bool]*play{}
	try := func(v verb, i int, owned bool) string {
		if plays[owned] == nil {
			plays[owned] = c.play(nil, 0, owned)
		}
		c.serial++ // for new names
		s := *plays[owned]
		s.d, s.self = c.desks[i], c.ids[i]
		err := v.do(&s)
		if err == nil {
			plays[owned] = nil
		}
		return letter(err)
	}
	for _, v := range rows {
		want := strings.Fields(v.may)
		for i, name := range c.names {
			if got := try(v, i, true) + try(v, i, false); got != want[i] {
				c.t.Errorf("%s by %s: got %s, want %s", v.name, name, got, want[i])
			}
		}
	}
}

func letter(err error) string {
	switch helpdesk.CodeOf(err) {
	case "":
		return "+"
	case helpdesk.Forbidden:
		return "f"
	case helpdesk.NotFound:
		return "n"
	case helpdesk.Conflict:
		return "c"
	default:
		return err.Error()
	}
}

// A customer reads what was said to them, and does nothing that agents do.
func TestCustomerIsNoAgent(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		c := w.write(box, "c1", "hello")
		stranger := w.write(box, "c2", "hello")
		sent, err := w.as(ada).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "welcome"})
		require.NoError(t, err)
		note, err := w.as(ada).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "the password is swordfish", Private: true})
		require.NoError(t, err)
		_, err = w.as(ada).Conversations.SetLabels(w.ctx, c.ID, []string{"troublemaker"})
		require.NoError(t, err)
		actor, err := w.engine.FindCustomer(w.ctx, box, "c1")
		require.NoError(t, err)
		d := w.engine.As(actor)

		refused := map[string]error{
			"send":         quiet(d.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "I am an agent"})),
			"note":         quiet(d.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "x", Private: true})),
			"retry":        quiet(d.Messages.Retry(w.ctx, sent.ID)),
			"report":       quiet(d.Messages.Report(w.ctx, sent.ID, helpdesk.StateFailed, "no")),
			"delete":       quiet(d.Messages.Delete(w.ctx, sent.ID)),
			"read note":    quiet(d.Messages.Get(w.ctx, note.ID)),
			"unread":       quiet(d.Conversations.MarkUnread(w.ctx, c.ID)),
			"resolve":      quiet(d.Conversations.Resolve(w.ctx, c.ID)),
			"claim":        quiet(d.Conversations.Claim(w.ctx, c.ID)),
			"assign":       quiet(d.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{})),
			"participants": quiet(d.Conversations.Participants(w.ctx, c.ID)),
			"routing":      quiet(d.Conversations.Routing(w.ctx, c.ID)),
			"labels":       quiet(d.Labels.Titles(w.ctx, w.conversation(c.ID).Labels)),
			"account":      quiet(d.Accounts.Get(w.ctx)),
			"agents":       quiet(d.Agents.List(w.ctx, helpdesk.AgentFilter{})),
			"contact":      quiet(d.Contacts.Get(w.ctx, stranger.Contact)),
			"addresses":    quiet(d.Contacts.Addresses(w.ctx, c.Contact)),
			"start owned":  quiet(d.Conversations.Create(w.ctx, helpdesk.NewConversation{Assignee: ada})),
			"start, speak": quiet(d.Conversations.Create(w.ctx, helpdesk.NewConversation{Message: &helpdesk.Reply{Content: "x"}})),
			"other's":      quiet(d.Conversations.Get(w.ctx, stranger.ID)),
			"other's feed": quiet(d.Messages.List(w.ctx, helpdesk.MessageFilter{Conversation: stranger.ID}, helpdesk.Page{})),
		}
		for name, err := range refused {
			require.Contains(t, "fn", letter(err), name)
		}
		seen, err := d.Conversations.Detail(w.ctx, c.ID)
		require.NoError(t, err)
		require.Equal(t, "welcome", seen[0].Last.Content, "the last thing said to the customer")
		list, err := d.Conversations.List(w.ctx, helpdesk.ConversationFilter{Text: "swordfish"}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1, "a search cannot be used to guess notes: it asks nothing")
		require.NoError(t, d.Conversations.Typing(w.ctx, c.ID, true, false))
		items, _, err := d.Feed(w.ctx, firstCursor(t, w))
		require.NoError(t, err)
		for _, item := range items {
			require.Empty(t, item.Event.Details)
			require.False(t, item.Event.Private)
		}
	})
}

// firstCursor is where the log begins.
func firstCursor(t *testing.T, w *world) helpdesk.Cursor {
	t.Helper()
	list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
	require.NoError(t, err)
	return rewind(t, list.Cursor)
}

func TestAddressesOfInvisibleContactsAreNobodys(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		c := newCast(w)
		s := c.play(nil, 0, true)
		for i, name := range c.names {
			got, err := c.desks[i].Contacts.Addresses(w.ctx, s.c.Contact)
			sees := slices.Contains([]string{"administrator", "supervisor", "agent", "all", "others", "contacts"}, name)
			if name == "labels" {
				require.ErrorIs(t, err, helpdesk.Forbidden)
				continue
			}
			require.NoError(t, err, name)
			require.Equal(t, sees, len(got[s.c.Contact]) > 0, name)
		}
	})
}

// On a single-conversation inbox a start leads to what is there, for those alone
// who see it.
func TestStartDoesNotOpenAnothersConversation(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		help, ada := w.agent("help", helpdesk.Assistant), w.agent("ada", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), Single: ptr(true), AutoAssign: ptr(false)}, help, ada)
		c := w.write(box, "c1", "hello")
		_, err := w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: ada})
		require.NoError(t, err)
		start := helpdesk.NewConversation{Inbox: box.ID, Source: "c1", Message: &helpdesk.Reply{Content: "hi"}}
		_, err = w.as(help).Conversations.Create(w.ctx, start)
		require.ErrorIs(t, err, helpdesk.NotFound)
		again, err := w.as(ada).Conversations.Create(w.ctx, start)
		require.NoError(t, err)
		require.Equal(t, c.ID, again.ID)
		_, err = w.as(ada).Conversations.Create(w.ctx, helpdesk.NewConversation{Inbox: box.ID, Source: "c1", Status: "asleep"})
		require.ErrorIs(t, err, helpdesk.Invalid)
	})
}

// A refusal brings nothing along.
func TestRefusalsAreEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	eve := w.as(w.agent("eve", helpdesk.AgentRole))
	c := w.write(w.inbox("Shop"), "c1", "hello")
	got, err := eve.Conversations.Get(w.ctx, c.ID)
	require.ErrorIs(t, err, helpdesk.NotFound)
	require.Nil(t, got)
}

// Every exported method of a service asks the permission table, or is one of the
// few that concern nobody but the actor.
func TestEveryServiceMethodAsks(t *testing.T) {
	t.Parallel()
	own := []string{"Teams.Mine", "Profile.Get", "Profile.Update", "Contacts.Self", "Contacts.KnowsSelf", "Contacts.UpdateSelf", "Contacts.Identify", "Agents.Heartbeat", "Agents.Leave", "Agents.Enter"}
	asks := []string{"may", "mayUpload", "mayPortal", "note", "Update", "mayConversation", "mayInbox", "mayStart", "mayNotify", "maySearch", "notification", "contact", "conversation", "edit", "Get", "SetStatus", "Attachment", "ownUser", "withFactor", "mayKeep", "view", "ownBot", "unsent", "mayReadRuns", "narrowSLAs", "mayTemplates", "provider"}
	found := 0
	eachServiceMethod(t, func(name string, fn *ast.FuncDecl) {
		if slices.Contains(own, name) {
			return
		}
		found++
		calls := callNames(fn.Body)
		require.True(t, slices.ContainsFunc(asks, func(a string) bool { return calls[a] > 0 }), "%s asks nobody", name)
		require.LessOrEqual(t, calls["change"]+calls["remove"]+calls["edit"]+calls["update"], 1, "%s makes more than one Update", name)
	})
	require.Greater(t, found, 80)
}

// eachServiceMethod visits the exported methods of every field of Desk that is a
// service.
func eachServiceMethod(t *testing.T, visit func(name string, fn *ast.FuncDecl)) {
	t.Helper()
	onDesk := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[helpdesk.Desk]()) {
		if f.IsExported() {
			onDesk[f.Type.Name()] = true
		}
	}
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		require.NoError(t, err)
		for _, d := range parsed.Decls {
			if fn, name := serviceMethod(onDesk, d); fn != nil {
				visit(name, fn)
			}
		}
	}
}

// serviceMethod is an exported method of a type like Contacts; nil for others.
func serviceMethod(onDesk map[string]bool, d ast.Decl) (*ast.FuncDecl, string) {
	fn, ok := d.(*ast.FuncDecl)
	if !ok || fn.Recv == nil || !fn.Name.IsExported() {
		return nil, ""
	}
	recv, ok := fn.Recv.List[0].Type.(*ast.Ident)
	if !ok || !onDesk[recv.Name] {
		return nil, ""
	}
	return fn, recv.Name + "." + fn.Name.Name
}

func callNames(body ast.Node) map[string]int {
	out := map[string]int{}
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch fn := call.Fun.(type) {
		case *ast.Ident:
			out[fn.Name]++
		case *ast.SelectorExpr:
			out[fn.Sel.Name]++
		}
		return true
	})
	return out
}
