package twilio_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/twilio"
)

func TestParseMessages(t *testing.T) {
	t.Parallel()
	m := told(t, says("Body", "hello")).Messages[0]
	require.Equal(t, helpdesk.Person{Source: "whatsapp:" + theirs, Name: "Ann", Phone: theirs, Attested: true}, m.From)
	require.Equal(t, []any{"SM00000000000000000000000000000001", "hello"}, []any{m.ExternalID, m.Content})

	m = told(t, says(slices.Concat(media(10), []string{"Body", "look"})...)).Messages[0]
	require.Len(t, m.Attachments, 10)
	require.Equal(t, helpdesk.InboundFile{
		Type: "image", ContentType: "image/jpeg", Ref: "/2010-04-01/Accounts/" + account + "/Messages/MM1/Media/ME9",
	}, m.Attachments[9])
	m = told(t, says("MediaUrl0", "https://evil.example/a.png", "MediaContentType0", "image/png; x=y")).Messages[0]
	require.Equal(t, helpdesk.InboundFile{Type: "image", ContentType: "image/png", URL: "https://evil.example/a.png"}, m.Attachments[0], "nobody gives it the token")

	m = told(t, says("Body", "Yes", "ButtonText", "Yes", "ButtonPayload", "yes-1", "OriginalRepliedMessageSid", "SM9")).Messages[0]
	require.Equal(t, []any{"Yes", "SM9", map[string]any{"payload": "yes-1", "text": "Yes"}}, []any{m.Content, m.ReplyTo, m.ContentAttrs["button_reply"]})
	m = told(t, says("ListId", "r1", "ListTitle", "Row")).Messages[0]
	require.Equal(t, "Row", m.Content)

	m = told(t, says("Latitude", "-23.5", "Longitude", "-46.6", "Label", "Shop", "Address", "Rua 1", "MessageType", "location")).Messages[0]
	require.Equal(t, []helpdesk.InboundFile{{Type: "location", Name: "Shop, Rua 1", Meta: map[string]any{"coordinates_lat": -23.5, "coordinates_long": -46.6}}}, m.Attachments)
	m = told(t, says("Latitude", "NaN", "Longitude", "-46.6", "MessageType", "location")).Messages[0]
	require.Equal(t, "[location]", m.Content)

	m = told(t, says("Body", "hi", "ReferralSourceUrl", "https://fb.me/1", "ReferralCtwaClid", "abc", "FrequentlyForwarded", "true")).Messages[0]
	require.Equal(t, map[string]any{"source_url": "https://fb.me/1", "ctwa_clid": "abc"}, m.Extra["referral"])
	require.Equal(t, true, m.ContentAttrs["forwarded"])

	m = told(t, says()).Messages[0]
	require.Equal(t, []any{"[empty]", true}, []any{m.Content, m.ContentAttrs["is_unsupported"]})
	require.Equal(t, "[hologram]", told(t, says("MessageType", "hologram")).Messages[0].Content)
	require.Equal(t, "ab", told(t, says("Body", "a\x00b")).Messages[0].Content)
	require.Equal(t, "\uFFFD", told(t, says("Body", "\xff")).Messages[0].Content)
	require.Equal(t, "x", told(t, says("Body", "x", "NumMedia", "abc")).Messages[0].Content)

	m = told(t, says("From", "whatsapp:US.1349", "WaId", "-", "Body", "x")).Messages[0]
	require.Equal(t, helpdesk.Person{Source: "whatsapp:US.1349", Name: "Ann"}, m.From)
	m = told(t, says("ExternalUserId", "US.1349", "Body", "x")).Messages[0]
	require.Equal(t, []string{"whatsapp:US.1349"}, m.From.Also)

	m = told(t, says("From", "whatsapp:+5511987654321", "WaId", "551187654321", "Body", "x")).Messages[0]
	require.Equal(t, []string{"whatsapp:+551187654321"}, m.From.Also, "one person, however the number is written")

	item := told(t, says("Body", "PARAR", "OptOutType", "STOP"))
	require.Equal(t, []helpdesk.Preference{{From: item.Messages[0].From, Category: helpdesk.ConsentAll, Stop: true}}, item.Preferences)
	require.False(t, told(t, says("Body", "START", "OptOutType", "START")).Preferences[0].Stop)
}

func TestParseReceipts(t *testing.T) {
	t.Parallel()
	for status, due := range map[string]helpdesk.SendState{
		"accepted": "sent", "queued": "sent", "sending": "sent", "sent": "sent", "delivered": "delivered", "read": "read", "undelivered": "failed",
		"failed": "failed", "canceled": "failed", "READ": "read",
	} {
		r := told(t, became(status)).Receipts[0]
		require.Equal(t, []any{"SM2", due, helpdesk.MessageID(0)}, []any{r.ExternalID, r.State, r.Message}, status)
	}
	r := told(t, became("failed", "ErrorCode", "63016")).Receipts[0]
	require.Equal(t, []any{"63016", "a day has passed since the customer last wrote: only a template may be sent"}, []any{r.Code, r.Reason})
	require.Equal(t, "Unknown error", told(t, became("failed", "ErrorCode", "30008", "ErrorMessage", "Unknown error")).Receipts[0].Reason)
	require.Equal(t, "Twilio says that it is failed", told(t, became("failed", "ErrorCode", "x")).Receipts[0].Reason)
	item := told(t, became("undelivered", "ErrorCode", "21610"))
	require.Equal(t, helpdesk.Preference{From: helpdesk.Person{Source: "whatsapp:" + theirs, Phone: theirs, Attested: true}, Category: helpdesk.ConsentAll, Stop: true}, item.Preferences[0])
	require.Equal(t, helpdesk.NoticeRevoked, told(t, became("failed", "ErrorCode", "30002")).Notices[0].Kind)

	body := became("delivered", "From", "whatsapp:+19995550000")
	at := httptest.NewRequest(http.MethodPost, "/hooks/x?message=7", nil)
	sign(at, body)
	batch, err := parse(t, desk, at, body)
	require.NoError(t, err)
	require.Equal(t, []any{helpdesk.MessageID(7), helpdesk.Address{}}, []any{batch.Items[0].Receipts[0].Message, batch.Items[0].To}, "it is ours, whatever number sent it")
	require.Equal(t, "<Response/>", string(batch.Answer.Body))
}

// TestParseOthers is what must not get further.
func TestParseOthers(t *testing.T) {
	t.Parallel()
	other := "AC" + strings.Repeat("b", 32)
	for name, body := range map[string][]byte{
		"from nobody": says("From", "-"), "another account": says("AccountSid", other), "no account": says("AccountSid", "-"), "no form": []byte("Body=%zz"),
	} {
		r := httptest.NewRequest(http.MethodPost, "/hooks/x", nil)
		sign(r, body)
		_, err := parse(t, desk, r, body)
		require.Equal(t, helpdesk.Invalid, helpdesk.CodeOf(err), name)
	}
	for to, due := range map[string]helpdesk.Address{
		"whatsapp:" + ours:      {},
		ours:                    {Kind: twilio.Kind, Key: account + "/" + ours},
		"whatsapp:+15005550009": {Kind: twilio.Kind, Key: account + "/whatsapp:+15005550009"},
	} {
		require.Equal(t, due, told(t, says("To", to)).To, to)
	}
	s, err := twilio.New(twilio.Options{}).Open(settings(""))
	require.NoError(t, err)
	require.Equal(t, []helpdesk.Address{{Kind: twilio.Kind, Key: account + "/" + ours}}, s.(helpdesk.Addressed).Addresses())
}

// TestParseMexico is called for a number that Twilio writes with a 1.
func TestParseMexico(t *testing.T) {
	t.Parallel()
	s, err := twilio.New(twilio.Options{PublicURL: desk}).Open(settings(`, "medium": "whatsapp", "phone_number": "+525512345678"`))
	require.NoError(t, err)
	body := says("To", "whatsapp:+5215512345678", "From", "whatsapp:+5215587654321", "Body", "hola")
	r := httptest.NewRequest(http.MethodPost, "/hooks/x", nil)
	sign(r, body)
	batch, err := s.(helpdesk.WebhookParser).ParseWebhook(r, body)
	require.NoError(t, err)
	require.Equal(t, []any{helpdesk.Address{}, "whatsapp:+5215587654321"}, []any{batch.Items[0].To, batch.Items[0].Messages[0].From.Source})
}

// FuzzParseWebhook posts anything, well signed: it may mean something, or be Invalid.
func FuzzParseWebhook(f *testing.F) {
	for _, call := range kinds() {
		f.Add(call.Body)
	}
	f.Add([]byte("AccountSid=" + account + "&MessageSid=1&From=x&MediaUrl0=%00&Latitude=1e309&ErrorCode=-"))
	f.Fuzz(func(t *testing.T, body []byte) {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return
		}
		form.Set("AccountSid", account)
		body = []byte(form.Encode())
		r := httptest.NewRequest(http.MethodPost, "/hooks/x", nil)
		r.Header.Set(twilio.SignatureHeader, twilio.Sign(token, desk+"/hooks/x", form))
		batch, err := parse(t, desk, r, body)
		if err != nil {
			require.Equal(t, helpdesk.Invalid, helpdesk.CodeOf(err))
			return
		}
		for _, item := range batch.Items {
			for _, m := range item.Messages {
				require.LessOrEqual(t, len(m.Attachments), 15)
				require.False(t, m.Content == "" && len(m.Attachments) == 0, fmt.Sprint("nothing to see of ", form))
			}
			for _, receipt := range item.Receipts {
				require.NotEmpty(t, receipt.ExternalID)
			}
		}
	})
}
