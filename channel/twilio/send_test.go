package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/twilio/twiliosim"
)

func TestSendKinds(t *testing.T) {
	t.Parallel()
	for _, whatsApp := range []bool{false, true} {
		p := newPhone(t, whatsApp)
		got := p.got(helpdesk.Outbound{Content: "good morning 😀"})
		require.Equal(t, []any{"good morning 😀", desk + "/hooks/x?message=7#rc=5&rp=5xx,ct,rt"}, []any{got.Body, got.Callback})
		require.Equal(t, p.to()[:len(p.to())-len(theirs)]+ours, got.Form.Get("From"))

		files := []helpdesk.OutboundFile{p.file("a.png", []byte("a")), p.file("b.png", []byte("b"))}
		if whatsApp {
			files = files[:1] // one at a time: TestSendParts
		}
		got = p.got(helpdesk.Outbound{Content: "look", Attachments: files})
		require.Equal(t, "a", string(got.Media[0]))
		require.Len(t, got.Media, len(files))

		items := map[string]any{"items": []any{map[string]any{"title": "Sales", "value": "s"}, map[string]any{"title": "Help", "value": "h"}}}
		require.Equal(t, "Which?\n1. Sales\n2. Help", p.got(helpdesk.Outbound{Content: "Which?", ContentType: "input_select", ContentAttrs: items}).Body)
		cards := map[string]any{"items": []any{map[string]any{"title": "Plan", "description": "Cheap", "actions": []any{
			map[string]any{"text": "Buy", "payload": "BUY"}, map[string]any{"text": "More", "uri": "https://shop.example"},
		}}}}
		require.Equal(t, "Plan\nCheap\n1. Buy\nMore https://shop.example", p.got(helpdesk.Outbound{ContentType: "cards", ContentAttrs: cards}).Body)
	}
	p := newPhone(t, true)
	place := map[string]any{"location": map[string]any{"latitude": -23.5, "longitude": -46.6, "name": "Shop"}}
	require.Equal(t, "-23.5,-46.6|Shop", p.got(helpdesk.Outbound{ContentAttrs: place}).Place)
}

func TestFit(t *testing.T) {
	t.Parallel()
	sms, whatsApp := newPhone(t, false), newPhone(t, true)
	file := func(kind string, size int64) []helpdesk.OutboundFile {
		return []helpdesk.OutboundFile{{Name: "f", ContentType: kind, Size: size}}
	}
	for name, c := range map[string]struct {
		p      *phone
		out    helpdesk.Outbound
		fields []string
	}{
		"before anybody is written to": {sms, helpdesk.Outbound{Content: "x"}, nil},
		"as long as may be":            {sms, helpdesk.Outbound{Content: strings.Repeat("x", 1600)}, nil},
		"too long":                     {sms, helpdesk.Outbound{Content: strings.Repeat("x", 1601)}, []string{"content"}},
		"too long in emoji":            {sms, helpdesk.Outbound{Content: strings.Repeat("😀", 801)}, []string{"content"}},
		"nothing":                      {sms, helpdesk.Outbound{}, []string{"content"}},
		"SMS to WhatsApp":              {sms, helpdesk.Outbound{To: "whatsapp:" + theirs, Content: "x"}, []string{"to"}},
		"WhatsApp to SMS":              {whatsApp, helpdesk.Outbound{To: theirs, Content: "x"}, []string{"to"}},
		"a picture":                    {sms, helpdesk.Outbound{Attachments: file("image/jpeg", 5<<20)}, nil},
		"a large picture":              {sms, helpdesk.Outbound{Attachments: file("image/jpeg", 5<<20+1)}, []string{"attachments"}},
		"a large document":             {sms, helpdesk.Outbound{Attachments: file("application/pdf", 600<<10)}, []string{"attachments"}},
		"that on WhatsApp":             {whatsApp, helpdesk.Outbound{Attachments: file("application/pdf", 600<<10)}, nil},
		"too large there":              {whatsApp, helpdesk.Outbound{Attachments: file("application/pdf", 17<<20)}, []string{"attachments"}},
		"a template by SMS":            {sms, helpdesk.Outbound{Template: &helpdesk.TemplateUse{}}, []string{"template"}},
		"a place by SMS":               {sms, helpdesk.Outbound{ContentAttrs: map[string]any{"location": map[string]any{"latitude": 1, "longitude": 2}}}, []string{"content_attributes"}},
		"a hole left open": {whatsApp, helpdesk.Outbound{Template: &helpdesk.TemplateUse{ProviderTemplate: helpdesk.ProviderTemplate{
			Name: "a", TemplateContent: helpdesk.TemplateContent{Body: "Hi {{1}}!"},
		}}}, []string{"params"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.p.sender.(helpdesk.Fitter).Fit(&c.out)
			if c.fields == nil {
				require.NoError(t, err)
				return
			}
			wrong, ok := errors.AsType[*helpdesk.Error](err)
			require.True(t, ok)
			require.Len(t, wrong.Fields, len(c.fields), "%v", wrong.Fields)
			for _, f := range c.fields {
				require.Contains(t, wrong.Fields, f)
			}
		})
	}
}

func TestSendTemplates(t *testing.T) {
	t.Parallel()
	p := newPhone(t, true)
	p.clock.advance(48 * time.Hour) // only templates go
	order := p.number.Template(twiliosim.Text("order", "pt_BR", "Hi {{1}}, order {{2}} is ready."))
	use := &helpdesk.TemplateUse{ProviderTemplate: helpdesk.ProviderTemplate{Name: "order", Language: "pt_BR"}, Params: map[string]string{"1": "Ann", "2": "77"}}
	require.Equal(t, "Hi Ann, order 77 is ready.", p.got(helpdesk.Outbound{Template: use}).Body, "Twilio is asked for its id")
	use = &helpdesk.TemplateUse{ProviderTemplate: helpdesk.ProviderTemplate{ID: order.SID, Name: "order"}, Params: map[string]string{"1": "Bob", "2": "78"}}
	require.Equal(t, "Hi Bob, order 78 is ready.", p.got(helpdesk.Outbound{Template: use}).Body)

	// The variables of the header and of buttons count on where the body's end.
	use = &helpdesk.TemplateUse{
		ProviderTemplate: helpdesk.ProviderTemplate{ID: order.SID, TemplateContent: helpdesk.TemplateContent{
			Body: "Hi {{1}}.", Header: helpdesk.TemplateHeader{Kind: "IMAGE", Example: "https://shop.example/{{2}}"},
			Buttons: []helpdesk.TemplateButton{{Kind: "QUICK_REPLY"}, {Kind: "URL", URL: "https://shop.example/{{3}}"}},
		}},
		Params: map[string]string{"1": "Ann"}, Header: "a.png", Buttons: map[int]string{1: "77"},
	}
	require.Equal(t, map[string]string{"1": "Ann", "2": "a.png", "3": "77"}, p.got(helpdesk.Outbound{Template: use}).Variables)

	use = &helpdesk.TemplateUse{ProviderTemplate: helpdesk.ProviderTemplate{Name: "nothing"}}
	_, err := p.send(helpdesk.Outbound{Template: use})
	require.Equal(t, "permanent", outcome(err))
	use = &helpdesk.TemplateUse{ProviderTemplate: helpdesk.ProviderTemplate{ID: order.SID}, Params: map[string]string{"1": " "}}
	receipt, err := p.send(helpdesk.Outbound{Template: use})
	require.Equal(t, []any{"permanent", "21656"}, []any{outcome(err), receipt.Code})
}

// TestSendOutcomes is the error table, and the faults of any provider.
func TestSendOutcomes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   twiliosim.Fault
		due     string
		code    string
		arrives bool
	}{
		"all well":              {twiliosim.Fault{}, "sent", "", true},
		"a long answer":         {twiliosim.LongAnswer(3 << 20), "sent", "", true},
		"an answer without end": {twiliosim.LongAnswer(5 << 20), "unknown", "", true},
		"lost":                  {twiliosim.LostAnswer(), "unknown", "", true},
		"cut":                   {twiliosim.CutAnswer(), "unknown", "", true},
		"429":                   {twiliosim.TooMany(0), "slow", "20429", false},
		"429 with a hint":       {twiliosim.TooMany(9 * time.Second), "slow", "20429", false},
		"429 of a gateway":      {twiliosim.Gateway(429), "slow", "429", false},
		"500":                   {twiliosim.Broken(), "again", "20500", false},
		"503 of a gateway":      {twiliosim.Gateway(503), "again", "503", false},
		"504 of a gateway":      {twiliosim.Gateway(504), "unknown", "504", false},
		"401":                   {twiliosim.Fault{Status: 401, Code: 20003, Message: "Authenticate"}, "revoked", "20003", false},
		"suspended":             {twiliosim.Fault{Status: 403, Code: 20005, Message: "Account not active"}, "revoked", "20005", false},
		"no sender":             {twiliosim.Refuse(63007, "no channel"), "revoked", "63007", false},
		"stopped":               {twiliosim.Refuse(21610, "unsubscribed"), "unwanted", "21610", false},
		"no number":             {twiliosim.Refuse(21211, "invalid To"), "permanent", "21211", false},
		"a landline":            {twiliosim.Refuse(21614, "not mobile"), "permanent", "21614", false},
		"the queue is full":     {twiliosim.Refuse(30001, "queue overflow"), "again", "30001", false},
		"WhatsApp is busy":      {twiliosim.Refuse(63018, "rate"), "slow", "63018", false},
		"of the future":         {twiliosim.Refuse(99999, "?"), "permanent", "99999", false},
		"404":                   {twiliosim.Gateway(http.StatusNotFound), "permanent", "404", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPhone(t, false)
			p.sim.Next(c.fault)
			receipt, err := p.send(helpdesk.Outbound{Content: "hi"})
			require.Equal(t, []any{c.due, c.code}, []any{outcome(err), receipt.Code}, "%v", err)
			require.Equal(t, c.arrives, len(p.ann.Got()) == 1)
			require.NotContains(t, strings.ToLower(errText(err)), strings.ToLower(p.number.AuthToken))
		})
	}
	p := newPhone(t, false)
	p.number.Revoke()
	_, err := p.send(helpdesk.Outbound{Content: "hi"})
	require.Equal(t, "revoked", outcome(err))
	p.number.Restore()
	p.sim.Client().CloseIdleConnections()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = p.sender.Send(ctx, &helpdesk.Outbound{To: theirs, Content: "hi"})
	require.Error(t, err)
	require.Empty(t, p.ann.Got())
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestSendSlow waits for an answer that does not come.
func TestSendSlow(t *testing.T) {
	t.Parallel()
	p := newPhone(t, false)
	held := make(chan struct{})
	defer close(held)
	p.sim.Next(twiliosim.Fault{Hold: held})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := p.sender.Send(ctx, &helpdesk.Outbound{To: theirs, Content: "hi"})
	require.Equal(t, "unknown", outcome(err))
}

// TestSendFiles names files that Twilio cannot have.
func TestSendFiles(t *testing.T) {
	t.Parallel()
	p := newPhone(t, false)
	missing := p.file("a.png", []byte("a"))
	missing.Link = func() (string, error) { return desk + "/files/nothing.png", nil }
	receipt, err := p.send(helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{missing}})
	require.Equal(t, []any{"permanent", "21620"}, []any{outcome(err), receipt.Code})
	missing.Link = func() (string, error) { return "", helpdesk.Errorf(helpdesk.Unsupported, "no public address") }
	_, err = p.send(helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{missing}})
	require.Equal(t, "permanent", outcome(err))
	missing.Link = nil
	_, err = p.send(helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{missing}})
	require.Equal(t, "permanent", outcome(err))
}

// TestSendParts sends the files of a message on WhatsApp one after another, over a
// failure in between.
func TestSendParts(t *testing.T) {
	t.Parallel()
	p, kept := newPhone(t, true), state{}
	voice := p.file("a.mp3", []byte("a"))
	voice.ContentType = "audio/mpeg"
	out := helpdesk.Outbound{Message: 9, Content: "look", State: kept, Attachments: []helpdesk.OutboundFile{voice, p.file("b.png", []byte("b")), p.file("c.png", []byte("c"))}}
	p.sim.Next(twiliosim.Fault{}, twiliosim.Broken())
	receipt, err := p.send(out)
	require.Equal(t, []any{"again", 1}, []any{outcome(err), len(receipt.Parts)})
	receipt, err = p.send(out)
	require.NoError(t, err)
	require.Len(t, receipt.Parts, 2)
	got := p.ann.Got()
	require.Len(t, got, 3, "what was taken does not go again")
	require.Equal(t, []string{"", "look", ""}, []string{got[0].Body, got[1].Body, got[2].Body})
	require.Equal(t, got[2].ID, receipt.ExternalID)
	require.Empty(t, kept)
	got[0].Undelivered(63003)
	require.Equal(t, []any{helpdesk.MessageID(9), true}, []any{p.last().Receipts[0].Message, p.last().Receipts[0].Part})
	got[2].Delivered()
	require.False(t, p.last().Receipts[0].Part, "the last speaks for all")

	_, err = p.send(helpdesk.Outbound{Message: 10, Content: "listen", Attachments: []helpdesk.OutboundFile{voice}})
	require.NoError(t, err)
	got = p.ann.Got()[3:]
	require.Equal(t, []any{2, "listen", "a"}, []any{len(got), got[0].Body, string(got[1].Media[0])}, "no voice carries words")
}

// state is an inbox's own storage.
type state map[string][]byte

func (s state) Get(_ context.Context, key string) ([]byte, error) {
	if v, ok := s[key]; ok {
		return v, nil
	}
	return nil, helpdesk.NotFound
}

func (s state) List(context.Context, string) (map[string][]byte, error) { return s, nil }

func (s state) Write(_ context.Context, values map[string][]byte) error {
	for k, v := range values {
		if v == nil {
			delete(s, k)
			continue
		}
		s[k] = v
	}
	return nil
}

// TestSendToMany sends in the name of a service, and to somebody without a number.
func TestSendToMany(t *testing.T) {
	t.Parallel()
	p := newPhone(t, true)
	service := p.number.Service(p.number, p.number.Account.Number("+15005550007"))
	p.sender = p.open(service.Settings())
	got := p.got(helpdesk.Outbound{Content: "hi"})
	require.Equal(t, []any{service.ID, ""}, []any{got.Form.Get("MessagingServiceSid"), got.Form.Get("From")})
	p.ann.Writes("back")
	require.Equal(t, helpdesk.Address{}, p.last().To)

	eve := p.number.Customer("US.1349")
	eve.Writes("who are you?")
	require.Equal(t, "whatsapp:US.1349", p.last().Messages[0].From.Source)
	_, err := p.send(helpdesk.Outbound{To: "whatsapp:US.1349", Content: "a shop"})
	require.NoError(t, err)
	require.Equal(t, "a shop", eve.Got()[0].Body)
}

func TestAddressOf(t *testing.T) {
	t.Parallel()
	for _, whatsApp := range []bool{false, true} {
		p := newPhone(t, whatsApp)
		of := p.sender.(helpdesk.Contactable).AddressOf
		require.Equal(t, p.to(), of(helpdesk.Person{Phone: "+55 11 98888-7777"}))
		require.Empty(t, of(helpdesk.Person{Email: "ann@mail.example"}))
		require.Empty(t, of(helpdesk.Person{Phone: "none"}))
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	p := newPhone(t, false)
	p.ann.Sends("look", twiliosim.File{Type: "image/png", Data: []byte("png")}, twiliosim.File{Type: "video/mp4", Data: []byte("mp4")})
	refs := p.last().Messages[0].Attachments
	require.Len(t, refs, 2)
	f, err := p.sender.(helpdesk.Fetcher).Fetch(t.Context(), refs[1].Ref)
	require.NoError(t, err)
	require.Equal(t, []any{"mp4", "video/mp4"}, []any{read(t, f.Body), f.ContentType})

	p.sim.MissingMedia(1)
	_, err = p.sender.(helpdesk.Fetcher).Fetch(t.Context(), refs[0].Ref)
	require.Equal(t, []any{"again", helpdesk.Unavailable}, []any{outcome(err), helpdesk.CodeOf(err)}, "it may not have been copied yet")
	f, err = p.sender.(helpdesk.Fetcher).Fetch(t.Context(), refs[0].Ref)
	require.NoError(t, err)
	require.Equal(t, "png", read(t, f.Body))

	for _, ref := range []string{"", "/", "https://evil.example/a", "@evil.example/2010-04-01/Accounts/", refs[0].Ref + "/../../x", "/x" + refs[0].Ref} {
		_, err = p.sender.(helpdesk.Fetcher).Fetch(t.Context(), ref)
		require.Equal(t, "permanent", outcome(err), "%s: %v", ref, err)
	}
	slow := make(chan struct{})
	defer close(slow)
	p.sim.SlowMedia(slow)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = p.sender.(helpdesk.Fetcher).Fetch(ctx, refs[0].Ref)
	require.Equal(t, "again", outcome(err))
	p.number.Revoke()
	_, err = p.sender.(helpdesk.Fetcher).Fetch(t.Context(), refs[0].Ref)
	require.Equal(t, "permanent", outcome(err), "%v", err)
}

func TestTyping(t *testing.T) {
	t.Parallel()
	p := newPhone(t, true)
	id := p.ann.Writes("are you there?")
	require.NoError(t, p.sender.(helpdesk.ReplyTyper).TypingReply(t.Context(), p.to(), id))
	require.True(t, p.ann.Typing())
	require.Equal(t, 2, p.ann.Seen())
	require.Error(t, p.sender.(helpdesk.ReplyTyper).TypingReply(t.Context(), p.to(), "SM0"))
	_, types := newPhone(t, false).sender.(helpdesk.ReplyTyper)
	require.False(t, types)
}
