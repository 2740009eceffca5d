package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

const (
	pnid   = "106540352242922"
	waba   = "102290129340398"
	secret = "app-secret"
)

// call is a webhook call with changes of our number, each {"field": …, "value": …}
// whose value gets the metadata.
func call(changes ...string) []byte {
	for i, c := range changes {
		changes[i] = strings.Replace(c, `"value":{`, `"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"`+pnid+`"},`, 1)
	}
	return []byte(`{"object":"whatsapp_business_account","entry":[{"id":"` + waba + `","time":1739321024,"changes":[` + strings.Join(changes, ",") + `]}]}`)
}

// said is a call with messages of one customer.
func said(messages ...string) []byte {
	for i, m := range messages {
		messages[i] = fmt.Sprintf(`{"from":"5511988887777","id":"wamid.%d","timestamp":"1739321024",%s}`, i+1, m)
	}
	return call(`{"field":"messages","value":{"contacts":[{"profile":{"name":"Ann"},"wa_id":"5511988887777"}],"messages":[` + strings.Join(messages, ",") + `]}}`)
}

func receipts(list ...string) []byte {
	return call(`{"field":"messages","value":{"statuses":[` + strings.Join(list, ",") + `]}}`)
}

func inboxSettings(more string) json.RawMessage {
	return json.RawMessage(`{"phone_number":"+15550783881","phone_number_id":"` + pnid + `","business_account_id":"` + waba + `","api_key":"EAAG1"` + more + `}`)
}

func sign(r *http.Request, body []byte) {
	r.Header.Set("X-Hub-Signature-256", whatsappsim.Signature(secret, body))
}

// kinds are calls of every kind, with what they carry. They seed the fuzzers too.
func kinds() []channeltest.Call {
	return []channeltest.Call{
		{Name: "text", Messages: 1, Body: said(`"type":"text","text":{"body":"hello"}`)},
		{Name: "escapes", Messages: 1, Body: said(`"type":"text","text":{"body":"caf\u00e9 \ud83d\ude00 a\/b"}`)},
		{Name: "quote", Messages: 1, Body: said(`"type":"text","text":{"body":"yes"},"context":{"from":"15550783881","id":"wamid.Q"}`)},
		{Name: "forwarded", Messages: 1, Body: said(`"type":"text","text":{"body":"yes"},"context":{"forwarded":true}`)},
		{Name: "product inquiry", Messages: 1, Body: said(`"type":"text","text":{"body":"this?"},"context":{"from":"1","id":"w","referred_product":{"catalog_id":"1","product_retailer_id":"2"}}`)},
		{Name: "advertisement", Messages: 1, Body: said(`"type":"text","text":{"body":"hi"},"referral":{"source_url":"https://fb.me/1","source_type":"ad","ctwa_clid":"abc"}`)},
		{Name: "image", Messages: 1, Body: said(`"type":"image","image":{"id":"77","mime_type":"image/jpeg","sha256":"x","caption":"look"}`)},
		{Name: "video", Messages: 1, Body: said(`"type":"video","video":{"id":77,"mime_type":"video/mp4"}`)},
		{Name: "voice note", Messages: 1, Body: said(`"type":"audio","audio":{"id":"77","mime_type":"audio/ogg; codecs=opus","voice":true}`)},
		{Name: "old voice note", Messages: 1, Body: said(`"type":"voice","voice":{"id":"77","mime_type":"audio/ogg"}`)},
		{Name: "document", Messages: 1, Body: said(`"type":"document","document":{"id":"77","mime_type":"application/pdf","filename":"../a.pdf"}`)},
		{Name: "document without a name", Messages: 1, Body: said(`"type":"document","document":{"id":"77","mime_type":"application/pdf"}`)},
		{Name: "sticker", Messages: 1, Body: said(`"type":"sticker","sticker":{"id":"77","mime_type":"image/webp","animated":false}`)},
		{Name: "location", Messages: 1, Body: said(`"type":"location","location":{"latitude":-23.5,"longitude":-46.6,"name":"Shop","address":"Rua 1","url":"https://maps.example"}`)},
		{Name: "contacts", Messages: 1, Body: said(`"type":"contacts","contacts":[{"name":{"formatted_name":"Bob B","first_name":"Bob"},"phones":[{"phone":"+1 555","wa_id":"1555"}]},{"name":{"formatted_name":"No Phone"}}]`)},
		{Name: "template's button", Messages: 1, Body: said(`"type":"button","button":{"payload":"yes-1","text":"Yes"}`)},
		{Name: "button", Messages: 1, Body: said(`"type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"b1","title":"Sales"}}`)},
		{Name: "list", Messages: 1, Body: said(`"type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"r1","title":"Row","description":"d"}}`)},
		{Name: "form", Messages: 1, Body: said(`"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"flow_token\":\"t\",\"a\":1}"}}`)},
		{Name: "form with junk", Messages: 1, Body: said(`"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{no"}}`)},
		{Name: "interactive without a body", Messages: 1, Body: said(`"type":"interactive"`)},
		{Name: "order", Messages: 1, Body: said(`"type":"order","order":{"catalog_id":"1","text":"please","product_items":[{"product_retailer_id":"sku","quantity":2,"item_price":9.5,"currency":"BRL"}]}`)},
		{Name: "unsupported", Messages: 1, Body: said(`"type":"unsupported","errors":[{"code":131051,"title":"Message type unknown","error_data":{"details":"not supported"}}]`)},
		{Name: "poll", Messages: 1, Body: said(`"type":"unsupported","unsupported":{"type":"poll"}`)},
		{Name: "of the future", Messages: 1, Body: said(`"type":"hologram","hologram":{"x":1}`)},
		{Name: "numbers as numbers", Messages: 1, Body: call(`{"field":"messages","value":{"contacts":[{"wa_id":5511988887777}],"messages":[{"from":5511988887777,"id":"w","timestamp":1739321024,"type":"text","text":{"body":"x"}}]}}`)},
		{Name: "hidden number", Messages: 1, Body: call(`{"field":"messages","value":{"contacts":[{"profile":{"name":"Eve","username":"eve"},"user_id":"BR.1349","parent_user_id":"BR.ENT.1"}],"messages":[{"from_user_id":"BR.1349","id":"w","timestamp":"1739321024","type":"text","text":{"body":"x"}}]}}`)},
		{Name: "id in place of the number", Messages: 1, Body: call(`{"field":"messages","value":{"contacts":[{"profile":{"name":"Eve"},"wa_id":"BR.1349"}],"messages":[{"from":"BR.1349","id":"w","timestamp":"1739321024","type":"text","text":{"body":"x"}}]}}`)},
		{Name: "reactions", News: 3, Body: said(`"type":"reaction","reaction":{"message_id":"w","emoji":"👍"}`, `"type":"reaction","reaction":{"message_id":"w","emoji":""}`, `"type":"reaction","reaction":{"message_id":"w"}`)},
		{Name: "edit", News: 1, Body: said(`"type":"edit","edit":{"original_message_id":"w","message":{"type":"text","text":{"body":"new"}}}`)},
		{Name: "revoke", News: 1, Body: said(`"type":"revoke","revoke":{"original_message_id":"w"}`)},
		{Name: "changed number", News: 1, Body: said(`"type":"system","system":{"body":"x","type":"user_changed_number","new_wa_id":"5511977776666"}`)},
		{Name: "changed id", News: 1, Body: call(`{"field":"messages","value":{"messages":[{"from_user_id":"BR.1","id":"w","timestamp":"1","type":"system","system":{"type":"user_changed_user_id","user_id":"BR.2"}}]}}`)},
		{Name: "new phone", Body: said(`"type":"system","system":{"type":"customer_identity_changed"}`)},
		{Name: "opened the chat", Body: said(`"type":"request_welcome"`)},
		{Name: "receipts", Receipts: 4, Body: receipts(
			`{"id":"w1","status":"sent","timestamp":"1739321024","recipient_id":"55","biz_opaque_callback_data":"42","conversation":{"id":"c","expiration_timestamp":1}}`,
			`{"id":"w1","status":"delivered","timestamp":1739321025}`, `{"id":"w1","status":"read","timestamp":"1739321026"}`, `{"id":"w1","status":"played","timestamp":"1739321026"}`,
			`{"id":"w1","status":"warning"}`, `{"id":"w1","status":"deleted"}`)},
		{Name: "failure", Receipts: 1, Body: receipts(`{"id":"w1","status":"failed","timestamp":"1","errors":[{"code":131047,"title":"Re-engagement message","error_data":{"details":"too late"}}]}`)},
		{Name: "error of the app", News: 1, Body: call(`{"field":"messages","value":{"errors":[{"code":130429,"title":"Rate limit hit"}]}}`)},
		{Name: "mixed", Messages: 3, Receipts: 1, News: 1, Body: []byte(`{"object":"whatsapp_business_account","entry":[` +
			`{"id":"` + waba + `","changes":[` +
			`{"field":"messages","value":{"metadata":{"phone_number_id":"` + pnid + `"},"messages":[{"from":"1","id":"a","type":"text","text":{"body":"1"}},{"from":"2","id":"b","type":"text","text":{"body":"2"}}],"statuses":[{"id":"s","status":"read"}]}},` +
			`{"field":"messages","value":{"metadata":{"phone_number_id":"999"},"messages":[{"from":"1","id":"c","type":"text","text":{"body":"3"}}]}},` +
			`{"field":"account_alerts","value":{"alert_info":{"alert_type":"X"}}}]},` +
			`{"id":"1","changes":[{"field":"account_update","value":{"event":"ACCOUNT_DELETED"}}]}]}`)},
		{Name: "echoes", Messages: 1, News: 2, Body: call(`{"field":"smb_message_echoes","value":{"message_echoes":[` +
			`{"from":"15550783881","to":"5511988887777","id":"e1","timestamp":"1739321024","type":"text","text":{"body":"from my phone"}},` +
			`{"from":"15550783881","to":"5511988887777","id":"e2","timestamp":"1739321024","type":"revoke","revoke":{"original_message_id":"e1"}},` +
			`{"from":"15550783881","to":"5511988887777","id":"e3","timestamp":"1739321024","type":"reaction","reaction":{"message_id":"w","emoji":"👍"}}]}}`)},
		{Name: "history", Messages: 3, News: 1, Body: call(`{"field":"history","value":{"history":[{"metadata":{"phase":0,"chunk_order":1,"progress":55},"threads":[{"id":"5511988887777","messages":[` +
			`{"from":"5511988887777","id":"h1","timestamp":"1739221024","type":"text","text":{"body":"old"},"history_context":{"status":"READ"}},` +
			`{"from":"15550783881","to":"5511988887777","id":"h2","timestamp":"1739221025","type":"text","text":{"body":"old answer"},"history_context":{"status":"READ","from_me":true}},` +
			`{"from":"5511988887777","id":"h3","timestamp":"1739221026","type":"media_placeholder"}]}]},{"errors":[{"code":2593109,"title":"History sharing is off"}]}]}}`)},
		{Name: "history's file", Messages: 1, Body: call(`{"field":"history","value":{"messages":[{"from":"5511988887777","id":"h3","timestamp":"1739221026","type":"image","image":{"id":"9"}}]}}`)},
		{Name: "preferences", News: 2, Body: call(`{"field":"user_preferences","value":{"user_preferences":[{"wa_id":"55","category":"marketing_messages","value":"stop","timestamp":1739321024},{"wa_id":"55","category":"marketing_messages","value":"resume","timestamp":1739321025}]}}`)},
		{Name: "templates", News: 4, Body: call(`{"field":"message_template_status_update","value":{"event":"REJECTED","message_template_id":594425479261596,"message_template_name":"x","message_template_language":"en","reason":"ABUSIVE_CONTENT"}}`,
			`{"field":"message_template_quality_update","value":{"message_template_id":1,"message_template_name":"x","previous_quality_score":"GREEN","new_quality_score":"RED"}}`,
			`{"field":"template_category_update","value":{"message_template_id":1,"message_template_name":"x","new_category":"MARKETING"}}`,
			`{"field":"message_template_components_update","value":{"message_template_id":1,"message_template_name":"x"}}`)},
		{Name: "account", News: 4, Body: call(`{"field":"account_update","value":{"event":"PARTNER_REMOVED","disconnection_info":{"reason":"CHANGE_NUMBER"}}}`,
			`{"field":"account_update","value":{"event":"ACCOUNT_RECONNECTED"}}`, `{"field":"phone_number_quality_update","value":{"event":"ONBOARDING","current_limit":"TIER_10K"}}`,
			`{"field":"smb_app_state_sync","value":{"state_sync":[{"type":"contact","contact":{"full_name":"Bob","phone_number":"1"},"action":"add"}]}}`)},
		{Name: "a call", Body: call(`{"field":"calls","value":{"calls":[{"id":"1"}]}}`)},
		{Name: "another object", Body: []byte(`{"object":"page","entry":[]}`)},
		{Name: "empty entry", Body: []byte(`{"object":"whatsapp_business_account","entry":[{}]}`)},
		{Name: "no entries", Body: []byte(`{"object":"whatsapp_business_account","entry":{}}`)},
		{Name: "no changes", Body: []byte(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":null},null,1]}`)},
		{Name: "no messages", Body: call(`{"field":"messages","value":{"messages":[null,1,"x",[]],"statuses":{},"contacts":7}}`)},
		{Name: "odd time", Messages: 1, Body: call(`{"field":"messages","value":{"messages":[{"from":"1","id":"w","timestamp":"abc","type":"text","text":{"body":"x"}}]}}`)},
		{Name: "types turned round", Messages: 1, Body: call(`{"field":"messages","value":{"messages":[{"from":"1","id":"w","timestamp":[],"type":"text","text":"x","context":5,"referral":[1]}]}}`)},
		{Name: "from nobody", Body: call(`{"field":"messages","value":{"messages":[{"id":"w","type":"text","text":{"body":"x"}}]}}`)},
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	sim := whatsappsim.New(t, whatsappsim.Options{Throughput: 1000, Burst: 1000})
	number := sim.Number("+15550783881")
	number.ID, number.BusinessAccount, number.Token = pnid, waba, "EAAG1"
	sim.Customer("+5511988887777").Writes("hello")
	channeltest.Run(t, whatsapp.New(whatsapp.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()}), channeltest.Case{
		Settings: inboxSettings(`,"webhook_verify_token":"v","app_secret":"` + secret + `","app_id":"1","coexistence":true,"source":"embedded_signup","pin":"123456"`),
		Bad: []channeltest.Bad{
			{Name: "nothing", Settings: json.RawMessage(`{}`), Fields: []string{"phone_number", "phone_number_id", "business_account_id", "api_key"}},
			{Name: "a number without its country", Settings: inboxSettings(`,"phone_number":"011 5555"`), Fields: []string{"phone_number"}},
			{Name: "a token with a line break", Settings: inboxSettings(`,"api_key":"a\nb"`), Fields: []string{"api_key"}},
			{Name: "a path in an id", Settings: inboxSettings(`,"phone_number_id":"../1","business_account_id":"1/2"`), Fields: []string{"phone_number_id", "business_account_id"}},
			{Name: "everything", Settings: inboxSettings(`,"pin":"12","source":"x","app_id":"x","colour":1,"coexistence":"yes"`), Fields: []string{"pin", "source", "app_id", "colour", "coexistence"}},
		},
		Outbound: &helpdesk.Outbound{Message: 7, Attempt: 1, To: "5511988887777", Content: "hello", ContentType: "text"},
		Calls:    kinds(),
		Sign:     sign,
	})
}

func open(t *testing.T, o whatsapp.Options, settings json.RawMessage) helpdesk.Sender {
	t.Helper()
	sender, err := whatsapp.New(o).Open(settings)
	require.NoError(t, err)
	return sender
}
