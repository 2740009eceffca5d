package helpdesk_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

// phone is a desk with a WhatsApp number, offline.
type phone struct {
	*world
	sim    *whatsappsim.Sim
	number *whatsappsim.Number
	ann    *whatsappsim.Customer
	inbox  *helpdesk.Inbox
}

func newPhone(w *world) *phone {
	p := &phone{world: w, sim: whatsappsim.New(w.t, whatsappsim.Options{Now: w.clock.Now})}
	w.engine = w.newEngine(helpdesk.Options{
		Blobs: w.files, HTTPClient: p.sim.Client(),
		Channels: []helpdesk.Channel{whatsapp.New(whatsapp.Options{BaseURL: p.sim.URL(), HTTPClient: p.sim.Client()})},
	})
	w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
	p.connect(0)
	return p
}

// connect makes the i-th number the desk's, and Ann somebody who has only that.
func (p *phone) connect(i int) {
	p.t.Helper()
	p.number, p.ann = p.sim.Number(fmt.Sprint("+55119999900", 10+i)), p.sim.Customer(fmt.Sprint("+55119888877", 10+i)).Called("Ann")
	var err error
	p.inbox, err = p.admin.Inboxes.Create(p.ctx, helpdesk.InboxInput{Kind: whatsapp.Kind, Name: ptr("WhatsApp"), Settings: p.number.Settings()})
	require.NoError(p.t, err)
	inbox := p.inbox.Identifier
	p.number.OnWebhook(func(r *http.Request) error {
		_, err := p.engine.Ingest(p.ctx, inbox, r)
		return err
	})
}

func (p *phone) run() { p.t.Helper(); require.NoError(p.t, p.engine.RunDue(p.ctx)) }

// names are the templates that the desk knows, with their states.
func (p *phone) names() (out []string) {
	p.t.Helper()
	list, err := p.admin.MessageTemplates.List(p.ctx, p.inbox.ID, helpdesk.MessageTemplateFilter{}, helpdesk.Page{})
	require.NoError(p.t, err)
	for _, t := range list {
		out = append(out, t.Name+" "+t.Language+" "+string(t.Status))
	}
	return out
}

func order() helpdesk.MessageTemplateInput {
	return helpdesk.MessageTemplateInput{Name: "order_sent", Language: "pt_BR", Category: "UTILITY", TemplateContent: helpdesk.TemplateContent{
		Body: "Olá {{name}}, o pedido {{number}} saiu.", Format: helpdesk.NamedParameters,
		Examples: map[string]string{"name": "Ana", "number": "12"},
		Buttons:  []helpdesk.TemplateButton{{Kind: "QUICK_REPLY", Text: "Obrigada"}},
	}}
}

// A template's whole life: made, judged, changed, paused, deleted; and what is done
// at the provider comes by itself.
func TestMessageTemplates(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, w *world) {
		p := newPhone(w)
		p.number.Template(whatsappsim.Body("hello_there", "en", "Hello!"))
		p.run()
		require.Equal(t, []string{"hello_there en APPROVED"}, p.names(), "read as the inbox is connected")

		made, err := w.admin.MessageTemplates.Create(w.ctx, p.inbox.ID, order())
		require.NoError(t, err)
		require.Equal(t, helpdesk.TemplatePending, made.Status)
		_, err = w.admin.MessageTemplates.Create(w.ctx, p.inbox.ID, order())
		require.ErrorIs(t, err, helpdesk.Conflict)
		require.ErrorContains(t, err, "a template of this name exists")
		_, err = w.admin.MessageTemplates.Update(w.ctx, p.inbox.ID, made.ID, order())
		require.ErrorContains(t, err, "cannot be edited while it is judged")

		there := p.number.Templates()[1]
		p.number.Judge(there, "REJECTED", "INVALID_FORMAT")
		got, err := w.admin.MessageTemplates.Get(w.ctx, p.inbox.ID, made.ID)
		require.NoError(t, err)
		require.Equal(t, []any{helpdesk.TemplateRejected, "INVALID_FORMAT"}, []any{got.Status, got.Reason})
		change := order()
		change.Body, change.Category = "Olá {{name}}, o seu pedido {{number}} saiu hoje.", "MARKETING"
		got, err = w.admin.MessageTemplates.Update(w.ctx, p.inbox.ID, made.ID, change)
		require.NoError(t, err)
		require.Equal(t, []any{helpdesk.TemplatePending, "", "MARKETING", change.Body}, []any{got.Status, got.Reason, got.Category, got.Body})
		p.number.Judge(there, "APPROVED", "NONE")
		change.Category = "UTILITY"
		_, err = w.admin.MessageTemplates.Update(w.ctx, p.inbox.ID, made.ID, change)
		require.ErrorContains(t, err, "category cannot be changed")
		change.Category = ""
		_, err = w.admin.MessageTemplates.Update(w.ctx, p.inbox.ID, made.ID, change)
		require.ErrorContains(t, err, "the edit limit is reached")
		require.ErrorIs(t, err, helpdesk.Conflict)
		p.number.Judge(there, "PAUSED", "")
		require.Equal(t, []string{"hello_there en APPROVED", "order_sent pt_BR PAUSED"}, p.names())

		// Its name stands in for a password.
		require.ErrorIs(t, w.admin.MessageTemplates.Delete(w.ctx, p.inbox.ID, made.ID, "order"), helpdesk.Invalid)
		require.NoError(t, w.admin.MessageTemplates.Delete(w.ctx, p.inbox.ID, made.ID, "order_sent"))
		require.Equal(t, []string{"hello_there en APPROVED"}, p.names())
		_, err = w.admin.MessageTemplates.Create(w.ctx, p.inbox.ID, order())
		require.ErrorContains(t, err, "30 days")

		// What the provider has counts.
		p.number.Template(whatsappsim.Body("new_one", "es", "Hola"))
		p.number.Template(whatsappsim.Body("new_two", "es", "Hola"))
		n, err := w.admin.MessageTemplates.Sync(w.ctx, p.inbox.ID)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		p.number.Template(whatsappsim.Body("new_three", "es", "Hola"))
		w.clock.Advance(7 * time.Hour)
		p.run()
		require.Equal(t, []string{"hello_there en APPROVED", "new_one es APPROVED", "new_two es APPROVED", "new_three es APPROVED"}, p.names(), "by itself, too")
	}, false)
}

func TestMessageTemplatesAreChecked(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, w *world) {
		p := newPhone(w)
		_, err := w.admin.MessageTemplates.Create(w.ctx, p.inbox.ID, helpdesk.MessageTemplateInput{Name: "Not OK", Language: "x", Category: "?", TemplateContent: helpdesk.TemplateContent{
			Body: "{{a}}", Footer: "{{b}}", Header: helpdesk.TemplateHeader{Kind: "AUDIO"}, Format: helpdesk.NamedParameters,
		}})
		bad := &helpdesk.Error{}
		require.ErrorAs(t, err, &bad)
		for _, field := range []string{"name", "language", "category", "body", "footer", "header", "examples"} {
			require.Contains(t, bad.Fields, field)
		}
		require.Empty(t, p.number.Templates())
		sample := func(size int) helpdesk.OutboundFile {
			return helpdesk.OutboundFile{Name: "a.png", ContentType: "image/png", Size: int64(size), Open: func(context.Context) (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader(strings.Repeat("x", size))), nil
			}}
		}
		handle, err := w.admin.MessageTemplates.UploadSample(w.ctx, p.inbox.ID, sample(100))
		require.NoError(t, err)
		require.NotEmpty(t, handle)
		_, err = w.admin.MessageTemplates.UploadSample(w.ctx, p.inbox.ID, sample(2<<20+1))
		require.ErrorContains(t, err, "2 MB")

		// Agents read what they may use; administrators write.
		bo := w.agent("bo", helpdesk.AgentRole)
		_, err = w.as(bo).MessageTemplates.List(w.ctx, p.inbox.ID, helpdesk.MessageTemplateFilter{}, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.NotFound, "an inbox that is not theirs")
		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, p.inbox.ID, helpdesk.ReplaceMembers, bo))
		_, err = w.as(bo).MessageTemplates.List(w.ctx, p.inbox.ID, helpdesk.MessageTemplateFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		_, err = w.as(bo).MessageTemplates.Create(w.ctx, p.inbox.ID, order())
		require.ErrorIs(t, err, helpdesk.Forbidden)
		_, err = w.as(bo).MessageTemplates.Sync(w.ctx, p.inbox.ID)
		require.ErrorIs(t, err, helpdesk.Forbidden)
		other := w.inboxWith(helpdesk.InboxInput{Name: ptr("API")})
		_, err = w.admin.MessageTemplates.List(w.ctx, other.ID, helpdesk.MessageTemplateFilter{}, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.Unsupported)

		// Templates go with the provider's account, not with the inbox.
		made, err := w.admin.MessageTemplates.Create(w.ctx, p.inbox.ID, order())
		require.NoError(t, err)
		strange := p.sim.Number("+5511999990099")
		second, err := w.admin.Inboxes.Create(w.ctx, helpdesk.InboxInput{Kind: whatsapp.Kind, Name: ptr("Two"), Settings: strange.Settings()})
		require.NoError(t, err)
		_, err = w.admin.MessageTemplates.Get(w.ctx, second.ID, made.ID)
		require.ErrorIs(t, err, helpdesk.NotFound)

		p.number.Revoke()
		_, err = w.admin.MessageTemplates.Sync(w.ctx, p.inbox.ID)
		require.ErrorIs(t, err, helpdesk.Conflict)

		// What rested while the inbox was cut off is taken up.
		_, err = w.admin.Inboxes.Check(w.ctx, p.inbox.ID)
		require.NoError(t, err)
		w.clock.Advance(7 * time.Hour)
		p.run()
		p.number.Restore()
		p.number.Template(whatsappsim.Body("back", "en", "Back"))
		_, err = w.admin.Inboxes.Check(w.ctx, p.inbox.ID)
		require.NoError(t, err)
		p.run()
		require.Contains(t, p.names(), "back en APPROVED")
	}, false)
}
