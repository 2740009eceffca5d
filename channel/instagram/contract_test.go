package instagram_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/channel/instagram"
	"github.com/gohelpdesk/helpdesk/channel/instagram/instagramsim"
)

const (
	secret    = "app-secret"
	accountID = "108000000000001"
	igsid     = "6100000000000002"
)

func inboxSettings(more string) json.RawMessage {
	return json.RawMessage(`{"instagram_id":"` + accountID + `","access_token":"EAAtoken1","app_secret":"` + secret + `"` + more + `}`)
}

func sign(r *http.Request, body []byte) {
	r.Header.Set("X-Hub-Signature-256", instagramsim.Signature(secret, body))
}

// call is a webhook call with these events of our account.
func call(events string) []byte {
	return []byte(`{"object":"instagram","entry":[{"id":"` + accountID + `","time":1739321024000,"messaging":[` + events + `]}]}`)
}

// event is one of the customer's.
func event(rest string) string {
	return `{"sender":{"id":"` + igsid + `"},"recipient":{"id":"` + accountID + `"},"timestamp":1739321024000,` + rest + `}`
}

// ours is one of the account's.
func ours(rest string) string {
	return `{"sender":{"id":"` + accountID + `"},"recipient":{"id":"` + igsid + `"},"timestamp":1739321024000,` + rest + `}`
}

func said(rest string) []byte { return call(event(`"message":{"mid":"m_1",` + rest + `}`)) }

func attached(rest string) []byte { return said(`"attachments":[` + rest + `]`) }

// kinds are calls of Instagram, those of its numbered list of tests among them.
func kinds() []channeltest.Call {
	return []channeltest.Call{
		{Name: "text", Messages: 1, Body: said(`"text":"hello"`)},
		{Name: "quote", Messages: 1, Body: said(`"text":"yes","reply_to":{"mid":"m_0"}`)},
		{Name: "answer to a story", Messages: 1, Body: said(`"text":"lovely","reply_to":{"story":{"id":"179","url":"https://cdn.example/s.jpg"}}`)},
		{Name: "answer to a story that has gone", Messages: 1, Body: said(`"text":"lovely","reply_to":{"story":{"id":179,"url":""}}`)},
		{Name: "answer to a story without words", Messages: 1, Body: said(`"reply_to":{"story":{"id":"179"}},"attachments":[{"type":"like_heart"}]`)},
		{Name: "picture", Messages: 1, Body: attached(`{"type":"image","payload":{"url":"https://cdn.example/a.jpg"}}`)},
		{Name: "post", Messages: 1, Body: attached(`{"type":"ig_post","payload":{"ig_post_media_id":"18","title":"Shoes","url":"https://cdn.example/p.jpg"}}`)},
		{Name: "share", Messages: 1, Body: attached(`{"type":"share","payload":{"url":"https://cdn.example/p.jpg"}}`)},
		{Name: "reel", Messages: 1, Body: attached(`{"type":"ig_reel","payload":{"reel_video_id":"17","title":"Look","url":"https://cdn.example/r.mp4"}}`)},
		{Name: "relative reel", Messages: 1, Body: attached(`{"type":"ig_reel","payload":{"reel_video_id":"17","url":"/reel/17"}}`)},
		{Name: "somebody's story", Messages: 1, Body: attached(`{"type":"ig_story","payload":{"story_media_id":"19","story_media_url":"https://cdn.example/s.mp4"}}`)},
		{Name: "heart without a payload", Messages: 1, Body: attached(`{"type":"like_heart"}`)},
		{Name: "what disappears", Messages: 1, Body: attached(`{"type":"ephemeral"}`)},
		{Name: "unsupported", Messages: 1, Body: said(`"is_unsupported":true`)},
		{Name: "unsupported type", Messages: 1, Body: attached(`{"type":"unsupported_type"}`)},
		{Name: "fallback with a local path", Messages: 1, Body: attached(`{"type":"fallback","payload":{"title":"Shoes","url":"/private/var/a.jpg"}}`)},
		{Name: "quick reply", Messages: 1, Body: said(`"text":"Sales","quick_reply":{"payload":"v-sales"}`)},
		{Name: "product", Messages: 1, Body: said(`"text":"this?","referral":{"product":{"id":"77"}}`)},
		{Name: "postback", Messages: 1, Body: call(event(`"postback":{"mid":"m_2","title":"Prices","payload":"PRICES"}`))},
		{Name: "reactions", News: 3, Body: call(event(`"reaction":{"mid":"m_1","action":"react","reaction":"love","emoji":"❤️"}`) + "," +
			event(`"reaction":{"mid":"m_1","action":"react","reaction":"other"}`) + "," + event(`"reaction":{"mid":"m_1","action":"unreact"}`))},
		{Name: "edit", News: 1, Body: call(event(`"message_edit":{"mid":"m_1","text":"new","num_edit":2}`))},
		{Name: "unsend", News: 1, Body: said(`"is_deleted":true`)},
		{Name: "seen", Receipts: 2, Body: call(event(`"read":{"mid":"m_9"}`))},
		{Name: "echo", Messages: 1, Body: call(ours(`"message":{"mid":"m_3","is_echo":true,"text":"from the phone"}`))},
		{Name: "own message without a mark", Messages: 1, Body: call(ours(`"message":{"mid":"m_3","text":"from the phone"}`))},
		{Name: "standby", News: 1, Body: []byte(`{"object":"instagram","entry":[{"id":"` + accountID + `","time":1739321024000,"standby":[` + event(`"message":{"mid":"m_1","text":"hi"}`) + `]}]}`)},
		{Name: "two items in an entry", Messages: 2, Body: call(event(`"message":{"mid":"a","text":"1"}`) + "," + event(`"message":{"mid":"b","text":"2"}`))},
		{Name: "wrapped", Messages: 1, Body: []byte(`{"object":"instagram","entry":[{"id":"` + accountID + `","changes":[{"field":"messages","value":` + event(`"message":{"mid":"m_1","text":"hi"}`) + `}]}]}`)},
		{Name: "time in seconds", Messages: 1, Body: call(`{"sender":{"id":"` + igsid + `"},"recipient":{"id":"` + accountID + `"},"timestamp":1739321024,"message":{"mid":"m_1","text":"x"}}`)},
		{Name: "dashboard's test", Body: []byte(`{"object":"instagram","entry":[{"id":"0","time":1739321024,"changes":[{"field":"messages","value":{"sender":{"id":"12334"},"recipient":{"id":"23245"},"timestamp":"1527459824","message":{"mid":"random_mid","text":"random_text"}}}]}]}`)},
		{Name: "missing sender", Body: call(`{"recipient":{"id":"` + accountID + `"},"message":{"mid":"m_1","text":"x"}}`)},
		{Name: "to itself", Body: call(event(`"message":{"mid":"m_1","text":"x","is_self":true}`))},
		{Name: "story mention", Body: attached(`{"type":"story_mention","payload":{"url":"https://cdn.example/s.jpg"}}`)},
		{Name: "story mention as echo", Body: call(ours(`"message":{"mid":"m_1","is_echo":true,"attachments":[{"type":"story_mention","payload":{"url":"https://cdn.example/s.jpg"}}]}`))},
		{Name: "link was opened", News: 1, Body: call(event(`"referral":{"ref":"r","source":"IGME-SOURCE-LINK","type":"OPEN_THREAD"}`))},
		{Name: "comment", Body: []byte(`{"object":"instagram","entry":[{"id":"` + accountID + `","changes":[{"field":"comments","value":{"id":"1","text":"nice","from":{"id":"5"}}},{"field":"live_comments","value":{}}]}]}`)},
		{Name: "mention in a comment", Body: []byte(`{"object":"instagram","entry":[{"id":"` + accountID + `","changes":[{"field":"mentions","value":{"media_id":"1","comment_id":"2"}}]}]}`)},
		{Name: "object page", Body: []byte(`{"object":"page","entry":[{"id":"` + accountID + `","messaging":[` + event(`"message":{"mid":"a","text":"1"}`) + `]}]}`)},
		{Name: "object user", Body: []byte(`{"object":"user","entry":[{"id":"` + accountID + `","messaging":[` + event(`"message":{"mid":"a","text":"1"}`) + `]}]}`)},
		{Name: "empty entry", Body: []byte(`{"object":"instagram","entry":[{}, null, 1]}`)},
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		account func(s *instagramsim.Sim) *instagramsim.Account
		more    string
	}{
		"own login": {func(s *instagramsim.Sim) *instagramsim.Account { return s.Account("shop") }, ""},
		"by page":   {func(s *instagramsim.Sim) *instagramsim.Account { return s.AccountOfPage("shop") }, `,"page_id":"2108000000000001"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := instagramsim.New(t, instagramsim.Options{})
			account := c.account(sim)
			ann := sim.Customer("Ann Lee")
			require.Equal(t, []string{accountID, igsid, "EAAtoken1"}, []string{account.ID, ann.ID, account.Token})
			ann.Writes("hello")
			channeltest.Run(t, instagram.New(instagram.Options{BaseURL: sim.URL(), PageBaseURL: sim.URL(), HTTPClient: sim.Client()}), channeltest.Case{
				Settings: inboxSettings(c.more + `,"app_id":"900100200300400","verify_token":"v","human_agent":true,"source":"","expires_at":"2026-05-01T00:00:00Z"`),
				Bad: []channeltest.Bad{
					{Name: "nothing", Settings: json.RawMessage(`{}`), Fields: []string{"instagram_id", "access_token", "app_secret"}},
					{Name: "a path in an id", Settings: inboxSettings(`,"instagram_id":"../1","page_id":"1/2"`), Fields: []string{"instagram_id", "page_id"}},
					{Name: "no page", Settings: inboxSettings(`,"source":"page_connection"`), Fields: []string{"page_id", "source"}},
					{Name: "everything", Settings: inboxSettings(`,"app_id":"x","source":"y","human_agent":1,"colour":1,"expires_at":"soon"`), Fields: []string{"app_id", "source", "human_agent", "colour", "expires_at"}},
				},
				Outbound: &helpdesk.Outbound{Message: 7, Attempt: 1, To: igsid, Content: "hello", ContentType: "text"},
				Calls:    kinds(),
				Sign:     sign,
			})
		})
	}
}

func open(t testing.TB, o instagram.Options, settings json.RawMessage) helpdesk.Sender {
	t.Helper()
	sender, err := instagram.New(o).Open(settings)
	require.NoError(t, err)
	return sender
}
