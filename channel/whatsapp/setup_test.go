package whatsapp_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

// listen serves the webhook of a sender, as a server would.
func listen(t *testing.T, sender helpdesk.Sender) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		batch, err := sender.(helpdesk.WebhookParser).ParseWebhook(r, body)
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if batch.Answer != nil {
			_, _ = w.Write(batch.Answer.Body)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/hook"
}

func codes(h *helpdesk.Health) (list []string) {
	for _, p := range h.Problems {
		list = append(list, p.Code)
	}
	return list
}

func TestConnectAndCheck(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	check := func(settings json.RawMessage) *helpdesk.Health {
		t.Helper()
		h, err := open(t, whatsapp.Options{BaseURL: p.sim.URL()}, settings).(helpdesk.Checker).Check(t.Context())
		require.NoError(t, err)
		return h
	}
	with := func(more map[string]any) json.RawMessage {
		all := map[string]any{}
		require.NoError(t, json.Unmarshal(p.number.Settings(), &all))
		for key, value := range more {
			all[key] = value
		}
		raw, err := json.Marshal(all)
		require.NoError(t, err)
		return raw
	}
	require.Equal(t, []string{"registration", "webhook"}, codes(check(p.number.Settings())))

	sender := open(t, whatsapp.Options{BaseURL: p.sim.URL()}, with(map[string]any{"pin": "123456"}))
	callback := listen(t, sender)
	require.NoError(t, sender.(helpdesk.Connector).Connect(t.Context(), callback))
	require.True(t, p.number.Registered())
	require.True(t, p.number.Subscribed())
	require.Equal(t, callback, p.number.Callback())
	h := check(p.number.Settings())
	require.Empty(t, h.Problems)
	require.Equal(t, []any{"Shop", "GREEN", "TIER_2K", callback}, []any{h.Facts["verified_name"], h.Facts["quality_rating"], h.Facts["messaging_limit_tier"], h.Facts["callback_url"]})
	require.NoError(t, sender.(helpdesk.Connector).Connect(t.Context(), callback), "again does no harm")

	require.Equal(t, []string{"secret"}, codes(check(with(map[string]any{"app_secret": ""}))))
	require.Equal(t, []string{"verify_token"}, codes(check(with(map[string]any{"webhook_verify_token": ""}))))
	require.Equal(t, []string{"phone_number"}, codes(check(with(map[string]any{"phone_number": "+4915112345678"}))))
	require.Equal(t, []string{"number"}, codes(check(with(map[string]any{"phone_number_id": "1"}))))
	require.Equal(t, []string{"business_account"}, codes(check(with(map[string]any{"business_account_id": "1"}))))
	p.number.Quality, p.number.Status = "RED", "RESTRICTED"
	require.Equal(t, []string{"status", "quality"}, codes(check(p.number.Settings())))

	wrong := open(t, whatsapp.Options{BaseURL: p.sim.URL()}, with(map[string]any{"webhook_verify_token": "another"}))
	err := wrong.(helpdesk.Connector).Connect(t.Context(), callback)
	require.ErrorContains(t, err, "callback")
	require.NoError(t, sender.(helpdesk.Disconnector).Disconnect(t.Context()))
	require.Empty(t, p.number.Callback())

	p.number.Revoke()
	h = check(p.number.Settings())
	require.Equal(t, []string{"token"}, codes(h))
	require.True(t, h.Problems[0].Revoked)
	require.Equal(t, "revoked", outcome(sender.(helpdesk.Connector).Connect(t.Context(), callback)))
	_, err = open(t, whatsapp.Options{BaseURL: "http://127.0.0.1:1"}, p.number.Settings()).(helpdesk.Checker).Check(t.Context())
	require.Error(t, err, "nobody can tell")
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	sim := whatsappsim.New(t, whatsappsim.Options{})
	number := sim.Number("+5511999990000")
	o := whatsapp.Options{BaseURL: sim.URL(), AppID: sim.AppID(), AppSecret: sim.AppSecret()}
	answer := whatsapp.SignUpAnswer{Code: number.Code(), BusinessAccountID: number.BusinessAccount, PhoneNumberID: number.ID}
	s, err := whatsapp.SignUp(t.Context(), o, answer)
	require.NoError(t, err)
	require.Equal(t, []any{"+5511999990000", number.ID, number.BusinessAccount, number.Token, "embedded_signup", false},
		[]any{s.PhoneNumber, s.PhoneNumberID, s.BusinessAccountID, s.APIKey, s.Source, s.Coexistence})
	require.Len(t, s.PIN, 6)
	require.Len(t, s.VerifyToken, 32)
	raw, err := json.Marshal(s)
	require.NoError(t, err)
	sender := open(t, o, raw)
	require.NoError(t, sender.(helpdesk.Connector).Connect(t.Context(), listen(t, sender)))
	require.True(t, number.Registered())

	_, err = whatsapp.SignUp(t.Context(), o, answer)
	require.ErrorContains(t, err, "code", "it works once")
	answer.Code, answer.BusinessAccountID = number.Code(), "1"
	_, err = whatsapp.SignUp(t.Context(), o, answer)
	require.ErrorContains(t, err, "business_account_id", "a browser cannot choose another account")
	_, err = whatsapp.SignUp(t.Context(), o, whatsapp.SignUpAnswer{PhoneNumberID: "x"})
	require.ErrorIs(t, err, helpdesk.Invalid)
	_, err = whatsapp.SignUp(t.Context(), whatsapp.Options{}, answer)
	require.ErrorIs(t, err, helpdesk.Unsupported)

	mobile := sim.Number("+5511988880000") // register would fail this test
	mobile.Coexistence = true
	s, err = whatsapp.SignUp(t.Context(), o, whatsapp.SignUpAnswer{Code: mobile.Code(), BusinessAccountID: mobile.BusinessAccount, Coexistence: true})
	require.NoError(t, err)
	require.True(t, s.Coexistence)
	require.Empty(t, s.PIN)
	raw, err = json.Marshal(s)
	require.NoError(t, err)
	sender = open(t, o, raw)
	require.NoError(t, sender.(helpdesk.Connector).Connect(t.Context(), listen(t, sender)))
	require.NoError(t, whatsapp.Import(t.Context(), o, s))
	require.Equal(t, []string{"smb_app_state_sync", "history"}, mobile.Synced())
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	owner := p.sender.(helpdesk.Templated)
	require.Equal(t, p.number.BusinessAccount, owner.TemplateOwner())
	made := &helpdesk.ProviderTemplate{
		Name: "order_ready", Language: "pt_BR", Category: "UTILITY",
		TemplateContent: helpdesk.TemplateContent{
			Header: helpdesk.TemplateHeader{Kind: "TEXT", Text: "Order {{number}}", Example: "77"}, Body: "Hi {{name}}, it is ready.", Footer: "The shop",
			Format: helpdesk.NamedParameters, Examples: map[string]string{"name": "Ann"},
			Buttons: []helpdesk.TemplateButton{
				{Kind: "QUICK_REPLY", Text: "Thanks"},
				{Kind: "URL", Text: "See", URL: "https://shop.example/{{1}}", Example: "https://shop.example/77"},
				{Kind: "COPY_CODE", Example: "SAVE"},
				{Kind: "FLOW", Text: "Rate", Extra: map[string]any{"flow_id": "1"}},
			},
		},
	}
	news, err := owner.CreateTemplate(t.Context(), made)
	require.NoError(t, err)
	require.Equal(t, helpdesk.TemplatePending, news.Status)
	_, err = owner.CreateTemplate(t.Context(), made)
	require.ErrorIs(t, err, helpdesk.Conflict)

	var list []helpdesk.ProviderTemplate
	all := func() []helpdesk.ProviderTemplate {
		list = nil
		require.NoError(t, owner.Templates(t.Context(), func(page []helpdesk.ProviderTemplate) error {
			list = append(list, page...)
			return nil
		}))
		return list
	}
	want := *made
	want.ID, want.Status = news.ID, helpdesk.TemplatePending
	require.Equal(t, []helpdesk.ProviderTemplate{want}, all(), "what was written comes back as it was")

	_, err = owner.EditTemplate(t.Context(), &want)
	require.ErrorIs(t, err, helpdesk.Conflict, "while it is judged")
	p.number.Judge(p.number.Templates()[0], "APPROVED", "NONE")
	require.Equal(t, helpdesk.TemplateApproved, p.last().Notices[0].Template.Status)
	want.Body, want.Status = "Hello {{name}}, it is ready.", helpdesk.TemplateApproved
	_, err = owner.EditTemplate(t.Context(), &want)
	require.NoError(t, err)
	p.number.Judge(p.number.Templates()[0], "APPROVED", "NONE")
	_, err = owner.EditTemplate(t.Context(), &want)
	require.ErrorIs(t, err, helpdesk.Conflict, "once a day")
	p.clock.advance(25 * time.Hour)
	_, err = owner.EditTemplate(t.Context(), &want)
	require.NoError(t, err)
	require.NoError(t, owner.DeleteTemplate(t.Context(), &want))
	require.NoError(t, owner.DeleteTemplate(t.Context(), &want), "it has gone already")
	require.Empty(t, all())
	_, err = owner.CreateTemplate(t.Context(), made)
	require.ErrorIs(t, err, helpdesk.Conflict, "the name is taken for a while")

	for i := range 250 {
		p.number.Template(whatsappsim.Body("many_"+string(rune('a'+i%26))+string(rune('a'+i/26)), "en", "Hi."))
	}
	require.Len(t, all(), 250)

	handle, err := owner.UploadSample(t.Context(), fileOf("a.png", "image/png", []byte("png")))
	require.NoError(t, err)
	require.NotEmpty(t, handle)
	_, err = owner.UploadSample(t.Context(), helpdesk.OutboundFile{Name: "a.png", ContentType: "image/png", Size: 3 << 20})
	require.ErrorIs(t, err, helpdesk.Invalid)
}

// TestTemplateRules names everything that is wrong before Graph is asked.
func TestTemplateRules(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	before := len(p.sim.Calls())
	for name, c := range map[string]struct {
		change func(t *helpdesk.ProviderTemplate)
		fields []string
	}{
		"everything": {func(t *helpdesk.ProviderTemplate) {
			*t = helpdesk.ProviderTemplate{Name: "Order Ready", Language: "Portuguese", Category: "NEWS"}
		}, []string{"name", "language", "category", "body"}},
		"variable first":    {func(t *helpdesk.ProviderTemplate) { t.Body = "{{1}} is ready." }, []string{"body"}},
		"variable last":     {func(t *helpdesk.ProviderTemplate) { t.Body = "Ready: {{1}}" }, []string{"body"}},
		"variables adjoin":  {func(t *helpdesk.ProviderTemplate) { t.Body = "Hi {{1}} {{2}}." }, []string{"body", "examples"}},
		"a gap":             {func(t *helpdesk.ProviderTemplate) { t.Body = "Hi {{1}} and {{3}}." }, []string{"body", "examples"}},
		"no example":        {func(t *helpdesk.ProviderTemplate) { t.Examples = nil }, []string{"examples"}},
		"an odd name":       {func(t *helpdesk.ProviderTemplate) { t.Format, t.Body = helpdesk.NamedParameters, "Hi {{First Name}}!" }, []string{"body"}},
		"footer":            {func(t *helpdesk.ProviderTemplate) { t.Footer = "{{1}}" }, []string{"footer"}},
		"header, no sample": {func(t *helpdesk.ProviderTemplate) { t.Header.Kind = "IMAGE" }, []string{"header"}},
		"buttons apart": {func(t *helpdesk.ProviderTemplate) {
			t.Buttons = []helpdesk.TemplateButton{{Kind: "QUICK_REPLY", Text: "a"}, {Kind: "URL", Text: "b", URL: "https://x"}, {Kind: "QUICK_REPLY", Text: "c"}}
		}, []string{"buttons"}},
		"a variable inside": {func(t *helpdesk.ProviderTemplate) {
			t.Buttons = []helpdesk.TemplateButton{{Kind: "URL", Text: "b", URL: "https://x/{{1}}/y", Example: "z"}}
		}, []string{"buttons"}},
	} {
		t.Run(name, func(t *testing.T) {
			one := &helpdesk.ProviderTemplate{Name: "a", Language: "en", Category: "UTILITY", TemplateContent: helpdesk.TemplateContent{
				Body: "Hi {{1}}!", Examples: map[string]string{"1": "Ann"},
			}}
			c.change(one)
			for _, call := range []func(context.Context, *helpdesk.ProviderTemplate) (*helpdesk.TemplateNews, error){
				p.sender.(helpdesk.Templated).CreateTemplate, p.sender.(helpdesk.Templated).EditTemplate,
			} {
				_, err := call(t.Context(), one)
				require.ErrorIs(t, err, helpdesk.Invalid)
				e, ok := errors.AsType[*helpdesk.Error](err)
				require.True(t, ok)
				fields := e.Fields
				require.Len(t, fields, len(c.fields), "%v", fields)
				for _, f := range c.fields {
					require.Contains(t, fields, f)
				}
			}
		})
	}
	require.Len(t, p.sim.Calls(), before)
}
