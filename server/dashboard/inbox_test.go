package dashboard_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/channel/instagram"
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/telegram"
	"github.com/gohelpdesk/helpdesk/channel/twilio"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
	"github.com/gohelpdesk/helpdesk/channel/widget"
)

// everyChannel gives the desk all channels there are.
func everyChannel(o *helpdesk.Options) {
	o.Channels = []helpdesk.Channel{
		api.New(), widget.New(), whatsapp.New(whatsapp.Options{}), telegram.New(telegram.Options{}),
		messenger.New(messenger.Options{}), instagram.New(instagram.Options{}), twilio.New(twilio.Options{}),
	}
}

// inboxCase is the set-up of a channel: answers that are right, what the page then
// shows to be copied, and a field that was left out.
type inboxCase struct {
	kind, wrong, says string
	good              []string
	shows             []string
	set               map[string]any // of its settings
}

func inboxCases() []inboxCase {
	sid := func(kind string) string { return kind + strings.Repeat("0", 32) }
	return []inboxCase{
		{
			kind: "api", wrong: "webhook_url", says: "must be an http", good: []string{"webhook_url", "https://shop.example/hook", "agent_reply_time_window", "48"},
			shows: []string{"Inbox identifier", "Identity validation key"}, set: map[string]any{"reply_window_hours": 48.0},
		},
		{
			kind: "web_widget", wrong: "website_url", says: "blank", good: []string{"website_url", "https://shop.example", "widget_color", "#123456", "reply_time", "in_a_day", "continuity_via_email", "true"},
			shows: []string{"chatwootSDK.run", "Allowed domains"}, set: map[string]any{"widget_color": "#123456", "reply_time": "in_a_day"},
		},
		{
			kind: "whatsapp", wrong: "phone_number_id", says: "Meta shows", shows: []string{"/hooks/", "Verify token", "Test connection"},
			good: []string{"phone_number", "+5511999990000", "phone_number_id", "1065", "business_account_id", "1022", "api_key", "EAAG"},
			set:  map[string]any{"phone_number_id": "1065", "api_key": "EAAG"},
		},
		{
			kind: "telegram", wrong: "bot_token", says: "blank", good: []string{"bot_token", "123456:AAEabc", "bot_name", "Shop"},
			shows: []string{"Nothing more to do"}, set: map[string]any{"bot_name": "Shop"},
		},
		{
			kind: "facebook", wrong: "app_secret", says: "blank", good: []string{"page_id", "108", "page_access_token", "EAAG", "app_secret", "s3cret"},
			shows: []string{"/hooks/", "Verify token"}, set: map[string]any{"page_id": "108"},
		},
		{
			kind: "instagram", wrong: "instagram_id", says: "blank", good: []string{"instagram_id", "178", "access_token", "IGAA", "app_secret", "s3cret", "human_agent", "true"},
			shows: []string{"/hooks/", "Verify token"}, set: map[string]any{"human_agent": true},
		},
		{
			kind: "twilio", wrong: "account_sid", says: "blank", good: []string{"account_sid", sid("AC"), "auth_token", "secret", "medium", "sms", "phone_number", "+15005550006"},
			shows: []string{"/hooks/", "A message comes in"}, set: map[string]any{"medium": "sms"},
		},
	}
}

// Every channel is added by a form of its own; what is wrong is said at its field,
// and the page after it shows what the other side has to know.
func TestInboxOfEveryChannel(t *testing.T) {
	t.Parallel()
	for _, c := range inboxCases() {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, everyChannel)
			ada := w.signIn("ada@acme.example")
			ada.get("settings/inboxes/new").expect(http.StatusOK, "kind="+c.kind)
			address := "settings/inboxes/new?kind=" + c.kind
			ada.get(address).expect(http.StatusOK, `name="`+c.wrong+`"`)
			bad := []string{"name", "New one", "members", "1"}
			for i := 0; i < len(c.good); i += 2 {
				if c.good[i] != c.wrong {
					bad = append(bad, c.good[i], c.good[i+1])
				}
			}
			ada.post(address, append(bad, c.wrong, map[bool]string{true: "nonsense"}[c.kind == "api"])...).wrong(c.wrong, c.says).expect(http.StatusUnprocessableEntity, `value="New one"`)

			tab := map[bool]string{true: "/widget", false: "/connection"}[c.kind == "web_widget"]
			ada.post(address, append([]string{"name", "New one", "members", str(w.bob.ID)}, c.good...)...).to("settings/inboxes/2"+tab).expect(http.StatusOK, append(c.shows, "Inbox created")...)
			require.Equal(t, c.set, only(w.settings(2), c.set))
			members, err := w.admin.Inboxes.Members(t.Context(), 2)
			require.NoError(t, err)
			require.Len(t, members, 1)
			require.Equal(t, w.bob.ID, members[0].ID)

			// Saved again without its secrets, it has them still.
			var again []string
			for i := 0; i < len(c.good); i += 2 {
				if !strings.Contains("api_key bot_token auth_token app_secret page_access_token access_token", c.good[i]) {
					again = append(again, c.good[i], c.good[i+1])
				}
			}
			before := w.settings(2)
			ada.post("settings/inboxes/2"+tab, again...).to("settings/inboxes/2"+tab).expect(http.StatusOK, "Saved")
			require.Equal(t, only(before, c.set), only(w.settings(2), c.set))
			require.Equal(t, before["api_key"], w.settings(2)["api_key"])
			require.Equal(t, before["webhook_verify_token"], w.settings(2)["webhook_verify_token"])
			ada.post("settings/inboxes/2/delete").to("settings/inboxes").expect(http.StatusOK, "Deleted").without("New one")
		})
	}
}

func (w *world) settings(id helpdesk.InboxID) map[string]any {
	w.Helper()
	raw, err := w.admin.Inboxes.Settings(context.WithoutCancel(w.Context()), id)
	require.NoError(w, err)
	var out map[string]any
	require.NoError(w, json.Unmarshal(raw, &out))
	return out
}

// only are the values of which want has the keys.
func only(have, want map[string]any) map[string]any {
	out := map[string]any{}
	for k := range want {
		out[k] = have[k]
	}
	return out
}

// An inbox's tabs save what they show, and say what is wrong at its field.
func TestInboxTabs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	base := "settings/inboxes/" + str(w.inbox.ID)
	ada.get(base).to(base+"/general").expect(http.StatusOK, `value="Shop"`)
	read := func() *helpdesk.Inbox {
		b, err := w.admin.Inboxes.Get(t.Context(), w.inbox.ID)
		require.NoError(t, err)
		return b
	}

	general := []string{"active", "true", "greeting_enabled", "true", "greeting_message", "Hello"}
	ada.post(base+"/general", append(general, "name", "")...).wrong("name", "blank").expect(http.StatusUnprocessableEntity, ">Hello</textarea>")
	ada.post(base+"/general", append(general, "name", "Shop", "keep_alive_active", "true")...).wrong("inactivity_message", "blank")
	ada.post(base+"/general", append(general, "name", "Shop", "inactivity", "soon")...).wrong("inactivity", "whole number")
	ada.post(base+"/general", append(general, "name", "The shop")...).to(base+"/general").expect(http.StatusOK, "Saved", `value="The shop"`)
	require.Equal(t, "Hello", read().Greeting)
	require.True(t, read().GreetingEnabled)
	require.False(t, read().CSATEnabled)

	hours := []string{"hours_enabled", "true", "timezone", "America/Sao_Paulo", "out_of_office_message", "Tomorrow", "holidays", "2026-12-25\n2026-12-24 09:00-12:00"}
	for day := range 7 {
		hours = append(hours, "day"+str(day)+".mode", map[bool]string{true: "closed", false: "hours"}[day == 0], "day"+str(day)+".from", "08:00", "day"+str(day)+".to", "12:00", "day"+str(day)+".from", "13:00", "day"+str(day)+".to", "00:00")
	}
	ada.post(base+"/hours", append([]string{"timezone", "Mars/Base", "day1.mode", "hours", "day1.from", "8", "day1.to", "12:00"}, hours[4:8]...)...).
		wrong("working_hours", "Monday").expect(http.StatusUnprocessableEntity, "Tomorrow", "2026-12-24 09:00-12:00", "Mars/Base")
	ada.post(base+"/hours", append(hours, "timezone", "Mars/Base")[2:]...).to(base + "/hours")
	ada.post(base+"/hours", append([]string{"timezone", "Mars/Base"}, hours...)...).wrong("timezone", "time zone")
	ada.post(base+"/hours", hours...).to(base+"/hours").expect(http.StatusOK, `value="13:00"`, "2026-12-24 09:00-12:00")
	b := read()
	require.True(t, b.HoursEnabled)
	require.Equal(t, "Tomorrow", b.OutOfOffice)
	require.Equal(t, helpdesk.OpenHours{Day: 1, OpenMinute: 480, CloseMinute: 720, More: []helpdesk.Interval{{Open: 780, Close: 1440}}}, b.Hours[1])
	require.True(t, b.Hours[0].ClosedAll)
	require.Len(t, b.Holidays, 2)

	ada.post(base+"/assignment", "max_assignment_limit", "-1").wrong("max_assignment_limit", "negative")
	policy, err := w.admin.AssignmentPolicies.Create(t.Context(), helpdesk.AssignmentPolicyInput{Name: new("Fair")})
	require.NoError(t, err)
	ada.post(base+"/assignment", "enable_auto_assignment", "true", "max_assignment_limit", "5", "policy", str(policy.ID)).to(base+"/assignment").expect(http.StatusOK, `value="5"`)
	require.Equal(t, policy.ID, read().Policy)
	ada.post(base+"/assignment", "policy", "0").to(base + "/assignment")
	require.Zero(t, read().Policy)

	bot, err := w.admin.Bots.Create(t.Context(), helpdesk.BotInput{Name: new("Robo")})
	require.NoError(t, err)
	ada.post(base+"/bot", "bot", str(bot.ID), "entry_flow_id", "77").wrong("entry_flow_id", "flow")
	ada.post(base+"/bot", "bot", str(bot.ID)).to(base+"/bot").expect(http.StatusOK, "Robo")
	require.Equal(t, bot.ID, read().Bot)

	ada.post(base+"/members", "members", str(w.bob.ID)).to(base + "/members")
	members, err := w.admin.Inboxes.Members(t.Context(), w.inbox.ID)
	require.NoError(t, err)
	require.Len(t, members, 2) // Bob, and the bot, which the form does not show

	ada.get(base + "/templates").expect(http.StatusNotFound)
	ada.get(base + "/nothing").expect(http.StatusNotFound)
	ada.get("settings/inboxes/999/general").expect(http.StatusNotFound)
	bob := w.signIn("bob@acme.example")
	bob.get("settings/inboxes").expect(http.StatusOK, "The shop").without(base + "/delete")
	bob.get(base + "/general").expect(http.StatusForbidden)
	bob.post(base+"/general", "name", "Mine").expect(http.StatusForbidden)
}

// The form before a widget's first message may ask for attributes of the account.
func TestWidgetForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	_, err := w.admin.Attributes.Create(t.Context(), helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "plan", Type: helpdesk.ListAttribute, Name: new("Plan"), Choices: []string{"free", "gold"}})
	require.NoError(t, err)
	ada.post("settings/inboxes/new?kind=web_widget", "name", "Site", "website_url", "https://shop.example", "widget_color", "#123456", "reply_time", "in_a_day").to("settings/inboxes/2/widget").expect(http.StatusOK, "Plan")
	good := []string{
		"website_url", "https://shop.example", "reply_time", "in_a_day", "pre_chat_form_enabled", "true", "pre_chat_message", "First",
		"pc.plan.enabled", "true", "pc.plan.label", "Your <b>plan</b>", "pc.emailAddress.label", "Mail",
	}
	ada.post("settings/inboxes/2/widget", append(good, "widget_color", "red")...).wrong("widget_color", "rrggbb").expect(http.StatusUnprocessableEntity, "Your &lt;b&gt;plan")
	ada.post("settings/inboxes/2/widget", append(good, "widget_color", "#654321", "hmac_mandatory", "true")...).to("settings/inboxes/2/widget").expect(http.StatusOK, "Your &lt;b&gt;plan", "#654321")
	raw, err := json.Marshal(w.settings(2)["pre_chat_form_options"])
	require.NoError(t, err)
	require.Contains(t, string(raw), `{"enabled":true,"field_type":"contact_attribute","label":"Your \u003cb\u003eplan\u003c/b\u003e","name":"plan","required":false,"type":"list","values":["free","gold"]}`)
}

// Templates are listed, written and refused at their fields; the test of the
// connection says what the provider says.
func TestWhatsAppTemplates(t *testing.T) {
	t.Parallel()
	sim := whatsappsim.New(t, whatsappsim.Options{})
	number := sim.Number("+5511999990000")
	number.Template(whatsappsim.Body("order_ready", "en", "Your order is ready, {{1}}!"))
	w := newWorld(t, func(o *helpdesk.Options) {
		o.Now = nil
		o.Channels = []helpdesk.Channel{api.New(), whatsapp.New(whatsapp.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()})}
	})
	ada := w.signIn("ada@acme.example")
	_, err := w.admin.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: whatsapp.Kind, Name: new("Number"), Settings: number.Settings()})
	require.NoError(t, err)
	base := "settings/inboxes/2"
	ada.post(base+"/check").expect(http.StatusOK, `id="health"`, "GREEN")
	ada.get(base+"/templates").expect(http.StatusOK, "No templates yet")
	list := ada.post(base+"/templates/sync").to(base+"/templates").expect(http.StatusOK, "order_ready", "Approved")
	id := regexp.MustCompile(`/templates/(\d+)"`).FindStringSubmatch(list.Body)[1]
	ada.get(base+"/templates/"+id).expect(http.StatusOK, "Your order is ready")

	typed := []string{"name", "refund_done", "language", "pt_BR", "category", "UTILITY", "body", "Olá {{nome}}, tudo certo.", "example.nome", "<b>Ana</b>", "footer", "Velo"}
	ada.post(base+"/templates/new", append([]string{"preview", "1"}, typed...)...).expect(http.StatusOK, "Olá &lt;b&gt;Ana&lt;/b&gt;, tudo certo.", "{{nome}}")
	ada.post(base+"/templates/new", append([]string{"name", "No spaces"}, typed[2:]...)...).wrong("name", "lower-case").expect(http.StatusUnprocessableEntity, "tudo certo")
	ada.post(base+"/templates/new", append([]string{"button.kind", "URL", "button.text", "", "button.to", "https://x.example", "button.example", ""}, typed...)...).wrong("buttons", "must have a text")
	ada.post(base+"/templates/new", append([]string{"button.kind", "QUICK_REPLY", "button.text", "Thanks"}, typed...)...).to(base+"/templates").expect(http.StatusOK, "refund_done", "In review")
	require.Len(t, number.Templates(), 2)

	settings := []string{"phone_number", "5511", "phone_number_id", "1", "business_account_id", "1"}
	ada.post(base+"/connection", settings...).wrong("phone_number", "with the country")
}
