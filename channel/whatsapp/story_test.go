package whatsapp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

// clock is time that moves only when told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// phone is a number with its sender, and what its webhooks carried.
type phone struct {
	*testing.T
	sim    *whatsappsim.Sim
	number *whatsappsim.Number
	sender helpdesk.Sender
	clock  *clock
	ann    *whatsappsim.Customer

	mu    sync.Mutex
	heard []helpdesk.BatchItem
}

func newPhone(t *testing.T, o whatsappsim.Options) *phone {
	t.Helper()
	p := &phone{T: t, clock: newClock()}
	o.Now = p.clock.Now
	p.sim = whatsappsim.New(t, o)
	p.number = p.sim.Number("+5511999990000")
	p.ann = p.sim.Customer("+5511988887777").Called("Ann")
	p.sender = open(t, whatsapp.Options{BaseURL: p.sim.URL(), HTTPClient: p.sim.Client()}, p.number.Settings())
	p.number.OnWebhook(func(r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		batch, err := p.sender.(helpdesk.WebhookParser).ParseWebhook(r, body)
		if err != nil {
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.heard = append(p.heard, batch.Items...)
		return nil
	})
	p.ann.Writes("hello") // opens the window
	return p
}

func (p *phone) last() helpdesk.BatchItem {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	require.NotEmpty(p, p.heard)
	return p.heard[len(p.heard)-1]
}

func (p *phone) send(out helpdesk.Outbound) (helpdesk.Receipt, error) {
	if out.To == "" {
		out.To = "5511988887777"
	}
	if out.Message == 0 {
		out.Message = 7
	}
	out.Attempt = max(out.Attempt, 1)
	return p.sender.Send(p.Context(), &out)
}

// got sends and returns what arrived.
func (p *phone) got(out helpdesk.Outbound) *whatsappsim.Got {
	p.Helper()
	receipt, err := p.send(out)
	require.NoError(p, err)
	all := p.ann.Got()
	require.NotEmpty(p, all)
	require.Equal(p, all[len(all)-1].ID, receipt.ExternalID)
	return all[len(all)-1]
}

func fileOf(name, contentType string, data []byte) helpdesk.OutboundFile {
	return helpdesk.OutboundFile{Name: name, ContentType: contentType, Size: int64(len(data)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

func items(titles ...string) map[string]any {
	var list []any
	for _, title := range titles {
		list = append(list, map[string]any{"title": title, "value": "v-" + title})
	}
	return map[string]any{"items": list}
}

// TestSendKinds sends each kind, and reads it on the customer's phone.
func TestSendKinds(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	got := p.got(helpdesk.Outbound{Content: "good morning", ReplyTo: "wamid.Q"})
	require.Equal(t, []any{"text", "good morning", "wamid.Q"}, []any{got.Type, got.Text, got.Quotes})
	require.Equal(t, "7", got.Raw["biz_opaque_callback_data"])

	for _, c := range []struct{ name, contentType, kind, caption string }{
		{"a.jpg", "image/jpeg", "image", "look"},
		{"a.mp4", "video/mp4", "video", "look"},
		{"a.ogg", "application/ogg", "audio", ""},
		{"a.webp", "image/webp", "sticker", ""},
		{"ré \"port\".pdf", "application/pdf", "document", "look"},
		{"a.gif", "image/gif", "document", ""},
	} {
		data := []byte("bytes of " + c.name)
		got = p.got(helpdesk.Outbound{Content: c.caption, Attachments: []helpdesk.OutboundFile{fileOf(c.name, c.contentType, data)}})
		require.Equal(t, []any{c.kind, c.caption, data}, []any{got.Type, got.Text, got.Data}, c.name)
	}
	require.Equal(t, "a.gif", got.Name)

	got = p.got(helpdesk.Outbound{Content: "Which?", ContentType: "input_select", ContentAttrs: items("Sales", "Help")})
	require.Equal(t, []whatsappsim.Choice{{ID: "v-Sales", Title: "Sales"}, {ID: "v-Help", Title: "Help"}}, got.Choices)
	p.ann.Taps(got, "Help")
	answer := p.last().Messages[0]
	require.Equal(t, []any{"Help", got.ID}, []any{answer.Content, answer.ReplyTo})

	got = p.got(helpdesk.Outbound{Content: "Which?", ContentType: "input_select", ContentAttrs: items("1", "2", "3", "4")})
	require.Len(t, got.Choices, 4)
	p.ann.Taps(got, "4")
	require.Equal(t, "4", p.last().Messages[0].Content)

	long := items("A title that is longer than any row of a list may be", "short")
	require.Equal(t, "Which?\n1. A title that is longer than any row of a list may be\n2. short",
		p.got(helpdesk.Outbound{Content: "Which?", ContentType: "input_select", ContentAttrs: long}).Text)
	eleven := items("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11")
	require.Contains(t, p.got(helpdesk.Outbound{Content: "Which?", ContentType: "input_select", ContentAttrs: eleven}).Text, "\n11. 11")

	cards := map[string]any{"items": []any{map[string]any{"title": "Plan", "description": "Cheap", "actions": []any{
		map[string]any{"type": "postback", "text": "Buy", "payload": "BUY"}, map[string]any{"type": "link", "text": "More", "uri": "https://shop.example"},
	}}}}
	got = p.got(helpdesk.Outbound{ContentType: "cards", ContentAttrs: cards})
	require.Equal(t, "*Plan*\nCheap\nMore https://shop.example", got.Text)
	require.Equal(t, []whatsappsim.Choice{{ID: "BUY", Title: "Buy"}}, got.Choices)

	require.Equal(t, "👍", p.got(helpdesk.Outbound{ReplyTo: "wamid.Q", ContentAttrs: map[string]any{"reaction": "👍"}}).Text)
	require.Equal(t, "", p.got(helpdesk.Outbound{ReplyTo: "wamid.Q", ContentAttrs: map[string]any{"reaction": ""}}).Text)
	p.got(helpdesk.Outbound{ContentAttrs: map[string]any{"location": map[string]any{"latitude": -23.5, "longitude": -46.6, "name": "Shop"}}})
	p.got(helpdesk.Outbound{ContentAttrs: map[string]any{"contacts": []any{map[string]any{"name": map[string]any{"formatted_name": "Bob", "first_name": "Bob"}}}}})
}

// TestSendAddresses writes to whom WhatsApp calls otherwise.
func TestSendAddresses(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	p.sim.Customer("+551188887777").Dialled("+55 11 98888-7778")
	receipt, err := p.send(helpdesk.Outbound{To: "5511988887778", Content: "hi"})
	require.NoError(t, err)
	require.Equal(t, "551188887777", receipt.Source, "WhatsApp leaves the ninth digit out")
	eve := p.sim.Hidden("BR.1349")
	eve.Writes("who are you?")
	require.Equal(t, "BR.1349", p.last().Messages[0].From.Source)
	_, err = p.send(helpdesk.Outbound{To: "BR.1349", Content: "a shop"})
	require.NoError(t, err)
	require.Equal(t, "a shop", eve.Got()[0].Text)
	require.Nil(t, eve.Got()[0].Raw["to"])
}

func templateOf(format helpdesk.TemplateFormat, body string, buttons ...helpdesk.TemplateButton) helpdesk.ProviderTemplate {
	return helpdesk.ProviderTemplate{
		Name: "order", Language: "pt_BR", Category: "UTILITY", Status: helpdesk.TemplateApproved,
		TemplateContent: helpdesk.TemplateContent{Body: body, Format: format, Buttons: buttons},
	}
}

// TestSendTemplates is test 12 of the provider's list, and what goes with it.
func TestSendTemplates(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	p.clock.advance(48 * time.Hour) // only templates go
	positional := p.number.Template(whatsappsim.Body("order", "pt_BR", "Hi {{1}}, order {{2}} is ready."))
	use := helpdesk.TemplateUse{ProviderTemplate: templateOf(helpdesk.PositionalParameters, "Hi {{1}}, order {{2}} is ready."), Params: map[string]string{"1": "Ann", "2": "77"}}
	require.Equal(t, "Hi Ann, order 77 is ready.", p.got(helpdesk.Outbound{Template: &use}).Text)

	named := whatsappsim.Body("named", "en", "Hi {{name}}, order {{order_id}} is ready.")
	named.Format = "NAMED"
	named.Components = append(named.Components, map[string]any{"type": "HEADER", "format": "IMAGE"})
	p.number.Template(named)
	use = helpdesk.TemplateUse{ProviderTemplate: templateOf(helpdesk.NamedParameters, "Hi {{name}}, order {{order_id}} is ready."), Params: map[string]string{"name": "Ann", "order_id": "77"}}
	use.Name, use.Language, use.TemplateContent.Header.Kind = "named", "en", "IMAGE"
	got := p.got(helpdesk.Outbound{Template: &use, Attachments: []helpdesk.OutboundFile{fileOf("a.png", "image/png", []byte("png"))}})
	require.Equal(t, "Hi Ann, order 77 is ready.", got.Text)

	use = helpdesk.TemplateUse{ProviderTemplate: templateOf(helpdesk.PositionalParameters, "Hi {{1}} there."), Params: map[string]string{"1": "Ann"}}
	receipt, err := p.send(helpdesk.Outbound{Template: &use})
	require.Equal(t, "132000", receipt.Code, "%v", err)
	p.number.Judge(positional, "PAUSED", "NONE")
	require.Equal(t, helpdesk.TemplatePaused, p.last().Notices[0].Template.Status)
	receipt, err = p.send(helpdesk.Outbound{Template: &use})
	require.Equal(t, "132015", receipt.Code, "%v", err)
	use.Name = "nothing"
	receipt, _ = p.send(helpdesk.Outbound{Template: &use})
	require.Equal(t, "132001", receipt.Code)

	use = helpdesk.TemplateUse{ProviderTemplate: templateOf(helpdesk.PositionalParameters, "Bye.",
		helpdesk.TemplateButton{Kind: "URL", URL: "https://shop.example/{{1}}"}, helpdesk.TemplateButton{Kind: "QUICK_REPLY", Text: "Stop"},
		helpdesk.TemplateButton{Kind: "COPY_CODE"}, helpdesk.TemplateButton{Kind: "PHONE_NUMBER"}), Buttons: map[int]string{0: "77", 2: "SAVE"}}
	use.Name = "buttons"
	shape := p.number.Template(whatsappsim.Body("buttons", "pt_BR", "Bye."))
	shape.Components = append(shape.Components, map[string]any{"type": "BUTTONS", "buttons": []any{map[string]any{"type": "QUICK_REPLY", "text": "Stop"}}})
	got = p.got(helpdesk.Outbound{Template: &use})
	components, err := json.Marshal(got.Raw["template"].(map[string]any)["components"])
	require.NoError(t, err)
	require.JSONEq(t, `[{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"77"}]},
		{"type":"button","sub_type":"copy_code","index":"2","parameters":[{"type":"coupon_code","coupon_code":"SAVE"}]}]`, string(components))
}

// outcome is what the engine makes of an error.
func outcome(err error) string {
	if err == nil {
		return "sent"
	}
	for _, o := range []struct {
		name string
		like error
	}{
		{"permanent", helpdesk.Permanent(nil)},
		{"ambiguous", helpdesk.Ambiguous(nil)},
		{"revoked", helpdesk.Revoked(nil)},
		{"slow", helpdesk.SlowDown(nil, 0)},
		{"later", helpdesk.RetryAfter(nil, 0)},
	} {
		for e := err; e != nil; e = errors.Unwrap(e) {
			if sameType(e, o.like) {
				return o.name
			}
			if _, many := e.(interface{ Unwrap() []error }); many {
				break
			}
		}
	}
	return "retry"
}

// TestRefusals is the table of what each code means, over the wire.
func TestRefusals(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	codes := map[string][]int{
		"permanent": {33, 100, 131008, 131009, 131051, 131021, 131026, 131030, 131047, 131049, 131050, 130472, 131063, 131052, 131053, 131062, 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 130497, 999999},
		"revoked":   {190, 3, 10, 200, 299, 131005, 131031, 368, 131045, 131037, 131042, 131044, 131064, 132068, 133005, 133010},
		"slow":      {4, 80007, 130429, 131048, 132069, 133016},
		"later":     {131056},
		"retry":     {1, 2, 131000, 131016, 133004, 135000, 131057},
	}
	for want, list := range codes {
		for _, code := range list {
			p.sim.Next(whatsappsim.Refuse(code, "no"))
			receipt, err := p.send(helpdesk.Outbound{Content: "x"})
			require.Equal(t, want, outcome(err), "code %d: %v", code, err)
			require.Contains(t, err.Error(), receipt.Code)
		}
	}
	for name, c := range map[string]struct {
		fault whatsappsim.Fault
		want  string
	}{
		"429 with a hint":   {whatsappsim.TooMany(time.Minute), "slow"},
		"429 without":       {whatsappsim.TooMany(0), "slow"},
		"500":               {whatsappsim.Broken(), "retry"},
		"502 of a gateway":  {whatsappsim.Fault{Status: 502}, "retry"},
		"lost answer":       {whatsappsim.LostAnswer(), "ambiguous"},
		"cut answer":        {whatsappsim.CutAnswer(), "ambiguous"},
		"download of links": {whatsappsim.Fault{Status: 400, Code: 131053, Details: "Download failed"}, "retry"},
	} {
		p.sim.Next(c.fault)
		_, err := p.send(helpdesk.Outbound{Content: "x"})
		require.Equal(t, c.want, outcome(err), "%s: %v", name, err)
	}
	require.Len(t, p.ann.Got(), 2, "the lost and the cut one")

	p.sim.Next(whatsappsim.EarlyReceipt())
	receipt, err := p.send(helpdesk.Outbound{Content: "x"})
	require.NoError(t, err)
	require.Equal(t, []any{receipt.ExternalID, helpdesk.MessageID(7)}, []any{p.last().Receipts[0].ExternalID, p.last().Receipts[0].Message})

	p.number.Revoke()
	_, err = p.send(helpdesk.Outbound{Content: "x"})
	require.Equal(t, "revoked", outcome(err))

	nowhere := open(t, whatsapp.Options{BaseURL: "http://127.0.0.1:1"}, p.number.Settings())
	_, err = nowhere.Send(t.Context(), &helpdesk.Outbound{To: "551199", Content: "x"})
	require.Equal(t, "retry", outcome(err), "nothing had left: %v", err)
	require.NotContains(t, err.Error(), p.number.Token)
}

func TestSendContextEnds(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	p.sim.Next(whatsappsim.Fault{Hold: make(chan struct{})})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	before := len(p.sim.Calls())
	go func() {
		_, err := p.sender.Send(ctx, &helpdesk.Outbound{To: "5511988887777", Content: "x"})
		done <- err
	}()
	require.Eventually(t, func() bool { return len(p.sim.Calls()) > before }, 10*time.Second, time.Millisecond)
	cancel()
	require.Equal(t, "ambiguous", outcome(<-done))
}

// TestLimits sends more than the number, or one person, may get.
func TestLimits(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{Burst: 2})
	bob := p.sim.Customer("+5511977776666")
	bob.Writes("me too")
	for range 2 {
		p.got(helpdesk.Outbound{Content: "x"})
	}
	_, err := p.send(helpdesk.Outbound{Content: "x"})
	require.Equal(t, "later", outcome(err))
	_, err = p.send(helpdesk.Outbound{To: bob.WaID, Content: "x"})
	require.NoError(t, err, "another person is not held up")
	p.clock.advance(6 * time.Second)
	p.got(helpdesk.Outbound{Content: "x"})

	paced := p.sender.(helpdesk.Paced).Pace("55")
	require.Equal(t, []int{45, 80}, []int{paced[0].Max, paced[1].Max})
	require.Equal(t, 6*time.Second, paced[0].Per/time.Duration(paced[0].Max))
	p.number.Coexistence = true
	paced = open(t, whatsapp.Options{}, p.number.Settings()).(helpdesk.Paced).Pace("55")
	require.Equal(t, 20, paced[1].Max)
}

// TestWindow is test 8: the answer says yes, and the receipt says no.
func TestWindow(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	require.Equal(t, 24*time.Hour, p.sender.(helpdesk.Windowed).ReplyWindow())
	p.clock.advance(25 * time.Hour)
	got := p.got(helpdesk.Outbound{Content: "still there?"})
	p.sim.Flush()
	require.Equal(t, []any{got.ID, helpdesk.StateFailed, "131047"}, []any{p.last().Receipts[0].ExternalID, p.last().Receipts[0].State, p.last().Receipts[0].Code})
}

func TestCustomersActs(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	id := p.ann.Writes("olá 😀")
	require.Equal(t, "olá 😀", p.last().Messages[0].Content)
	require.Equal(t, "Ann", p.last().Messages[0].From.Name)
	p.ann.Edits(id, "oi")
	require.Equal(t, []any{id, "oi"}, []any{p.last().Edits[0].ExternalID, p.last().Edits[0].Content})
	p.ann.TakesBack(id)
	require.True(t, p.last().Edits[0].Deleted)
	p.ann.Reacts(id, "👍")
	require.Equal(t, "👍", p.last().Reactions[0].Emoji)
	p.ann.Replies(id, "yes")
	require.Equal(t, id, p.last().Messages[0].ReplyTo)
	p.ann.Stops()
	require.True(t, p.last().Preferences[0].Stop)
	p.number.Echo(p.ann, "from the phone")
	require.True(t, p.last().Messages[0].Echo)
	p.ann.Moves("+5511966665555")
	require.Equal(t, []string{"5511988887777", "5511966665555"}, []string{p.last().Renames[0].From, p.last().Renames[0].To.Source})

	p.sim.Mangle(whatsappsim.Mangle{WrongSignature: true}, whatsappsim.Mangle{Cut: true}, whatsappsim.Mangle{Padding: 3 << 20}, whatsappsim.Mangle{Times: 5})
	before := len(p.heard)
	p.ann.Writes("forged")
	p.ann.Writes("cut")
	p.ann.Writes("large")
	p.ann.Writes("again and again")
	require.Len(t, p.heard, before+1+5)
	p.sim.Reversed(func() { p.ann.Writes("first"); p.ann.Writes("second") })
	require.Equal(t, "first", p.last().Messages[0].Content)
	p.sim.Together(func() { p.ann.Writes("one"); p.ann.Writes("two") })
	require.Len(t, p.last().Messages, 2)
}

// TestFetch is test 10.
func TestFetch(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	data := []byte("bytes of a picture")
	p.ann.Sends("image", "", "image/jpeg", data, "look")
	file := p.last().Messages[0].Attachments[0]
	fetcher := p.sender.(helpdesk.Fetcher)
	f, err := fetcher.Fetch(t.Context(), file.Ref)
	require.NoError(t, err)
	got, err := io.ReadAll(f.Body)
	require.NoError(t, err)
	require.NoError(t, f.Body.Close())
	require.Equal(t, data, got)
	require.Len(t, f.SHA256, 32)

	_, err = fetcher.Fetch(t.Context(), "404")
	require.Equal(t, "permanent", outcome(err))
	p.number.Revoke()
	_, err = fetcher.Fetch(t.Context(), file.Ref)
	require.Equal(t, "revoked", outcome(err))
}

// gate expires the address of a file between the two steps, once.
type gate struct {
	http.RoundTripper
	sim  *whatsappsim.Sim
	once sync.Once
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "lookaside") {
		g.once.Do(g.sim.ExpireMedia)
	}
	return g.RoundTripper.RoundTrip(r)
}

func TestFetchAgain(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	p.ann.Sends("image", "", "image/jpeg", []byte("x"), "")
	client := &http.Client{Transport: &gate{RoundTripper: p.sim.Client().Transport, sim: p.sim}}
	sender := open(t, whatsapp.Options{BaseURL: p.sim.URL(), HTTPClient: client}, p.number.Settings())
	f, err := sender.(helpdesk.Fetcher).Fetch(t.Context(), p.last().Messages[0].Attachments[0].Ref)
	require.NoError(t, err, "the address had expired, and a new one was asked for")
	require.NoError(t, f.Body.Close())
}

// TestFetchSlow gives up on a file that does not come, and has it the next time.
func TestFetchSlow(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	p.ann.Sends("image", "", "image/jpeg", []byte("x"), "look")
	in, released := p.last().Messages[0], make(chan struct{})
	require.Equal(t, "look", in.Content, "the words wait for nobody")
	p.sim.SlowMedia(released)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := p.sender.(helpdesk.Fetcher).Fetch(ctx, in.Attachments[0].Ref)
	require.Equal(t, "retry", outcome(err), "%v", err)
	close(released)
	f, err := p.sender.(helpdesk.Fetcher).Fetch(t.Context(), in.Attachments[0].Ref)
	require.NoError(t, err)
	require.NoError(t, f.Body.Close())
}

// TestSendOdd is taken with words that nobody expects.
func TestSendOdd(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	for _, status := range []string{"accepted", "held_for_quality_assessment", "paused", "of the future"} {
		p.sim.Next(whatsappsim.Fault{Odd: status})
		receipt, err := p.send(helpdesk.Outbound{Content: "hi"})
		require.NoError(t, err, status)
		require.Equal(t, helpdesk.StateSent, receipt.State, status)
		require.NotEmpty(t, receipt.ExternalID)
	}
	require.Len(t, p.ann.Got(), 4)
}

func TestMarks(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	id := p.ann.Writes("anybody?")
	require.NoError(t, p.sender.(helpdesk.ReplyTyper).TypingReply(t.Context(), p.ann.WaID, id))
	require.True(t, p.ann.Typing())
	require.NoError(t, p.sender.(helpdesk.Marker).MarkRead(t.Context(), p.ann.WaID, id))
	require.Equal(t, 2, p.ann.Seen())
	require.Error(t, p.sender.(helpdesk.Marker).MarkRead(t.Context(), p.ann.WaID, "wamid.nobody"))
}

// TestFit says what is refused before anything leaves.
func TestFit(t *testing.T) {
	t.Parallel()
	p := newPhone(t, whatsappsim.Options{})
	fitter := p.sender.(helpdesk.Fitter)
	big := helpdesk.OutboundFile{Name: "a.zip", ContentType: "application/zip", Size: 101 << 20}
	small := helpdesk.OutboundFile{Name: "a.jpg", ContentType: "image/jpeg", Size: 10}
	voice := helpdesk.OutboundFile{Name: "a.mp3", ContentType: "audio/mpeg", Size: 10}
	use := func(change func(*helpdesk.TemplateUse)) *helpdesk.TemplateUse {
		u := &helpdesk.TemplateUse{ProviderTemplate: templateOf(helpdesk.PositionalParameters, "Hi {{1}}."), Params: map[string]string{"1": "Ann"}}
		change(u)
		return u
	}
	for name, c := range map[string]struct {
		out    helpdesk.Outbound
		fields []string
	}{
		"a text":             {helpdesk.Outbound{Content: strings.Repeat("é", 4096)}, nil},
		"too long":           {helpdesk.Outbound{Content: strings.Repeat("é", 4097)}, []string{"content"}},
		"nothing":            {helpdesk.Outbound{}, []string{"content"}},
		"nobody":             {helpdesk.Outbound{Content: "x", To: "ann"}, []string{"to"}},
		"several files":      {helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{small, voice, small}}, nil},
		"a long caption":     {helpdesk.Outbound{Content: strings.Repeat("x", 4096), Attachments: []helpdesk.OutboundFile{small}}, nil},
		"a longer one":       {helpdesk.Outbound{Content: strings.Repeat("x", 4097), Attachments: []helpdesk.OutboundFile{small}}, []string{"content"}},
		"two to a template":  {helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{small, small}, Template: use(func(*helpdesk.TemplateUse) {})}, []string{"attachments"}},
		"two, one too large": {helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{small, big}}, []string{"attachments"}},
		"words to a voice":   {helpdesk.Outbound{Content: "listen", Attachments: []helpdesk.OutboundFile{voice}}, nil},
		"an empty file":      {helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{{ContentType: "image/png"}}}, []string{"attachments"}},
		"a reaction to none": {helpdesk.Outbound{ContentAttrs: map[string]any{"reaction": "x"}}, []string{"reply_to"}},
		"a template":         {helpdesk.Outbound{Template: use(func(*helpdesk.TemplateUse) {})}, nil},
		"without a value":    {helpdesk.Outbound{Template: use(func(u *helpdesk.TemplateUse) { u.Params = nil })}, []string{"params"}},
		"a line break":       {helpdesk.Outbound{Template: use(func(u *helpdesk.TemplateUse) { u.Params["1"] = "a\nb" })}, []string{"params"}},
		"paused, no header": {helpdesk.Outbound{Template: use(func(u *helpdesk.TemplateUse) {
			u.Status, u.TemplateContent.Header.Kind = helpdesk.TemplatePaused, "VIDEO"
		})}, []string{"template", "header"}},
		"a code to an id": {helpdesk.Outbound{To: "BR.1", Template: use(func(u *helpdesk.TemplateUse) { u.Category = "AUTHENTICATION" })}, []string{"to"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.out.To == "" {
				c.out.To = "5511988887777"
			}
			err := fitter.Fit(&c.out)
			if c.fields == nil {
				require.NoError(t, err)
				return
			}
			e, ok := errors.AsType[*helpdesk.Error](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, helpdesk.Invalid, e.Code)
			require.Len(t, e.Fields, len(c.fields))
			for _, f := range c.fields {
				require.Contains(t, e.Fields, f)
			}
			before := len(p.sim.Calls())
			_, err = p.sender.Send(t.Context(), &c.out)
			require.Equal(t, "permanent", outcome(err))
			require.Len(t, p.sim.Calls(), before, "it never leaves")
		})
	}
}

func sameType(a, b error) bool { return reflect.TypeOf(a) == reflect.TypeOf(b) }
