package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/channel/instagram/instagramsim"
	"github.com/gohelpdesk/helpdesk/channel/messenger/messengersim"
	"github.com/gohelpdesk/helpdesk/channel/telegram/telegramsim"
	"github.com/gohelpdesk/helpdesk/channel/twilio/twiliosim"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

// provider is a simulated one, with a customer.
type provider struct {
	name     string
	url      string                // "" = another one's
	app      string                // the installation's, as ID:SECRET; "" = none
	path     string                // where its inbox is made
	body     func() map[string]any // with what
	callback func(address string)  // as people enter it at the provider; nil = the desk does
	// connected reports whether the desk has done so; nil = it has nothing to do.
	connected func() bool
	write     func(text string)
	got       func() []string
}

// settings is a channel of a kind with what a simulator says of it.
func settings(t *testing.T, kind string, raw json.RawMessage) map[string]any {
	t.Helper()
	out := map[string]any{}
	require.NoError(t, json.Unmarshal(raw, &out))
	out["type"] = kind
	return out
}

func providersOf(t *testing.T) []provider {
	t.Helper()
	inbox := func(channel map[string]any) func() map[string]any {
		return func() map[string]any { return map[string]any{"name": "Shop", "channel": channel} }
	}
	wa := whatsappsim.New(t, whatsappsim.Options{Now: time.Now})
	number := wa.Number("+5511999990000")
	ann := wa.Customer("+5511988887777").Called("Ann")
	given := settings(t, "whatsapp", number.Settings())
	config := map[string]any{}
	for key, v := range given {
		if key != "type" && key != "phone_number" {
			config[key] = v
		}
	}
	mobile := wa.Number("+5511999990001")
	fay := wa.Customer("+5511988887778").Called("Fay")
	tg := telegramsim.New(telegramsim.Options{Now: time.Now})
	t.Cleanup(tg.Close)
	bot := tg.NewBot("Shop")
	bea := bot.Person("Bea", "")
	ms := messengersim.New(t, messengersim.Options{Now: time.Now})
	page := ms.Page("Shop")
	cyd := ms.Customer("Cyd")
	ig := instagramsim.New(t, instagramsim.Options{Now: time.Now})
	account := ig.Account("shop")
	dee := ig.Customer("Dee")
	tw := twiliosim.New(t, twiliosim.Options{Now: time.Now})
	texts := tw.Number("+15005550006")
	eve := texts.Customer("+15005550009")
	return []provider{
		{
			name: "whatsapp", url: wa.URL(), path: "/inboxes",
			body:     inbox(map[string]any{"type": "whatsapp", "phone_number": given["phone_number"], "provider_config": config}),
			callback: number.Webhook, write: func(s string) { ann.Writes(s) },
			got: func() (out []string) {
				for _, g := range ann.Got() {
					out = append(out, g.Text)
				}
				return out
			},
		},
		{
			name: "embedded sign-up", path: "/whatsapp/authorization",
			body: func() map[string]any {
				return map[string]any{"code": mobile.Code(), "waba_id": mobile.BusinessAccount, "phone_number_id": mobile.ID}
			},
			app: wa.AppID() + ":" + wa.AppSecret(), connected: func() bool { return mobile.Callback() != "" }, write: func(s string) { fay.To(mobile).Writes(s) },
			got: func() (out []string) {
				for _, g := range fay.Got() {
					out = append(out, g.Text)
				}
				return out
			},
		},
		{
			name: "telegram", url: tg.URL, path: "/inboxes", body: inbox(map[string]any{"type": "telegram", "bot_token": bot.Token()}),
			connected: func() bool { return len(tg.Requests("setWebhook")) > 0 }, write: func(s string) { bea.Writes(s) },
			got: func() (out []string) {
				for _, m := range bea.Sees() {
					out = append(out, m.Text)
				}
				return out
			},
		},
		{
			name: "messenger", url: ms.URL(), path: "/inboxes", body: inbox(settings(t, "facebook", page.Settings())),
			callback: page.Webhook, write: func(s string) { cyd.Writes(s) }, got: cyd.Texts,
		},
		{
			name: "instagram", url: ig.URL(), path: "/inboxes", body: inbox(settings(t, "instagram", account.Settings())),
			callback: account.Webhook, write: func(s string) { dee.Writes(s) }, got: dee.Texts,
		},
		{
			name: "twilio", url: tw.URL(), path: "/channels/twilio_channel",
			body: func() map[string]any {
				channel := settings(t, "", texts.Settings())
				delete(channel, "type")
				channel["name"] = "Shop"
				return map[string]any{"twilio_channel": channel}
			},
			callback: texts.Webhook, write: func(s string) { eve.Writes(s) },
			got: func() (out []string) {
				for _, g := range eve.Got() {
					out = append(out, g.Body)
				}
				return out
			},
		},
	}
}

// A customer of each provider writes, an agent reads it over the API and answers,
// and the answer arrives: through a real process, over real HTTP.
func TestEveryProviderThereAndBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		all := providersOf(t)
		var elsewhere, apps []string
		for _, p := range all {
			if p.url != "" {
				elsewhere = append(elsewhere, p.name+"="+p.url)
			}
			if p.app != "" {
				apps = []string{"HELPDESK_FACEBOOK_APP=" + p.app, "HELPDESK_META_VERIFY_TOKEN=verify"}
			}
		}
		addr := freeAddr(t)
		env := append(asAdmin(), "HELPDESK_WEBHOOK_ALLOW=127.0.0.0/8", "HELPDESK_PROVIDERS="+strings.Join(elsewhere, ","))
		env = append(env, apps...)
		args := []string{"--addr", addr, "--db", db.name, "--data", filepath.Join(t.TempDir(), "data")}
		p := start(t, env, append(args, "--public-url", "http://"+addr)...)
		token, stderr, code := command(t, env, append([]string{"token", "--email", adminEmail}, args[2:]...)...)
		require.Equal(t, 0, code, stderr)
		agent := newClient(p.url, strings.TrimSpace(token))
		for _, one := range all {
			t.Run(one.name, func(t *testing.T) { one.thereAndBack(t, agent) })
		}
	})
}

func (p provider) thereAndBack(t *testing.T, agent *client) {
	const desk = "/api/v1/accounts/1"
	var box struct {
		ID       int64  `json:"id"`
		Callback string `json:"callback_webhook_url"`
	}
	agent.must(t, http.MethodPost, desk+p.path, "", p.body(), &box)
	if p.callback != nil {
		require.NotEmpty(t, box.Callback)
		p.callback(box.Callback)
	}
	eventually := func(what string, is func() bool) {
		t.Helper()
		require.Eventually(t, is, time.Minute, 50*time.Millisecond, what)
	}
	if p.connected != nil {
		eventually("the desk does not connect it", p.connected)
	}
	p.write("Where is my order?")
	var list struct {
		Data struct {
			Payload []struct {
				ID int64 `json:"id"`
			} `json:"payload"`
		} `json:"data"`
	}
	eventually("the customer's message does not arrive", func() bool {
		a, err := agent.do(t.Context(), http.MethodGet, fmt.Sprintf("%s/conversations?inbox_id=%d", desk, box.ID), "", nil)
		return err == nil && json.Unmarshal(a.body, &list) == nil && len(list.Data.Payload) == 1 && strings.Contains(string(a.body), "Where is my order?")
	})
	at := fmt.Sprintf("%s/conversations/%d", desk, list.Data.Payload[0].ID)
	agent.must(t, http.MethodPost, at+"/messages", "answer-"+p.name, map[string]any{"content": "It left this morning."}, nil)
	agent.must(t, http.MethodPost, at+"/messages", "answer-"+p.name, map[string]any{"content": "It left this morning."}, nil)
	count := func() (n int) {
		for _, text := range p.got() {
			if text == "It left this morning." {
				n++
			}
		}
		return n
	}
	eventually("the answer does not arrive", func() bool { return count() > 0 })
	eventually("the message is not known to be sent", func() bool {
		a, err := agent.do(t.Context(), http.MethodGet, at+"/messages", "", nil)
		return err == nil && strings.Contains(string(a.body), `"status":"sent"`) && !strings.Contains(string(a.body), `"status":"failed"`)
	})
	require.Equal(t, 1, count(), "once")
}
