package messenger_test

import (
	"bytes"
	"context"
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
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/messenger/messengersim"
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

// shop is a page with its sender, and what its webhooks carried.
type shop struct {
	*testing.T
	sim    *messengersim.Sim
	page   *messengersim.Page
	sender helpdesk.Sender
	clock  *clock
	ann    *messengersim.Customer

	mu    sync.Mutex
	heard []helpdesk.BatchItem
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{T: t, clock: newClock()}
	s.sim = messengersim.New(t, messengersim.Options{Now: s.clock.Now})
	s.page = s.sim.Page("Shop")
	s.ann = s.sim.Customer("Ann Lee")
	s.sender = open(t, messenger.Options{BaseURL: s.sim.URL(), HTTPClient: s.sim.Client()}, s.page.Settings())
	s.page.OnWebhook(func(r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		batch, err := s.sender.(helpdesk.WebhookParser).ParseWebhook(r, body)
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.heard = append(s.heard, batch.Items...)
		return nil
	})
	s.ann.Writes("hello") // opens the window
	return s
}

func (s *shop) last() helpdesk.BatchItem {
	s.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NotEmpty(s, s.heard)
	return s.heard[len(s.heard)-1]
}

func (s *shop) send(out helpdesk.Outbound) (helpdesk.Receipt, error) {
	if out.To == "" {
		out.To = s.ann.ID
	}
	if out.Message == 0 {
		out.Message = 7
	}
	out.Attempt = max(out.Attempt, 1)
	return s.sender.Send(s.Context(), &out)
}

// got sends and returns what arrived of it.
func (s *shop) got(out helpdesk.Outbound) []*messengersim.Got {
	s.Helper()
	before := len(s.ann.Got())
	receipt, err := s.send(out)
	require.NoError(s, err)
	all := s.ann.Got()[before:]
	require.NotEmpty(s, all)
	require.Equal(s, all[len(all)-1].ID, receipt.ExternalID)
	for i, part := range receipt.Parts {
		require.Equal(s, all[i].ID, part)
	}
	require.Len(s, receipt.Parts, len(all)-1, "all ids are kept")
	return all
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

// TestSendKinds sends each kind, and reads it at the customer's.
func TestSendKinds(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	mid := s.ann.Writes("any news?")
	got := s.got(helpdesk.Outbound{Content: "good morning", ReplyTo: mid})[0]
	require.Equal(t, []any{"text", "good morning", mid, ""}, []any{got.Type, got.Text, got.Quotes, got.Tag})
	require.Equal(t, "RESPONSE", got.Raw["messaging_type"])

	long := strings.TrimSpace(strings.Repeat("word ", 500))
	pieces := s.got(helpdesk.Outbound{Content: long, ContentType: "input_select", ContentAttrs: items("Yes", "No")})
	require.Len(t, pieces, 2)
	require.Equal(t, long, pieces[0].Text+" "+pieces[1].Text)
	require.Empty(t, pieces[0].Choices)
	require.Equal(t, []messengersim.Choice{{Title: "Yes", Payload: "v-Yes"}, {Title: "No", Payload: "v-No"}}, pieces[1].Choices)
	s.ann.Taps(pieces[1], "No")
	require.Equal(t, []any{"No", "v-No"}, []any{s.last().Messages[0].Content, s.last().Messages[0].ContentAttrs["quick_reply"].(map[string]any)["payload"]})

	for _, c := range []struct{ name, contentType, kind string }{
		{"a.jpg", "image/jpeg", "image"}, {"a.mp4", "video/mp4", "video"}, {"a.ogg", "application/ogg", "audio"}, {"relatório.pdf", "application/pdf", "file"},
	} {
		data := []byte("bytes of " + c.name)
		all := s.got(helpdesk.Outbound{Content: "look", Attachments: []helpdesk.OutboundFile{fileOf(c.name, c.contentType, data)}})
		require.Len(t, all, 2, "text and file go by themselves")
		require.Equal(t, []any{"look", c.kind, data}, []any{all[0].Text, all[1].Type, all[1].Data})
	}

	require.Equal(t, "Which?\n1. A title that is longer than any\n2. short",
		s.got(helpdesk.Outbound{Content: "Which?", ContentType: "input_select", ContentAttrs: items("A title that is longer than any", "short")})[0].Text)
	fourteen := items("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14")
	require.Contains(t, s.got(helpdesk.Outbound{Content: "Which?", ContentType: "input_select", ContentAttrs: fourteen})[0].Text, "\n14. 14")

	card := func(title string) map[string]any {
		return map[string]any{"items": []any{map[string]any{"title": title, "description": "Cheap", "media_url": "https://shop.example/a.png", "actions": []any{
			map[string]any{"type": "postback", "text": "Buy", "payload": "BUY"}, map[string]any{"type": "link", "text": "More", "uri": "https://shop.example"},
		}}}}
	}
	got = s.got(helpdesk.Outbound{ContentType: "cards", ContentAttrs: card("Plan")})[0]
	require.Equal(t, []any{"template", []string{"Plan"}}, []any{got.Type, got.Titles})
	s.ann.Taps(got, "Buy")
	require.Equal(t, "Buy", s.last().Messages[0].Content)
	got = s.got(helpdesk.Outbound{ContentType: "cards", ContentAttrs: card(strings.Repeat("Plan", 30))})[0]
	require.Equal(t, strings.Repeat("Plan", 30)+"\nCheap\nhttps://shop.example/a.png\nMore https://shop.example", got.Text)
	require.Equal(t, "Buy", got.Choices[0].Title)

	for _, sign := range []string{"❤️", "👍", ""} {
		receipt, err := s.send(helpdesk.Outbound{ReplyTo: mid, ContentAttrs: map[string]any{"reaction": sign}})
		require.NoError(t, err)
		require.Empty(t, receipt.ExternalID)
	}
	require.Equal(t, []string{"love", "like", ""}, s.ann.Reactions())
}

// TestWindow sends after a day, and after a week.
func TestWindow(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	require.Equal(t, 24*time.Hour, s.sender.(helpdesk.Windowed).ReplyWindow())
	require.Zero(t, s.sender.(helpdesk.PersonWindowed).PersonWindow(), "nobody said that the app may")
	s.clock.advance(25 * time.Hour)
	receipt, err := s.send(helpdesk.Outbound{Content: "x"})
	require.Equal(t, []any{"permanent", "10"}, []any{outcome(err), receipt.Code})
	_, err = s.send(helpdesk.Outbound{Content: "x", Late: true})
	require.Equal(t, "revoked", outcome(err), "the app lacks the permission: %v", err)

	s.page.HumanAgent = true
	s.sender = open(t, messenger.Options{BaseURL: s.sim.URL(), HTTPClient: s.sim.Client()}, s.page.Settings())
	require.Equal(t, 7*24*time.Hour, s.sender.(helpdesk.PersonWindowed).PersonWindow())
	require.Equal(t, "HUMAN_AGENT", s.got(helpdesk.Outbound{Content: "x", Late: true})[0].Tag)
	s.clock.advance(6 * 24 * time.Hour)
	receipt, err = s.send(helpdesk.Outbound{Content: "x", Late: true})
	require.Equal(t, []any{"permanent", "10"}, []any{outcome(err), receipt.Code})
}

// outcome is what the engine makes of an error.
func outcome(err error) string {
	if err == nil {
		return "sent"
	}
	for name, like := range map[string]error{
		"permanent": helpdesk.Permanent(nil), "ambiguous": helpdesk.Ambiguous(nil), "revoked": helpdesk.Revoked(nil),
		"slow": helpdesk.SlowDown(nil, 0), "later": helpdesk.RetryAfter(nil, 0),
	} {
		for e := err; e != nil; e = errors.Unwrap(e) {
			if reflect.TypeOf(e) == reflect.TypeOf(like) {
				return name
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
	s := newShop(t)
	for want, list := range map[string][][2]int{
		"permanent": {{100, 2018001}, {551, 1545041}, {200, 1545041}, {100, 0}, {100, 2018047}, {100, 2018109}, {10, 2018278}, {10, 2534022}, {9010, 0}, {999999, 0}},
		"revoked":   {{190, 458}, {190, 460}, {190, 463}, {190, 467}, {190, 490}, {10, 0}, {200, 0}, {230, 0}, {368, 0}},
		"slow":      {{4, 0}, {17, 0}, {32, 0}, {613, 0}},
		"retry":     {{1, 99}, {2, 0}, {1200, 0}},
	} {
		for _, code := range list {
			s.sim.Next(messengersim.Refuse(code[0], code[1], "no"))
			receipt, err := s.send(helpdesk.Outbound{Content: "x"})
			require.Equal(t, want, outcome(err), "code %v: %v", code, err)
			require.Contains(t, err.Error(), receipt.Code)
		}
	}
	for name, c := range map[string]struct {
		fault messengersim.Fault
		want  string
	}{
		"429 with a hint":  {messengersim.TooMany(time.Minute), "slow"},
		"429 without":      {messengersim.TooMany(0), "slow"},
		"500":              {messengersim.Broken(), "retry"},
		"502 of a gateway": {messengersim.Fault{Status: 502}, "retry"},
		"lost answer":      {messengersim.LostAnswer(), "ambiguous"},
		"cut answer":       {messengersim.CutAnswer(), "ambiguous"},
	} {
		s.sim.Next(c.fault)
		_, err := s.send(helpdesk.Outbound{Content: "x"})
		require.Equal(t, c.want, outcome(err), "%s: %v", name, err)
	}
	require.Len(t, s.ann.Got(), 2, "the lost and the cut one")

	bob := s.sim.Customer("Bob")
	bob.Writes("hi")
	bob.Blocks()
	receipt, err := s.send(helpdesk.Outbound{To: bob.ID, Content: "x"})
	require.Equal(t, []any{"permanent", "551"}, []any{outcome(err), receipt.Code})
	s.page.Revoke()
	_, err = s.send(helpdesk.Outbound{Content: "x"})
	require.Equal(t, "revoked", outcome(err))
	nowhere := open(t, messenger.Options{BaseURL: "http://127.0.0.1:1"}, s.page.Settings())
	_, err = nowhere.Send(t.Context(), &helpdesk.Outbound{To: s.ann.ID, Content: "x"})
	require.Equal(t, "retry", outcome(err), "nothing had left: %v", err)
	require.NotContains(t, err.Error(), s.page.Token)
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

// TestPartly fails between the parts of a message: what has arrived does not go again.
func TestPartly(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	kept := state{}
	out := helpdesk.Outbound{Message: 9, Content: "look", State: kept, Attachments: []helpdesk.OutboundFile{fileOf("a.png", "image/png", []byte("png")), fileOf("b.png", "image/png", []byte("gnp"))}}
	s.sim.Next(messengersim.Fault{}, messengersim.Fault{}, messengersim.Broken())
	receipt, err := s.send(out)
	require.Equal(t, "retry", outcome(err))
	require.Len(t, receipt.Parts, 2, "echoes of these are ours")
	receipt, err = s.send(out)
	require.NoError(t, err)
	require.Len(t, receipt.Parts, 2)
	require.Len(t, s.ann.Got(), 3)
	require.Empty(t, kept, "the note goes with the last part")

	out.Message, out.State = 10, nil
	s.sim.Next(messengersim.Fault{}, messengersim.Broken())
	_, err = s.send(out)
	require.Equal(t, "ambiguous", outcome(err), "without storage nobody knows later what went")
}

// TestEchoes tells its own from those of others before anybody knows an id.
func TestEchoes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.sim.Next(messengersim.EarlyEcho())
	receipt, err := s.send(helpdesk.Outbound{Message: 42, Content: "hi"})
	require.NoError(t, err)
	item := s.last()
	require.Empty(t, item.Messages)
	require.Equal(t, []any{receipt.ExternalID, helpdesk.MessageID(42)}, []any{item.Receipts[0].ExternalID, item.Receipts[0].Message})

	before := len(s.heard)
	all := s.got(helpdesk.Outbound{Message: 43, Content: "hi", Attachments: []helpdesk.OutboundFile{fileOf("a.png", "image/png", []byte("png"))}})
	s.sim.Flush()
	require.Len(t, s.heard, before+1, "the first part says nothing")
	require.Equal(t, all[1].ID, s.last().Receipts[0].ExternalID)
	s.page.Echo(s.ann, "from Meta's pages", "")
	require.True(t, s.last().Messages[0].Echo)
	s.page.Echo(s.ann, "from a bot", "4242")
	require.Equal(t, "4242", s.last().Messages[0].Extra["app_id"])
}

func TestFetchAndProfile(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	fetch := func(ref string) ([]byte, error) {
		f, err := s.sender.(helpdesk.Fetcher).Fetch(t.Context(), ref)
		if err != nil {
			return nil, err
		}
		defer f.Body.Close()
		return io.ReadAll(f.Body)
	}
	s.ann.Sends("image", "a.jpg", "image/jpeg", []byte("bytes"))
	ref := s.last().Messages[0].Attachments[0].Ref
	got, err := fetch(ref)
	require.NoError(t, err)
	require.Equal(t, "bytes", string(got))
	s.sim.ExpireFiles(false)
	got, err = fetch(ref)
	require.NoError(t, err, "a new address was asked for")
	require.Equal(t, "bytes", string(got))
	s.sim.ExpireFiles(true)
	_, err = fetch(ref)
	require.Equal(t, "permanent", outcome(err))
	_, err = fetch("nothing")
	require.Equal(t, "permanent", outcome(err))

	ask := s.sender.(helpdesk.Profiler).Profile
	who, err := ask(t.Context(), s.ann.ID)
	require.NoError(t, err)
	require.Equal(t, "Ann Lee", who.Name)
	s.ann.Hides()
	who, err = ask(t.Context(), s.ann.ID)
	require.NoError(t, err)
	require.Nil(t, who, "nobody tells")
	s.page.Revoke()
	_, err = ask(t.Context(), s.ann.ID)
	require.Equal(t, "revoked", outcome(err))
}

func TestMarks(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	require.NoError(t, s.sender.(helpdesk.Typer).Typing(t.Context(), s.ann.ID, true))
	require.True(t, s.ann.Typing())
	require.NoError(t, s.sender.(helpdesk.Typer).Typing(t.Context(), s.ann.ID, false))
	require.False(t, s.ann.Typing())
	require.NoError(t, s.sender.(helpdesk.Marker).MarkRead(t.Context(), s.ann.ID, "m"))
	require.Equal(t, 1, s.ann.Seen())
	require.Error(t, s.sender.(helpdesk.Marker).MarkRead(t.Context(), "5", "m"))
}

// TestFit says what is refused before anything leaves.
func TestFit(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for name, c := range map[string]struct {
		out    helpdesk.Outbound
		fields []string
	}{
		"a long text":        {helpdesk.Outbound{Content: strings.Repeat("é", 5000)}, nil},
		"nothing":            {helpdesk.Outbound{}, []string{"content"}},
		"nobody":             {helpdesk.Outbound{Content: "x", To: "ann"}, []string{"to"}},
		"too large":          {helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{{Name: "a.zip", Size: 26 << 20}}}, []string{"attachments"}},
		"an empty file":      {helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{{ContentType: "image/png"}}}, []string{"attachments"}},
		"a reaction to none": {helpdesk.Outbound{ContentAttrs: map[string]any{"reaction": "x"}}, []string{"reply_to"}},
		"a template":         {helpdesk.Outbound{Content: "x", Template: &helpdesk.TemplateUse{}}, []string{"template"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.sender.(helpdesk.Fitter).Fit(&c.out)
			if c.fields == nil {
				require.NoError(t, err)
				return
			}
			e, ok := errors.AsType[*helpdesk.Error](err)
			require.True(t, ok, "%v", err)
			require.Len(t, e.Fields, len(c.fields))
			for _, f := range c.fields {
				require.Contains(t, e.Fields, f)
			}
			before := len(s.sim.Calls())
			_, err = s.send(c.out)
			require.Equal(t, "permanent", outcome(err))
			require.Len(t, s.sim.Calls(), before, "it never leaves")
		})
	}
}
