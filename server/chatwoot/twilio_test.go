package chatwoot_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/channel/twilio"
	"github.com/gohelpdesk/helpdesk/channel/twilio/twiliosim"
)

// The templates of an inbox of Twilio, as Chatwoot's clients read them; what a customer
// refuses names the line of their ledger.
func TestTwilioTemplates(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, plain *world) {
		sim := twiliosim.New(t, twiliosim.Options{Now: plain.clock.now})
		number := sim.WhatsApp("+15005550006")
		order := number.Template(twiliosim.Text("order", "en", "Hi {{1}}, order {{2}} is ready."))
		w := plain.with(twilio.New(twilio.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()}))
		var settings map[string]any
		require.NoError(t, json.Unmarshal(number.Settings(), &settings))
		settings["name"] = "Twilio"
		made := w.send(request{method: "POST", path: w.path("/channels/twilio_channel"), token: w.token, json: map[string]any{"twilio_channel": settings}})
		require.Equal(t, http.StatusOK, made.status, made.body)
		require.NoError(t, w.e.RunDue(t.Context()))
		list := w.send(request{method: "GET", path: w.path("/inboxes"), token: w.token})
		for _, part := range []string{
			`"content_templates":{"templates":[{"content_sid":"` + order.SID + `","friendly_name":"order","language":"en","status":"approved"`,
			`"template_type":"text","media_type":null,"variables":{`, `"body":"Hi {{1}}, order {{2}} is ready."`, `"types":{"twilio/text":{"body":"Hi {{1}}`,
		} {
			require.Contains(t, list.body, part)
		}

		contact := w.call("POST", "/contacts", `{"name":"Ann","phone_number":"+5511912345678"}`).id("payload.contact.id")
		bad := w.send(request{method: "POST", path: w.path("/contacts/" + contact + "/consents"), token: w.token, json: `{"category":"x","said_at":"soon"}`})
		require.Equal(t, http.StatusUnprocessableEntity, bad.status, bad.body)
		for _, field := range []string{"category", "stop", "said_at"} {
			require.Contains(t, bad.body, `"`+field+`"`, "all at once")
		}
		line := w.call("POST", "/contacts/"+contact+"/consents", `{"category":"all","stop":true,"said_at":1767225600}`).id("payload.id")
		talk := w.call("POST", "/conversations", `{"inbox_id":`+made.id("id")+`,"contact_id":`+contact+`}`)
		verdict := w.call("POST", "/conversations/"+talk.id("id")+"/can_send", `{"template_params":{"name":"order","language":"en","processed_params":{"body":{"1":"a","2":"b"}}}}`)
		require.Contains(t, verdict.body, `"reason":"opted_out"`)
		require.Contains(t, verdict.body, `"consent":{"id":`+line+`,"source":"person","said_at":1767225600}`)
	})
}
