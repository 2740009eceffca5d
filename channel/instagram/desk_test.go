package instagram_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/instagram"
	"github.com/gohelpdesk/helpdesk/channel/instagram/instagramsim"
	"github.com/gohelpdesk/helpdesk/server/hooks"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// desk is a whole desk with one account, offline. Its webhooks come over HTTP.
type desk struct {
	*testing.T

	clock   *clock
	sim     *instagramsim.Sim
	account *instagramsim.Account
	ann     *instagramsim.Customer
	engine  *helpdesk.Engine
	host    *helpdesk.Desk
	bo      *helpdesk.Desk // an agent
	inbox   *helpdesk.Inbox
}

func eachStore(t *testing.T, story func(d *desk)) {
	for name, open := range map[string]func(t *testing.T) helpdesk.Store{
		"sqlite": func(t *testing.T) helpdesk.Store {
			s, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
			require.NoError(t, err)
			return s
		},
		"postgres": func(t *testing.T) helpdesk.Store {
			s, err := postgres.Open(t.Context(), postgrestest.DSN(t), postgres.Options{})
			require.NoError(t, err)
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			story(newDesk(t, store))
		})
	}
}

func newDesk(t *testing.T, store helpdesk.Store) *desk {
	t.Helper()
	d := &desk{T: t, clock: newClock()}
	d.sim = instagramsim.New(t, instagramsim.Options{Now: d.clock.Now})
	d.account = d.sim.Account("Shop")
	d.ann = d.sim.Customer("Ann Lee")
	blobs, err := helpdesk.NewDirBlobs(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	o := instagram.Options{BaseURL: d.sim.URL(), LoginURL: d.sim.URL(), HTTPClient: d.sim.Client(), AppID: d.sim.AppID(), AppSecret: d.sim.AppSecret(), VerifyToken: "v"}
	d.engine, err = helpdesk.New(store, helpdesk.Options{
		Now: d.clock.Now, Blobs: blobs, HTTPClient: helpdesk.SafeClient(netip.MustParsePrefix("127.0.0.0/8")),
		Channels: []helpdesk.Channel{instagram.New(o)}, PublicURL: "https://desk.example",
	})
	require.NoError(t, err)
	account, err := d.engine.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Shop"})
	require.NoError(t, err)
	d.host = d.engine.As(d.engine.Host(account.ID))
	agent, err := d.host.Agents.Invite(t.Context(), helpdesk.AgentInput{Name: "Bo", Email: "bo@example.com", Role: helpdesk.Administrator})
	require.NoError(t, err)
	d.bo = d.engine.As(d.engine.Agent(account.ID, agent.ID))
	server := httptest.NewServer(hooks.New(d.engine, hooks.Options{}))
	t.Cleanup(server.Close)

	given, err := instagram.Authorize(t.Context(), o, d.account.Code(), "https://desk.example/instagram/callback", d.clock.Now())
	require.NoError(t, err)
	settings, err := json.Marshal(given.Settings)
	require.NoError(t, err)
	d.inbox, err = d.host.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: instagram.Kind, Name: &given.Name, Settings: settings})
	require.NoError(t, err)
	d.account.Webhook(server.URL + "/hooks/app/instagram")
	return d
}

func (d *desk) run() { d.Helper(); require.NoError(d, d.engine.RunDue(d.Context())) }

func (d *desk) messages() (list []*helpdesk.Message) {
	d.Helper()
	talks, err := d.host.Conversations.List(d.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
	require.NoError(d, err)
	require.Len(d, talks.Items, 1)
	all, err := d.host.Messages.List(d.Context(), helpdesk.MessageFilter{Conversation: talks.Items[0].ID}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(d, err)
	for _, m := range all {
		if m.Kind == helpdesk.Incoming || m.Kind == helpdesk.Outgoing {
			list = append(list, m)
		}
	}
	return list
}

func (d *desk) answer(r helpdesk.Reply) *helpdesk.Message {
	d.Helper()
	m, err := d.bo.Messages.Send(d.Context(), d.messages()[0].Conversation, r)
	require.NoError(d, err)
	d.run()
	m, err = d.host.Messages.Get(d.Context(), m.ID)
	require.NoError(d, err)
	return m
}

// TestDesk is a whole story over HTTP. Instagram's echoes carry no mark: what is on its
// way is known as ours all the same.
func TestDesk(t *testing.T) {
	t.Parallel()
	eachStore(t, func(d *desk) {
		d.sim.Customer("Eve").MentionsInStory()
		d.sim.Mangle(instagramsim.Mangle{Times: 5})
		d.ann.RepliesToStory("https://cdn.example/gone.jpg", "lovely 😀")
		d.ann.MentionsInStory()
		require.Equal(d, "lovely 😀", d.messages()[0].Content)
		require.Len(d, d.messages(), 1, "posted five times, stored once; mentions are nothing")
		d.run()
		contact, err := d.host.Contacts.Get(d.Context(), helpdesk.ContactID(d.messages()[0].Sender.ID))
		require.NoError(d, err)
		require.Equal(d, []any{"Ann Lee", "ann_lee"}, []any{contact.Name, contact.Extra["social_instagram_user_name"]})

		d.sim.Next(instagramsim.EarlyEcho())
		m := d.answer(helpdesk.Reply{Content: "Thank you!"})
		require.Equal(d, helpdesk.StateSent, m.State)
		require.Len(d, d.messages(), 2, "the echo waits")
		d.clock.advance(time.Minute)
		d.run()
		require.Len(d, d.messages(), 2, "and was ours")

		m = d.answer(helpdesk.Reply{Content: strings.Repeat("word ", 300), Files: []helpdesk.File{{Name: "a.png", Data: strings.NewReader("\x89PNG\r\n\x1a\nx")}}})
		require.Equal(d, helpdesk.StateSent, m.State)
		require.Len(d, d.ann.Got(), 4)
		require.True(d, strings.HasPrefix(d.ann.Got()[3].URL, "https://desk.example"+helpdesk.SentFilePath), "Instagram fetches it there")
		d.sim.Flush()
		d.clock.advance(time.Hour)
		d.run()
		require.Len(d, d.messages(), 3, "echoes of parts are no messages")
		d.ann.Got()[3].Read()
		for _, sent := range d.messages()[1:] {
			require.Equal(d, helpdesk.StateRead, sent.State)
		}

		d.sim.Next(instagramsim.LostAnswer())
		m = d.answer(helpdesk.Reply{Content: "Bye."})
		require.Equal(d, helpdesk.StateUnknown, m.State)
		d.sim.Flush()
		require.Equal(d, helpdesk.StateSent, d.messages()[3].State, "its echo settles it")
		d.account.Echo(d.ann, "from the phone", "")
		require.Len(d, d.messages(), 5)
		require.Equal(d, true, d.messages()[4].ContentAttrs["external_echo"])
	})
}

// TestDeskRenewal lives longer than its token.
func TestDeskRenewal(t *testing.T) {
	t.Parallel()
	eachStore(t, func(d *desk) {
		token := d.account.Token
		for range 3 {
			d.clock.advance(50*24*time.Hour + time.Minute)
			d.run()
		}
		require.Equal(d, token+"rrr", d.account.Token)
		d.ann.Writes("still there?")
		require.Equal(d, helpdesk.StateSent, d.answer(helpdesk.Reply{Content: "yes"}).State)
		d.account.Revoke()
		d.clock.advance(51 * 24 * time.Hour)
		d.run()
		box, err := d.host.Inboxes.Get(d.Context(), d.inbox.ID)
		require.NoError(d, err)
		require.False(d, box.RevokedAt.IsZero(), "what was taken back cannot be renewed")
	})
}
