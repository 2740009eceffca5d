package twilio_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/twilio/twiliosim"
)

func read(t *testing.T, r io.ReadCloser) string {
	t.Helper()
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return string(data)
}

// ails is what Check finds, by its codes.
func ails(t *testing.T, s helpdesk.Sender) (codes []string, revoked bool) {
	t.Helper()
	h, err := s.(helpdesk.Checker).Check(t.Context())
	require.NoError(t, err)
	for _, p := range h.Problems {
		codes = append(codes, p.Code)
		revoked = revoked || p.Revoked
		require.NotEmpty(t, p.Message)
	}
	return codes, revoked
}

// TestConnect sets up each kind of line, finds it well, and takes it down again.
func TestConnect(t *testing.T) {
	t.Parallel()
	const callback = desk + "/hooks/y"
	for name, make := range map[string]func(a *twiliosim.Account) (raw []byte, calls func() string){
		"a number": func(a *twiliosim.Account) ([]byte, func() string) {
			n := a.Number(ours)
			return n.Settings(), n.Callback
		},
		"a short code": func(a *twiliosim.Account) ([]byte, func() string) {
			n := a.Number("12345")
			return n.Settings(), n.Callback
		},
		"WhatsApp": func(a *twiliosim.Account) ([]byte, func() string) {
			a.WhatsApp("+15005550001")
			a.WhatsApp("+15005550002")
			n := a.WhatsApp(ours) // on the second page
			return n.Settings(), n.Callback
		},
		"a service": func(a *twiliosim.Account) ([]byte, func() string) {
			v := a.Service(a.Number(ours))
			return v.Settings(), v.Callback
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPhone(t, false)
			raw, calls := make(p.sim.Account())
			s := p.open(raw)
			codes, revoked := ails(t, s)
			require.Equal(t, []string{"webhook"}, codes, "nobody calls us")
			require.False(t, revoked)
			require.NoError(t, s.(helpdesk.Connector).Connect(t.Context(), callback))
			require.NoError(t, s.(helpdesk.Connector).Connect(t.Context(), callback), "again")
			require.Equal(t, callback, calls())
			codes, _ = ails(t, s)
			require.Empty(t, codes)
			require.NoError(t, s.(helpdesk.Disconnector).Disconnect(t.Context()))
			require.Empty(t, calls())
			require.NoError(t, s.(helpdesk.Connector).Connect(t.Context(), "https://other.example/hooks/z"))
			codes, _ = ails(t, s)
			require.Equal(t, []string{"webhook"}, codes, "somebody else is called")
			require.NoError(t, s.(helpdesk.Disconnector).Disconnect(t.Context()))
			require.Equal(t, "https://other.example/hooks/z", calls(), "what others have set up stays")
		})
	}
}

func TestTroubles(t *testing.T) {
	t.Parallel()
	p := newPhone(t, false)
	fields := func(err error) map[string]string {
		t.Helper()
		wrong := new(helpdesk.Error)
		require.ErrorAs(t, err, &wrong)
		return wrong.Fields
	}
	// Not ours.
	other := p.sim.Account()
	foreign := other.Number("+15005550008")
	mine := p.sim.Account()
	stray := &twiliosim.Number{Account: mine, Phone: foreign.Phone}
	s := p.open(stray.Settings())
	err := s.(helpdesk.Connector).Connect(t.Context(), desk+"/hooks/x")
	require.Equal(t, "permanent", outcome(err))
	require.Contains(t, fields(err), "phone_number")
	codes, revoked := ails(t, s)
	require.Equal(t, []any{[]string{"phone_number"}, true}, []any{codes, revoked})

	// The sandbox is set up in the console.
	sandbox := mine.Sandbox("+14155238886")
	s = p.open(sandbox.Settings())
	require.NoError(t, s.(helpdesk.Connector).Connect(t.Context(), desk+"/hooks/x"))
	codes, revoked = ails(t, s)
	require.Equal(t, []any{[]string{"phone_number"}, false}, []any{codes, revoked})

	// What cannot send.
	mute := mine.Number("+15005550010")
	mute.CanSMS = false
	mute.Webhook(desk + "/hooks/x")
	codes, _ = ails(t, p.open(mute.Settings()))
	require.Equal(t, []string{"number"}, codes)
	off := mine.WhatsApp("+15005550011")
	off.State = "OFFLINE"
	off.Webhook(desk + "/hooks/x")
	codes, _ = ails(t, p.open(off.Settings()))
	require.Equal(t, []string{"number"}, codes)

	// A bad address, a closed account, a token that was taken back.
	s = p.open(p.number.Settings())
	err = s.(helpdesk.Connector).Connect(t.Context(), "https://under_score.example/")
	require.Equal(t, "permanent", outcome(err))
	p.number.Status = "suspended"
	_, revoked = ails(t, s)
	require.True(t, revoked)
	p.number.Revoke()
	codes, revoked = ails(t, s)
	require.Equal(t, []any{[]string{"token"}, true}, []any{codes, revoked})
	err = s.(helpdesk.Connector).Connect(t.Context(), desk+"/hooks/x")
	require.Equal(t, "revoked", outcome(err))
	require.Contains(t, fields(err), "auth_token")

	// An API key alone cannot verify what is posted.
	key := mine.Number("+15005550012")
	key.Webhook(desk + "/hooks/x")
	codes, _ = ails(t, p.open([]byte(`{"account_sid": "`+mine.SID+`", "api_key_sid": "`+mine.KeySID+`", "api_key_secret": "`+mine.KeySecret+`", "phone_number": "+15005550012"}`)))
	require.Equal(t, []string{"secret"}, codes)
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	p := newPhone(t, true)
	owner := p.sender.(helpdesk.Templated)
	require.Equal(t, p.number.SID, owner.TemplateOwner())
	all := func() (list []helpdesk.ProviderTemplate) {
		require.NoError(t, owner.Templates(t.Context(), func(page []helpdesk.ProviderTemplate) error {
			list = append(list, page...)
			return nil
		}))
		return list
	}
	for name, content := range map[string]helpdesk.TemplateContent{
		"text":    {Body: "Hi {{1}}!", Examples: map[string]string{"1": "Ann"}},
		"picture": {Body: "Look.", Header: helpdesk.TemplateHeader{Kind: "IMAGE", Example: "https://shop.example/a.png"}},
		"quick":   {Body: "Yes?", Buttons: []helpdesk.TemplateButton{{Kind: "QUICK_REPLY", Text: "Yes", Extra: map[string]any{"id": "y"}}}},
		"links": {Body: "See.", Buttons: []helpdesk.TemplateButton{
			{Kind: "URL", Text: "Shop", URL: "https://shop.example"}, {Kind: "PHONE_NUMBER", Text: "Call", Phone: "+15005550006"},
		}},
		"card": {Body: "All of it.", Footer: "Bye", Header: helpdesk.TemplateHeader{Kind: "TEXT", Text: "News"}, Buttons: []helpdesk.TemplateButton{
			{Kind: "URL", Text: "Shop", URL: "https://shop.example"},
		}},
	} {
		made := &helpdesk.ProviderTemplate{Name: name, Language: "en", Category: "UTILITY", TemplateContent: content}
		news, err := owner.CreateTemplate(t.Context(), made)
		require.NoError(t, err, name)
		require.Equal(t, helpdesk.TemplatePending, news.Status)
		list := all()
		want := *made
		want.ID, want.Status, want.Format = news.ID, helpdesk.TemplatePending, helpdesk.PositionalParameters
		if want.Examples == nil {
			want.Examples = map[string]string{}
		}
		require.Equal(t, want, list[len(list)-1], "what was written comes back as it was")
		_, err = owner.CreateTemplate(t.Context(), made)
		require.ErrorIs(t, err, helpdesk.Conflict)
		require.Len(t, all(), len(list), "what was refused is not left behind")
	}
	judged := p.number.Templates()[0]
	for status, due := range map[string]helpdesk.TemplateStatus{
		"approved": helpdesk.TemplateApproved, "rejected": helpdesk.TemplateRejected, "paused": helpdesk.TemplatePaused, "disabled": helpdesk.TemplateDisabled,
		"unsubmitted": helpdesk.TemplatePending, "of the future": helpdesk.TemplatePending,
	} {
		p.number.Judge(judged, status, "because")
		require.Equal(t, due, all()[0].Status, status)
	}
	require.ErrorIs(t, func() error { _, err := owner.EditTemplate(t.Context(), &all()[0]); return err }(), helpdesk.Unsupported)
	gone := all()[0]
	require.NoError(t, owner.DeleteTemplate(t.Context(), &gone))
	require.NoError(t, owner.DeleteTemplate(t.Context(), &gone), "it has gone already")
	for range 250 {
		p.number.Template(twiliosim.Text("many", "en", "Hi."))
	}
	require.Len(t, all(), 254)
	p.number.Template(&twiliosim.Content{Name: "odd", Types: map[string]any{"twilio/flows": map[string]any{"x": 1}, "twilio/location": map[string]any{"y": 1}}})
	list := all()
	require.Equal(t, []map[string]any{
		{"type": "twilio/flows", "content": map[string]any{"x": 1.0}}, {"type": "twilio/location", "content": map[string]any{"y": 1.0}},
	}, list[len(list)-1].Raw)

	before := len(p.sim.Calls())
	_, err := owner.CreateTemplate(t.Context(), &helpdesk.ProviderTemplate{Name: "Order Ready", Language: "English", Category: "NEWS", TemplateContent: helpdesk.TemplateContent{
		Header: helpdesk.TemplateHeader{Kind: "IMAGE", Example: "handle"}, Buttons: []helpdesk.TemplateButton{{Kind: "FLOW"}},
	}})
	wrong := new(helpdesk.Error)
	require.ErrorAs(t, err, &wrong)
	require.Len(t, wrong.Fields, 6, "%v", wrong.Fields)
	require.Len(t, p.sim.Calls(), before, "nobody is asked about what is plainly wrong")
}
