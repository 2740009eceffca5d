package dashboard_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// paper is a channel that writes to phone numbers, answers for a day after the
// customer's last message and otherwise only with one of two templates.
type paper struct {
	mu   sync.Mutex
	sent []*helpdesk.Outbound
}

func (p *paper) Kind() helpdesk.ChannelKind                    { return "paper" }
func (p *paper) Open(json.RawMessage) (helpdesk.Sender, error) { return p, nil }
func (p *paper) AddressOf(who helpdesk.Person) string          { return who.Phone }

func (p *paper) ReplyWindow() time.Duration                                       { return 24 * time.Hour }
func (p *paper) TemplateOwner() string                                            { return "acme" }
func (p *paper) DeleteTemplate(context.Context, *helpdesk.ProviderTemplate) error { return nil }

func (p *paper) Send(_ context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, out)
	return helpdesk.Receipt{ExternalID: fmt.Sprint("paper-", len(p.sent))}, nil
}

func (p *paper) Templates(_ context.Context, emit func([]helpdesk.ProviderTemplate) error) error {
	order := helpdesk.ProviderTemplate{ID: "1", Name: "order", Language: "en", Category: "UTILITY", Status: helpdesk.TemplateApproved}
	order.Body, order.Footer, order.Format = "Hello {{name}}, your order {{number}} is ready.", "Acme", helpdesk.NamedParameters
	order.Examples = map[string]string{"number": "<7>"}
	order.Buttons = []helpdesk.TemplateButton{{Kind: "QUICK_REPLY", Text: "Thanks"}, {Kind: "URL", Text: "Track", URL: "https://x.example/{{1}}"}}
	paused := order
	paused.ID, paused.Name, paused.Status = "2", "paused_one", helpdesk.TemplatePaused
	return emit([]helpdesk.ProviderTemplate{order, paused})
}

func (p *paper) CreateTemplate(context.Context, *helpdesk.ProviderTemplate) (*helpdesk.TemplateNews, error) {
	return nil, helpdesk.Unsupported
}

func (p *paper) EditTemplate(context.Context, *helpdesk.ProviderTemplate) (*helpdesk.TemplateNews, error) {
	return nil, helpdesk.Unsupported
}

func (p *paper) UploadSample(context.Context, helpdesk.OutboundFile) (string, error) {
	return "", helpdesk.Unsupported
}

func startPath(c *helpdesk.Contact) string { return fmt.Sprintf("contacts/start?contact=%d", c.ID) }

// A conversation begins with somebody who is found, or whose number is typed: it is
// the agent's own, open, and said is what was typed.
func TestStartConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.contact("Ann", "ann@x.example", "+5511987654321")
	team, code, said := "sales", "hi", "Hello from us"
	_, err := w.admin.Teams.Create(t.Context(), helpdesk.TeamInput{Name: &team})
	require.NoError(t, err)
	canned, err := w.admin.CannedResponses.Create(t.Context(), helpdesk.CannedInput{ShortCode: &code, Content: &said})
	require.NoError(t, err)
	bob := w.signIn(w.bob.Email)
	bob.get("contacts/start").expect(http.StatusOK, "A name, a number or an e-mail address")
	bob.get("contacts/start?q=ann").expect(http.StatusOK, "Ann", startPath(ann)).without("Write to ann")
	bob.get("contacts/start?q=%2B551187654321").expect(http.StatusOK, "Nobody was found", "Write to")
	// The number without its ninth digit is the same person's.
	bob.post("contacts/start", "q", "+551187654321", "do", "create").to(startPath(ann)).expect(http.StatusOK, "Ann", "Shop", "sales")
	bob.post("contacts/start", "q", "12", "do", "create").expect(http.StatusUnprocessableEntity, "is not a possible phone number")
	fresh := bob.post("contacts/start", "q", "new@x.example", "do", "create")
	require.Equal(t, http.StatusSeeOther, fresh.Status)
	bob.get(fresh.Header.Get("Location")).expect(http.StatusOK, "new@x.example")

	id, box := fmt.Sprint(ann.ID), fmt.Sprint(w.inbox.ID)
	bob.post("contacts/start", "contact", id, "inbox", box, "content", "Typed <b>", "canned", fmt.Sprint(canned.ID), "do", "show").expect(http.StatusOK, "Typed &lt;b&gt;\nHello from us</textarea>")
	done := bob.send("contacts/start", []upload{{"files", "a.txt", "a file"}}, "contact", id, "inbox", box, "team", "1", "content", "Good morning", "do", "send")
	require.Equal(t, http.StatusSeeOther, done.Status, done.Body)
	require.Regexp(t, `/conversations/1$`, done.Header.Get("Location"))
	conv, err := w.admin.Conversations.ByDisplay(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, w.bob.ID, conv.Assignee)
	require.Equal(t, helpdesk.Open, conv.Status)
	require.Equal(t, helpdesk.TeamID(1), conv.Team)
	list, err := w.admin.Messages.List(t.Context(), helpdesk.MessageFilter{Conversation: conv.ID}, helpdesk.Page{})
	require.NoError(t, err)
	i := slices.IndexFunc(list, func(m *helpdesk.Message) bool { return m.Content == "Good morning" })
	require.GreaterOrEqual(t, i, 0)
	require.Len(t, list[i].Attachments, 1)
	bob.post("contacts/start", "contact", id, "inbox", box, "do", "send").expect(http.StatusSeeOther)
	bob.post("contacts/start", "contact", id, "inbox", box, "team", "99", "content", "Kept", "do", "send").expect(http.StatusUnprocessableEntity, "Kept")
}

// A channel that demands a template is given one, with its parameters and a
// preview; within the customer's window it is not asked for.
func TestStartWithTemplate(t *testing.T) {
	t.Parallel()
	channel := &paper{}
	w := newWorld(t, func(o *helpdesk.Options) { o.Channels = append(o.Channels, channel) })
	name := "Paper"
	box, err := w.admin.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: "paper", Name: &name})
	require.NoError(t, err)
	n, err := w.admin.MessageTemplates.Sync(t.Context(), box.ID)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	ann := w.contact("Ann", "", "+5511987654321")
	nobody := w.contact("Nobody", "n@x.example", "")
	ada := w.signIn(w.ada.Email)
	ada.get(startPath(nobody)).expect(http.StatusOK, ">Shop</option>").without(">Paper</option>")
	form := []string{"contact", fmt.Sprint(ann.ID), "inbox", fmt.Sprint(box.ID)}
	with := func(more ...string) []string { return append(append([]string{}, form...), more...) }
	ada.post("contacts/start", with("do", "show")...).expect(http.StatusOK, "only starts conversations with an approved template", "order (en)").without("paused_one", `name="content"`)
	ada.post("contacts/start", with("do", "send", "content", "free")...).expect(http.StatusUnprocessableEntity, `id="n-template"><p class="wrong">can&#39;t be blank`)
	ada.post("contacts/start", with("do", "show", "template", "order|en", "body.name", "<Ann>")...).
		expect(http.StatusOK, "Hello &lt;Ann&gt;, your order {{number}} is ready.", "For example: &lt;7&gt;", `name="button.1"`, "Track").without(`name="button.0"`)
	ada.post("contacts/start", with("do", "send", "template", "order|en", "body.name", "Ann")...).wrong("body.number", "can&#39;t be blank").wrong("button.1", "can&#39;t be blank").expect(http.StatusUnprocessableEntity, `value="Ann"`)
	done := ada.post("contacts/start", with("do", "send", "template", "order|en", "body.name", "{{contact.name}}", "body.number", "7", "button.1", "t7")...)
	require.Equal(t, http.StatusSeeOther, done.Status, done.Body)
	w.runTasks()
	channel.mu.Lock()
	defer channel.mu.Unlock()
	require.Len(t, channel.sent, 1)
	require.Equal(t, "Hello Ann, your order 7 is ready.", channel.sent[0].Template.Text())
	require.Equal(t, map[int]string{1: "t7"}, channel.sent[0].Template.Buttons)

	_, err = w.e.Receive(t.Context(), w.account.ID, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "+5511987654321"}, Content: "Thanks"})
	require.NoError(t, err)
	ada.post("contacts/start", with("do", "show")...).expect(http.StatusOK, `name="content"`, "None: write freely")
	w.clock.add(25 * time.Hour)
	ada.post("contacts/start", with("do", "show")...).expect(http.StatusOK, "only starts conversations").without(`name="content"`)
}
