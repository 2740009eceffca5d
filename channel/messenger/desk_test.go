package messenger_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/messenger/messengersim"
	"github.com/gohelpdesk/helpdesk/server/hooks"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// desk is a whole desk with one page, offline. Its webhooks come over HTTP.
type desk struct {
	*testing.T

	clock   *clock
	sim     *messengersim.Sim
	page    *messengersim.Page
	ann     *messengersim.Customer
	engine  *helpdesk.Engine
	account *helpdesk.Account
	host    *helpdesk.Desk
	bo      *helpdesk.Desk // an agent
	inbox   *helpdesk.Inbox
	hooks   string // where the desk's webhooks are
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
	d.sim = messengersim.New(t, messengersim.Options{Now: d.clock.Now})
	d.page = d.sim.Page("Shop")
	d.page.HumanAgent = true
	d.ann = d.sim.Customer("Ann Lee")
	blobs, err := helpdesk.NewDirBlobs(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	channel := messenger.New(messenger.Options{
		BaseURL: d.sim.URL(), HTTPClient: d.sim.Client(), AppID: d.sim.AppID(), AppSecret: d.sim.AppSecret(), VerifyToken: "v",
	})
	d.engine, err = helpdesk.New(store, helpdesk.Options{
		Now: d.clock.Now, Blobs: blobs, HTTPClient: helpdesk.SafeClient(netip.MustParsePrefix("127.0.0.0/8")),
		Channels: []helpdesk.Channel{channel}, PublicURL: "https://desk.example",
	})
	require.NoError(t, err)
	d.account, err = d.engine.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Shop"})
	require.NoError(t, err)
	d.host = d.engine.As(d.engine.Host(d.account.ID))
	agent, err := d.host.Agents.Invite(t.Context(), helpdesk.AgentInput{Name: "Bo", Email: "bo@example.com", Role: helpdesk.Administrator})
	require.NoError(t, err)
	d.bo = d.engine.As(d.engine.Agent(d.account.ID, agent.ID))
	server := httptest.NewServer(hooks.New(d.engine, hooks.Options{}))
	t.Cleanup(server.Close)
	d.hooks = server.URL + "/hooks/"
	d.inbox = d.create(d.host, d.page.Settings())
	require.True(t, d.page.Verify(d.hooks+d.inbox.Identifier))
	d.page.Webhook(d.hooks + d.inbox.Identifier)
	return d
}

func (d *desk) create(host *helpdesk.Desk, settings []byte) *helpdesk.Inbox {
	d.Helper()
	name := "Messenger"
	box, err := host.Inboxes.Create(d.Context(), helpdesk.InboxInput{Kind: messenger.Kind, Name: &name, Settings: settings})
	require.NoError(d, err)
	return box
}

func (d *desk) run() { d.Helper(); require.NoError(d, d.engine.RunDue(d.Context())) }

// later runs what is due by then.
func (d *desk) later(by time.Duration) { d.Helper(); d.clock.advance(by); d.run() }

// talk is the only conversation.
func (d *desk) talk() *helpdesk.ConversationDetail {
	d.Helper()
	list, err := d.host.Conversations.List(d.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
	require.NoError(d, err)
	require.Len(d, list.Items, 1)
	return list.Items[0]
}

func (d *desk) messages() (list []*helpdesk.Message) {
	d.Helper()
	all, err := d.host.Messages.List(d.Context(), helpdesk.MessageFilter{Conversation: d.talk().ID}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(d, err)
	for _, m := range all {
		if m.Kind == helpdesk.Incoming || m.Kind == helpdesk.Outgoing {
			list = append(list, m)
		}
	}
	return list
}

func (d *desk) said() (texts []string) {
	d.Helper()
	for _, m := range d.messages() {
		texts = append(texts, m.Content)
	}
	return texts
}

func (d *desk) answer(r helpdesk.Reply) *helpdesk.Message {
	d.Helper()
	m, err := d.bo.Messages.Send(d.Context(), d.talk().ID, r)
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

func picture(name string) helpdesk.File {
	return helpdesk.File{Name: name, Data: strings.NewReader("\x89PNG\r\n\x1a\nnot much of a picture")}
}

// TestDesk is a whole story over HTTP: a customer writes, an agent answers, echoes and
// receipts come in any order.
func TestDesk(t *testing.T) {
	t.Parallel()
	eachStore(t, func(d *desk) {
		d.sim.Mangle(messengersim.Mangle{Times: 5}, messengersim.Mangle{WrongSignature: true}, messengersim.Mangle{Padding: 3 << 20}, messengersim.Mangle{Cut: true})
		d.ann.Writes("olá 😀")
		d.ann.Writes("forged")
		d.ann.Writes("large")
		d.ann.Writes("cut")
		require.Equal(d, []string{"olá 😀", "large"}, d.said(), "posted five times, stored once")
		d.run()
		contact, err := d.host.Contacts.Get(d.Context(), d.talk().Contact)
		require.NoError(d, err)
		require.Equal(d, "Ann Lee", contact.Name, "a job has asked who it is")
		require.Contains(d, d.page.Subscribed(), "messages", "and another has subscribed the app")

		m := d.answer(helpdesk.Reply{Content: "Good morning!", Files: []helpdesk.File{picture("a.png")}})
		require.Equal(d, helpdesk.StateSent, m.State)
		d.sim.Flush()
		require.Len(d, d.messages(), 3, "the echoes of both parts are ours")
		d.clock.advance(time.Minute)
		got := d.ann.Got()
		require.Equal(d, []string{"Good morning!", ""}, d.ann.Texts())
		got[1].Read()
		got[0].Delivered()
		require.Equal(d, helpdesk.StateRead, d.message(m.ID).State)

		d.sim.Next(messengersim.EarlyEcho())
		m = d.answer(helpdesk.Reply{Content: "How can I help?"})
		require.Equal(d, helpdesk.StateSent, m.State)
		d.later(time.Hour)
		require.Len(d, d.messages(), 4, "the echo came before the answer, and is no second message")

		d.sim.Next(messengersim.Broken())
		m = d.answer(helpdesk.Reply{Content: "Are you there?"})
		require.Equal(d, helpdesk.StatePending, m.State)
		d.later(time.Hour)
		require.Equal(d, helpdesk.StateSent, d.message(m.ID).State)

		d.sim.Next(messengersim.LostAnswer())
		m = d.answer(helpdesk.Reply{Content: "Bye."})
		require.Equal(d, helpdesk.StateUnknown, m.State)
		d.sim.Flush()
		require.Equal(d, helpdesk.StateSent, d.message(m.ID).State, "its echo settles it")
		d.later(time.Hour)
		require.Equal(d, []string{"Good morning!", "", "How can I help?", "Are you there?", "Bye."}, d.ann.Texts(), "nothing is sent twice")
	})
}

// TestDeskNews is what customers, people of the page and Meta do beside writing.
func TestDeskNews(t *testing.T) {
	t.Parallel()
	eachStore(t, func(d *desk) {
		mid := d.ann.Writes("two piecs, please")
		d.ann.Edits(mid, "two pieces, please")
		require.Equal(d, []string{"two pieces, please"}, d.said())
		d.ann.Reacts(mid, "👍")
		require.Contains(d, fmt.Sprint(d.messages()[0].ContentAttrs["reactions"]), "👍")
		d.ann.Sends("image", "a.png", "image/png", []byte("\x89PNG\r\n\x1a\nnot much of a picture"))
		d.run()
		require.NotEmpty(d, d.messages()[1].Attachments[0].Blob, "the bytes are here")
		d.sim.Reversed(func() { d.ann.TakesBack(d.ann.Writes("never mind")) })
		d.later(10 * time.Second)
		require.Equal(d, true, d.messages()[2].ContentAttrs["deleted"], "taken back before it came")
		d.ann.TakesBack("m_unknown")

		d.page.Echo(d.ann, "from Meta's pages", "")
		d.page.Echo(d.ann, "from a bot", "4242")
		require.Equal(d, []string{"from Meta's pages", "from a bot"}, d.said()[3:])
		require.Equal(d, true, d.messages()[3].ContentAttrs["external_echo"])

		d.ann.MentionsInStory()
		d.sim.Customer("Eve").MentionsInStory()
		require.Len(d, d.messages(), 5, "mentions open nothing, and appear nowhere")

		d.page.Standby(true)
		d.ann.Writes("to the other app")
		require.Len(d, d.messages(), 5)
		h, err := d.host.Inboxes.Check(d.Context(), d.inbox.ID)
		require.NoError(d, err)
		require.Equal(d, []string{"standby"}, codes(h))
		d.page.Standby(false)
		d.clock.advance(26 * time.Hour)
		h, err = d.host.Inboxes.Check(d.Context(), d.inbox.ID)
		require.NoError(d, err)
		require.Empty(d, h.Problems)
	})
}

// TestDeskWindow is who may write after a day.
func TestDeskWindow(t *testing.T) {
	t.Parallel()
	eachStore(t, func(d *desk) {
		d.ann.Writes("hello")
		d.clock.advance(25 * time.Hour)
		may := func(as *helpdesk.Desk) helpdesk.Verdict {
			v, err := as.Messages.CanSend(d.Context(), d.talk().ID, helpdesk.Reply{Content: "x"})
			require.NoError(d, err)
			return v
		}
		require.True(d, may(d.bo).Allowed)
		require.Equal(d, helpdesk.WindowClosed, may(d.host).Reason, "a program may not")
		m, err := d.host.Messages.Send(d.Context(), d.talk().ID, helpdesk.Reply{Content: "from a program"})
		require.NoError(d, err)
		d.run()
		require.Equal(d, helpdesk.StateFailed, d.message(m.ID).State)
		require.Contains(d, d.message(m.ID).FailReason, "a person writes")
		require.Empty(d, d.ann.Got(), "it never left")
		require.Equal(d, helpdesk.StateSent, d.answer(helpdesk.Reply{Content: "from Bo"}).State)
		require.Equal(d, "HUMAN_AGENT", d.ann.Got()[0].Tag)
		d.clock.advance(6 * 24 * time.Hour)
		require.Equal(d, helpdesk.WindowClosed, may(d.bo).Reason)
		require.Equal(d, helpdesk.StateFailed, d.answer(helpdesk.Reply{Content: "too late"}).State)
		require.Len(d, d.ann.Got(), 1)
		d.ann.Writes("I am back")
		require.Equal(d, helpdesk.StateSent, d.answer(helpdesk.Reply{Content: "Welcome"}).State)
		require.Empty(d, d.ann.Got()[1].Tag)
	})
}

// TestDeskRevoked loses the token when a stranger writes, and gets it back.
func TestDeskRevoked(t *testing.T) {
	t.Parallel()
	eachStore(t, func(d *desk) {
		d.page.Revoke()
		d.ann.Writes("hello")
		d.run()
		require.Equal(d, []string{"hello"}, d.said(), "the message is there, whoever wrote it")
		box, err := d.host.Inboxes.Get(d.Context(), d.inbox.ID)
		require.NoError(d, err)
		require.False(d, box.RevokedAt.IsZero(), "somebody has to connect the inbox again")
		require.Equal(d, helpdesk.StateFailed, d.answer(helpdesk.Reply{Content: "hi"}).State)
		d.page.Restore()
		_, err = d.host.Inboxes.Check(d.Context(), d.inbox.ID)
		require.NoError(d, err)
		require.Equal(d, helpdesk.StateSent, d.answer(helpdesk.Reply{Content: "here we are"}).State)
	})
}

// TestDeskApp is one app for the pages of two accounts: each gets its own, a page
// cannot be in both, and what is said to a page that has gone is passed over.
func TestDeskApp(t *testing.T) {
	t.Parallel()
	eachStore(t, func(d *desk) {
		theirs := d.sim.Page("Theirs")
		account, err := d.engine.CreateAccount(d.Context(), helpdesk.NewAccount{Name: "Neighbour"})
		require.NoError(d, err)
		host, name := d.engine.As(d.engine.Host(account.ID)), "Theirs"
		_, err = host.Inboxes.Create(d.Context(), helpdesk.InboxInput{Kind: messenger.Kind, Name: &name, Settings: d.page.Settings()})
		require.ErrorIs(d, err, helpdesk.Conflict, "the page is connected")
		box := d.create(host, []byte(`{"page_id":"`+theirs.ID+`","page_access_token":"`+theirs.Token+`","source":"page_connection"}`))

		app := d.hooks + "app/facebook"
		theirs.Webhook(app)
		d.page.Webhook(app)
		d.ann.To(theirs.Account).Writes("to them")
		d.ann.Writes("to us")
		require.Equal(d, []string{"to us"}, d.said())
		list, err := host.Conversations.List(d.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(d, err)
		require.Len(d, list.Items, 1)

		// With our own secret we speak for our own account alone.
		forged := []byte(strings.ReplaceAll(string(said(`"text":"forged"`)), pageID, theirs.ID))
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(forged))
		sign(r, forged)
		_, err = d.engine.Ingest(d.Context(), d.inbox.Identifier, r)
		require.ErrorIs(d, err, helpdesk.NotFound)

		require.NoError(d, host.Inboxes.Delete(d.Context(), box.ID))
		d.ann.To(theirs.Account).Writes("is anybody there?") // answered with 200: the simulator would tell
		res, err := http.Get(d.hooks + "app/whatsapp")
		require.NoError(d, err)
		_, _ = io.Copy(io.Discard, res.Body)
		require.NoError(d, res.Body.Close())
		require.Equal(d, http.StatusNotFound, res.StatusCode, "there is no such app")
	})
}

// TestDeskWithdrawal takes back what was given to the app, and has it deleted: in every
// account, and of nobody else.
func TestDeskWithdrawal(t *testing.T) {
	t.Parallel()
	eachStore(t, func(d *desk) {
		bo, eve := d.sim.User(), d.sim.User()
		account, err := d.engine.CreateAccount(d.Context(), helpdesk.NewAccount{Name: "Neighbour"})
		require.NoError(d, err)
		neighbour := d.engine.As(d.engine.Host(account.ID))
		create := func(host *helpdesk.Desk, whose string) *helpdesk.Inbox {
			page := d.sim.Page("More")
			return d.create(host, fmt.Appendf(nil, `{"page_id":"%s","page_access_token":"%s","source":"page_connection","user_id":"%s"}`, page.ID, page.Token, whose))
		}
		his, there, hers := create(d.host, bo.ID), create(neighbour, bo.ID), create(d.host, eve.ID)
		post := func(path, request string) (int, string) {
			res, err := http.PostForm(d.hooks+"app/facebook/"+path, url.Values{"signed_request": {request}})
			require.NoError(d, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(d, err)
			require.NoError(d, res.Body.Close())
			return res.StatusCode, string(body)
		}
		revoked := func(as *helpdesk.Desk, box *helpdesk.Inbox) (bool, string) {
			b, err := as.Inboxes.Get(d.Context(), box.ID)
			require.NoError(d, err)
			settings, err := as.Inboxes.Settings(d.Context(), box.ID)
			require.NoError(d, err)
			return !b.RevokedAt.IsZero(), string(settings)
		}
		signed := d.sim.SignedRequest(bo.ID)
		signature, payload, _ := strings.Cut(signed, ".")
		for name, forged := range map[string]string{
			"nothing": "", "no signature": "." + payload, "another's": signature + "." + strings.Split(d.sim.SignedRequest(eve.ID), ".")[1], "no payload": signature, "no base64": "§." + payload,
		} {
			code, _ := post("deauthorize", forged)
			require.Equal(d, http.StatusUnauthorized, code, name)
		}
		was, _ := revoked(d.host, his)
		require.False(d, was)

		code, _ := post("deauthorize", signed)
		require.Equal(d, http.StatusOK, code)
		for _, c := range []struct {
			as   *helpdesk.Desk
			box  *helpdesk.Inbox
			gone bool
		}{{d.host, his, true}, {neighbour, there, true}, {d.host, hers, false}, {d.host, d.inbox, false}} {
			gone, settings := revoked(c.as, c.box)
			require.Equal(d, c.gone, gone, c.box.ID)
			require.NotContains(d, settings, "withdrawn", "nothing is deleted yet")
		}

		_, body := post("deletion", signed)
		var answer struct {
			URL  string `json:"url"`
			Code string `json:"confirmation_code"`
		}
		require.NoError(d, json.Unmarshal([]byte(body), &answer), body)
		_, settings := revoked(neighbour, there)
		require.Contains(d, settings, `"page_access_token":"withdrawn"`)
		require.NotContains(d, settings, bo.ID)
		require.Regexp(d, `^[0-9A-F]{12}$`, answer.Code)
		_, token, _ := strings.Cut(answer.URL, helpdesk.WithdrawalPath)
		for path, status := range map[string]int{token: http.StatusOK, "x" + token: http.StatusNotFound} {
			res, err := http.Get(d.hooks + "deletion/" + path)
			require.NoError(d, err)
			page, err := io.ReadAll(res.Body)
			require.NoError(d, err)
			require.NoError(d, res.Body.Close())
			require.Equal(d, status, res.StatusCode)
			if status == http.StatusOK {
				require.Contains(d, string(page), answer.Code)
				require.Contains(d, string(page), "removed from 2 inboxes")
			}
		}
		_, body = post("deletion", signed)
		require.Contains(d, body, "confirmation_code", "again, and nothing is left")

		d.clock.advance(25 * time.Hour)
		code, _ = post("deauthorize", signed)
		require.Equal(d, http.StatusBadRequest, code, "somebody kept a copy")
		res, err := http.PostForm(d.hooks+"app/telegram/deletion", url.Values{"signed_request": {signed}})
		require.NoError(d, err)
		require.NoError(d, res.Body.Close())
		require.Equal(d, http.StatusNotFound, res.StatusCode)
	})
}
