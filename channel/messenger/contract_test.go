package messenger_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/messenger/messengersim"
)

const (
	secret = "app-secret"
	pageID = "108000000000001"
	psid   = "6100000000000002"
)

func inboxSettings(more string) json.RawMessage {
	return json.RawMessage(`{"page_id":"` + pageID + `","page_access_token":"EAAtoken1","app_secret":"` + secret + `"` + more + `}`)
}

func sign(r *http.Request, body []byte) {
	r.Header.Set("X-Hub-Signature-256", messengersim.Signature(secret, body))
}

// call is a webhook call with these events of our page.
func call(events string) []byte {
	return []byte(`{"object":"page","entry":[{"id":"` + pageID + `","time":1739321024000,"messaging":[` + events + `]}]}`)
}

// event is one of the customer's.
func event(rest string) string {
	return `{"sender":{"id":"` + psid + `"},"recipient":{"id":"` + pageID + `"},"timestamp":1739321024000,` + rest + `}`
}

// ours is one of the page's.
func ours(rest string) string {
	return `{"sender":{"id":"` + pageID + `"},"recipient":{"id":"` + psid + `"},"timestamp":1739321024000,` + rest + `}`
}

func said(rest string) []byte { return call(event(`"message":{"mid":"m_1",` + rest + `}`)) }

func attached(rest string) []byte { return said(`"attachments":[` + rest + `]`) }

// kinds are calls of Messenger, those of its numbered list of tests among them.
func kinds() []channeltest.Call {
	return []channeltest.Call{
		{Name: "text", Messages: 1, Body: said(`"text":"hello"`)},
		{Name: "escapes", Messages: 1, Body: said(`"text":"caf\u00e9 \ud83d\ude00 a\/b"`)},
		{Name: "quote", Messages: 1, Body: said(`"text":"yes","reply_to":{"mid":"m_0"}`)},
		{Name: "quick reply", Messages: 1, Body: said(`"text":"Sales","quick_reply":{"payload":"v-sales"}`)},
		{Name: "advertisement", Messages: 1, Body: said(`"text":"hi","referral":{"source":"ADS","type":"OPEN_THREAD","ad_id":6045246247433,"ads_context_data":{"ad_title":"Shoes"}}`)},
		{Name: "picture", Messages: 1, Body: attached(`{"type":"image","payload":{"url":"https://cdn.example/a.jpg?x=1"}}`)},
		{Name: "two pictures", Messages: 1, Body: attached(`{"type":"image","payload":{"url":"https://cdn.example/a.jpg"}},{"type":"video","payload":{"url":"https://cdn.example/b.mp4"}}`)},
		{Name: "file", Messages: 1, Body: attached(`{"type":"file","payload":{"url":"https://cdn.example/a.pdf"}}`)},
		{Name: "sound", Messages: 1, Body: attached(`{"type":"audio","payload":{"url":"https://cdn.example/a.mp4"}}`)},
		{Name: "sticker", Messages: 1, Body: said(`"sticker_id":1,"attachments":[{"type":"image","payload":{"url":"https://cdn.example/s.png","sticker_id":1}}]`)},
		{Name: "thumb", Messages: 1, Body: said(`"sticker_id":369239263222822,"attachments":[{"type":"image","payload":{"url":"https://cdn.example/s.png","sticker_id":369239263222822}}]`)},
		{Name: "location", Messages: 1, Body: attached(`{"type":"location","title":"Ann's Location","url":"https://www.facebook.com/l.php","payload":{"coordinates":{"lat":-23.5,"long":-46.6}}}`)},
		{Name: "fallback", Messages: 1, Body: said(`"text":"https://shop.example/1","attachments":[{"type":"fallback","payload":{"title":"Shoes","url":"https://shop.example/1"}}]`)},
		{Name: "fallback above", Messages: 1, Body: attached(`{"type":"fallback","title":"Shoes","url":"https://shop.example/1"}`)},
		{Name: "fallback with a local path", Messages: 1, Body: attached(`{"type":"fallback","title":"Shoes","url":"/storage/emulated/0/a.jpg","payload":null}`)},
		{Name: "relative reel", Messages: 1, Body: attached(`{"type":"reel","payload":{"reel_video_id":77,"url":"/reel/77"}}`)},
		{Name: "template", Messages: 1, Body: attached(`{"type":"template","payload":{"product":{"elements":[]},"elements":[{"title":"Shoes","subtitle":"Red"}]}}`)},
		{Name: "heart without a payload", Messages: 1, Body: attached(`{"type":"like_heart"}`)},
		{Name: "unsupported", Messages: 1, Body: said(`"is_unsupported":true`)},
		{Name: "of the future", Messages: 1, Body: attached(`{"type":"hologram","payload":{"url":"x"}}`)},
		{Name: "picture without an address", Messages: 1, Body: attached(`{"type":"image","payload":{}}`)},
		{Name: "postback", Messages: 1, Body: call(event(`"postback":{"mid":"m_2","title":"Buy","payload":"BUY","referral":{"ref":"r","source":"SHORTLINK","type":"OPEN_THREAD"}}`))},
		{Name: "postback without an id", Messages: 1, Body: call(event(`"postback":{"title":"Get started","payload":"START"}`))},
		{Name: "reactions", News: 3, Body: call(event(`"reaction":{"mid":"m_1","action":"react","reaction":"love","emoji":"❤"}`) + "," +
			event(`"reaction":{"mid":"m_1","action":"react","reaction":"smile"}`) + "," + event(`"reaction":{"mid":"m_1","action":"unreact"}`))},
		{Name: "edit", News: 1, Body: call(event(`"message_edit":{"mid":"m_1","text":"new","num_edit":1}`))},
		{Name: "unsend", News: 1, Body: said(`"is_deleted":true`)},
		{Name: "delivery by watermark only", Receipts: 1, Body: call(event(`"delivery":{"watermark":1739321023000}`))},
		{Name: "delivery", Receipts: 2, Body: call(event(`"delivery":{"mids":["m_9"],"watermark":1739321023000}`))},
		{Name: "reading", Receipts: 1, Body: call(event(`"read":{"watermark":1739321023000}`))},
		{Name: "echo", Messages: 1, Body: call(ours(`"message":{"mid":"m_3","is_echo":true,"text":"from the page's inbox"}`))},
		{Name: "echo of another app", Messages: 1, Body: call(ours(`"message":{"mid":"m_3","is_echo":true,"app_id":4242,"metadata":"x","text":"from a bot"}`))},
		{Name: "forged mark", Messages: 1, Body: call(ours(`"message":{"mid":"m_3","is_echo":true,"metadata":"helpdesk:1:1/1:0011223344556677","text":"x"}`))},
		{Name: "standby", News: 1, Body: []byte(`{"object":"page","entry":[{"id":"` + pageID + `","time":1739321024000,"standby":[` + event(`"message":{"mid":"m_1","text":"hi"}`) + `,` + event(`"message":{"mid":"m_2","text":"hi"}`) + `]}]}`)},
		{Name: "control was taken", News: 1, Body: call(event(`"take_thread_control":{"previous_owner_app_id":"1"}`))},
		{Name: "opt-in", News: 2, Body: call(event(`"optin":{"type":"notification_messages","notification_messages_status":"STOP_NOTIFICATIONS"}`) + "," + event(`"optin":{"type":"notification_messages"}`))},
		{Name: "two items in an entry", Messages: 2, Receipts: 1, Body: call(event(`"message":{"mid":"a","text":"1"}`) + "," + event(`"message":{"mid":"b","text":"2"}`) + "," + event(`"read":{"watermark":1739321023000}`))},
		{Name: "two entries", Messages: 2, Body: []byte(`{"object":"page","entry":[{"id":"` + pageID + `","messaging":[` + event(`"message":{"mid":"a","text":"1"}`) + `]},` +
			`{"id":"999","messaging":[{"sender":{"id":"5"},"recipient":{"id":"999"},"message":{"mid":"b","text":"2"}}]}]}`)},
		{Name: "time in seconds", Messages: 1, Body: call(`{"sender":{"id":"` + psid + `"},"recipient":{"id":"` + pageID + `"},"timestamp":1739321024,"message":{"mid":"m_1","text":"x"}}`)},
		{Name: "ids as numbers", Messages: 1, Body: []byte(`{"object":"page","entry":[{"id":` + pageID + `,"messaging":[{"sender":{"id":` + psid + `},"recipient":{"id":` + pageID + `},"message":{"mid":"m_1","text":"x"}}]}]}`)},
		{Name: "types turned round", Messages: 1, Body: said(`"text":"x","reply_to":5,"attachments":{"a":1},"quick_reply":[],"referral":"r"`)},
		{Name: "dashboard's test", Body: []byte(`{"object":"page","entry":[{"id":"0","time":1739321024,"changes":[{"field":"messages","value":{"sender":{"id":"12334"},"recipient":{"id":"23245"},"timestamp":"1527459824","message":{"mid":"random_mid","text":"random_text"}}}]}]}`)},
		{Name: "missing sender", Body: call(`{"recipient":{"id":"` + pageID + `"},"timestamp":1739321024000,"message":{"mid":"m_1","text":"x"}}`)},
		{Name: "from a plugin", Body: call(`{"sender":{"user_ref":"u"},"recipient":{"id":"` + pageID + `"},"message":{"mid":"m_1","text":"x"}}`)},
		{Name: "to itself", Body: call(`{"sender":{"id":"` + pageID + `"},"recipient":{"id":"` + pageID + `"},"message":{"mid":"m_1","text":"x"}}`)},
		{Name: "story mention", Body: attached(`{"type":"story_mention","payload":{"url":"https://cdn.example/s.jpg"}}`)},
		{Name: "link was opened", News: 1, Body: call(event(`"referral":{"ref":"r","source":"SHORTLINK","type":"OPEN_THREAD"}`))},
		{Name: "control was passed", Body: call(event(`"pass_thread_control":{"new_owner_app_id":"1"}`))},
		{Name: "comment", Body: []byte(`{"object":"page","entry":[{"id":"` + pageID + `","changes":[{"field":"feed","value":{"item":"comment","message":"nice"}}]}]}`)},
		{Name: "object user", Body: []byte(`{"object":"user","entry":[{"id":"` + pageID + `","messaging":[` + event(`"message":{"mid":"a","text":"1"}`) + `]}]}`)},
		{Name: "empty entry", Body: []byte(`{"object":"page","entry":[{}, null, 1]}`)},
		{Name: "no entries", Body: []byte(`{"object":"page","entry":{}}`)},
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	sim := messengersim.New(t, messengersim.Options{})
	page := sim.Page("Shop")
	ann := sim.Customer("Ann Lee")
	require.Equal(t, []string{pageID, psid, "EAAtoken1"}, []string{page.ID, ann.ID, page.Token})
	ann.Writes("hello")
	channeltest.Run(t, messenger.New(messenger.Options{BaseURL: sim.URL(), HTTPClient: sim.Client(), AppSecret: "x"}), channeltest.Case{
		Settings: inboxSettings(`,"app_id":"900100200300400","verify_token":"v","human_agent":true,"source":"","user_id":"7"`),
		Bad: []channeltest.Bad{
			{Name: "nothing", Settings: json.RawMessage(`{}`), Fields: []string{"page_id", "page_access_token", "app_secret"}},
			{Name: "a path in an id", Settings: inboxSettings(`,"page_id":"../1"`), Fields: []string{"page_id"}},
			{Name: "a token with a line break", Settings: inboxSettings(`,"page_access_token":"a\nb"`), Fields: []string{"page_access_token"}},
			{Name: "everything", Settings: inboxSettings(`,"app_id":"x","source":"y","human_agent":1,"colour":1,"user_id":"-1"`), Fields: []string{"app_id", "source", "human_agent", "colour", "user_id"}},
		},
		Outbound: &helpdesk.Outbound{Message: 7, Attempt: 1, To: psid, Content: "hello", ContentType: "text"},
		Remote:   nil,
		Calls:    kinds(),
		Sign:     sign,
	})
	_, err := messenger.New(messenger.Options{}).Open(inboxSettings(`,"source":"page_connection"`))
	require.ErrorContains(t, err, "Meta app", "it needs the installation's app")
}

func open(t testing.TB, o messenger.Options, settings json.RawMessage) helpdesk.Sender {
	t.Helper()
	sender, err := messenger.New(o).Open(settings)
	require.NoError(t, err)
	return sender
}
