package telegram_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/telegram/telegramsim"
)

func file(name, contentType string, data []byte) helpdesk.OutboundFile {
	return helpdesk.OutboundFile{Name: name, ContentType: contentType, Size: int64(len(data)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

// memory is an inbox's storage.
type memory map[string][]byte

func (m memory) Get(_ context.Context, key string) ([]byte, error) {
	if m[key] == nil {
		return nil, helpdesk.NotFound
	}
	return m[key], nil
}

func (m memory) List(context.Context, string) (map[string][]byte, error) { return m, nil }

func (m memory) Write(_ context.Context, values map[string][]byte) error {
	for k, v := range values {
		if m[k] = v; v == nil {
			delete(m, k)
		}
	}
	return nil
}

// seen is what a person sees of a message: its kind and its text.
func seen(p *telegramsim.Person) (list []string) {
	for _, m := range p.Sees() {
		list = append(list, strings.TrimSpace(m.Kind+" "+m.Text))
	}
	return list
}

func TestSendContent(t *testing.T) {
	t.Parallel()
	small := []byte("bytes")
	for _, c := range []struct {
		name string
		out  helpdesk.Outbound
		want []string
	}{
		{"text", helpdesk.Outbound{Content: "hello"}, []string{"text hello"}},
		{"a stray <", helpdesk.Outbound{Content: "1 < 2 & **3 > 2** <b>"}, []string{"text 1 < 2 & 3 > 2 <b>"}},
		{"a stray < without markup", helpdesk.Outbound{Content: "a <b & c"}, []string{"text a <b & c"}},
		{
			"markdown",
			helpdesk.Outbound{Content: "**bold**, *soft* and [a link](https://x.example/?a=1&b=2), `x<y`"},
			[]string{"text bold, soft and a link, x<y"},
		},
		{
			"no markdown",
			helpdesk.Outbound{Content: "2*3*4 snake_case_name ** x ** [x](javascript:1)"},
			[]string{"text 2*3*4 snake_case_name ** x ** [x](javascript:1)"},
		},
		{
			"photo with its words",
			helpdesk.Outbound{Content: "look", Attachments: []helpdesk.OutboundFile{file("a.jpg", "image/jpeg", small)}},
			[]string{"photo look"},
		},
		{
			"a text too long for a caption",
			helpdesk.Outbound{Content: strings.Repeat("é", 1025), Attachments: []helpdesk.OutboundFile{file("a.jpg", "image/jpeg", small)}},
			[]string{"text " + strings.Repeat("é", 1025), "photo"},
		},
		{"album", helpdesk.Outbound{Content: "three", Attachments: []helpdesk.OutboundFile{
			file("a.jpg", "image/jpeg", small), file("b.png", "image/png", small), file("c.mp4", "video/mp4", small),
		}}, []string{"photo three", "photo", "video"}},
		{"all kinds", helpdesk.Outbound{Attachments: []helpdesk.OutboundFile{
			file("a.gif", "image/gif", small), file("b.ogg", "audio/ogg; codecs=opus", small), file("c.mp3", "audio/mpeg", small), file("d.pdf", "application/pdf", small),
		}}, []string{"animation", "voice", "audio", "document"}},
		{"article", helpdesk.Outbound{Content: "See:", ContentType: "article", ContentAttrs: map[string]any{"items": []any{
			map[string]any{"title": "Returns", "link": "https://help.example/r"},
		}}}, []string{"text See:\nReturns\nhttps://help.example/r"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, bot, s := open(t)
			maria := bot.Person("Maria", "")
			c.out.To, c.out.Message = fmt.Sprint(maria.ID), 1
			require.NoError(t, s.(helpdesk.Fitter).Fit(&c.out))
			receipt, err := s.Send(t.Context(), &c.out)
			require.NoError(t, err)
			require.Equal(t, c.want, seen(maria))
			require.Equal(t, fmt.Sprintf("%d:%d", maria.ID, len(c.want)), receipt.ExternalID, "the last part names the message")
			require.Equal(t, helpdesk.StateSent, receipt.State)
			require.False(t, receipt.At.IsZero())
		})
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	_, bot, s := open(t)
	maria := bot.Person("Maria", "")
	long := strings.Repeat("ü", 40)
	_, err := s.Send(t.Context(), &helpdesk.Outbound{To: fmt.Sprint(maria.ID), Content: "Size?", ContentType: "input_select", ContentAttrs: map[string]any{
		"items": []any{map[string]any{"title": "Large", "value": "xl"}, map[string]any{"title": "Small", "value": long}, map[string]any{"title": long, "value": long}},
	}})
	require.NoError(t, err)
	got := maria.Sees()[0].Buttons
	require.Equal(t, telegramsim.Button{Text: "Large", Data: "xl"}, got[0])
	require.Equal(t, "Small", got[1].Data, "a value too long for a button gives way to its title")
	require.Equal(t, long[:64], got[2].Data)
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"words":     strings.Repeat("words and words ", 600),
		"flags":     "a" + strings.Repeat("🇧🇷", 3000),
		"families":  strings.Repeat("👩‍👩‍👧‍👦", 1500),
		"one word":  strings.Repeat("x", 9000),
		"two units": strings.Repeat("😀", 4096),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, bot, s := open(t)
			maria := bot.Person("Maria", "")
			_, err := s.Send(t.Context(), &helpdesk.Outbound{To: fmt.Sprint(maria.ID), Content: text})
			require.NoError(t, err)
			var all strings.Builder
			for _, m := range maria.Sees() {
				require.LessOrEqual(t, len(utf16.Encode([]rune(m.Text))), 4096)
				if name == "flags" {
					require.Zero(t, strings.Count(strings.TrimPrefix(m.Text, "a"), "🇧")-strings.Count(m.Text, "🇷"), "a flag was cut in two")
				}
				if name == "families" {
					require.True(t, strings.HasPrefix(m.Text, "👩") && strings.HasSuffix(m.Text, "👦"), "a family was cut in two")
				}
				all.WriteString(m.Text)
			}
			require.Equal(t, strings.ReplaceAll(text, " ", ""), strings.ReplaceAll(all.String(), " ", ""))
		})
	}
}

// failure names the class of an error.
func failure(err error) string {
	for name, like := range map[string]error{
		"permanent": helpdesk.Permanent(err), "slow": helpdesk.SlowDown(err, 0), "retry": helpdesk.RetryAfter(err, 0),
		"ambiguous": helpdesk.Ambiguous(err), "revoked": helpdesk.Revoked(err),
	} {
		if err != nil && fmt.Sprintf("%T", err) == fmt.Sprintf("%T", like) {
			return name
		}
	}
	if err != nil {
		return "again"
	}
	return ""
}

func TestSendFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fault telegramsim.Fault
		want  string
		code  string
		sent  int
	}{
		{"429", telegramsim.TooMany(7), "slow", "429", 0},
		{"429 without a hint", telegramsim.Refuse(429, "Too Many Requests"), "slow", "429", 0},
		{"500", telegramsim.Broken(), "again", "500", 0},
		{"conflict", telegramsim.Refuse(409, "Conflict"), "again", "409", 0},
		{"blocked", telegramsim.Refuse(403, "Forbidden: bot was blocked by the user"), "permanent", "403", 0},
		{"no chat", telegramsim.Refuse(400, "Bad Request: chat not found"), "permanent", "400", 0},
		{"revoked", telegramsim.Refuse(401, "Unauthorized"), "revoked", "401", 0},
		{"no bot", telegramsim.Refuse(404, "Not Found"), "revoked", "404", 0},
		{"the answer is lost", telegramsim.Lose(), "ambiguous", "", 1},
		{"the answer is cut off", telegramsim.Cut(), "ambiguous", "", 1},
		{"an answer of 3 MB", telegramsim.Long(3 << 20), "", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sim, bot, s := open(t)
			maria := bot.Person("Maria", "")
			sim.Fail("sendMessage", c.fault)
			receipt, err := s.Send(t.Context(), &helpdesk.Outbound{To: fmt.Sprint(maria.ID), Content: "hello"})
			require.Equal(t, c.want, failure(err), "%v", err)
			require.Equal(t, c.code, receipt.Code)
			require.Len(t, maria.Sees(), c.sent)
			if err != nil {
				require.NotContains(t, fmt.Sprintf("%v %+v", err, receipt), bot.Token())
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	sim := telegramsim.New(telegramsim.Options{})
	bot := sim.NewBot("Shop")
	sim.Close()
	s := sender(t, sim.URL, bot.Token())
	_, err := s.Send(t.Context(), &helpdesk.Outbound{To: "1", Content: "hello"})
	require.Equal(t, "again", failure(err), "nothing was written")
	require.NotContains(t, err.Error(), bot.Token())
}

func TestSlowAnswer(t *testing.T) {
	t.Parallel()
	sim, bot, s := open(t)
	maria := bot.Person("Maria", "")
	sim.Fail("sendMessage", telegramsim.Slow(make(chan struct{})))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := s.Send(ctx, &helpdesk.Outbound{To: fmt.Sprint(maria.ID), Content: "hello"})
	require.Equal(t, "ambiguous", failure(err))
}

func TestSendOtherwise(t *testing.T) {
	t.Parallel()
	t.Run("markup that Telegram cannot read goes as it was typed", func(t *testing.T) {
		t.Parallel()
		sim, bot, s := open(t)
		maria := bot.Person("Maria", "")
		sim.Fail("sendMessage", telegramsim.Refuse(400, "Bad Request: can't parse entities: Unsupported start tag"))
		_, err := s.Send(t.Context(), &helpdesk.Outbound{To: fmt.Sprint(maria.ID), Content: "**x**"})
		require.NoError(t, err)
		require.Equal(t, []string{"text **x**"}, seen(maria))
	})
	t.Run("a picture that Telegram cannot show goes as a document", func(t *testing.T) {
		t.Parallel()
		sim, bot, s := open(t)
		maria := bot.Person("Maria", "")
		sim.Fail("sendPhoto", telegramsim.Refuse(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
		_, err := s.Send(t.Context(), &helpdesk.Outbound{To: fmt.Sprint(maria.ID), Attachments: []helpdesk.OutboundFile{file("a.png", "image/png", []byte("x"))}})
		require.NoError(t, err)
		require.Equal(t, []string{"document"}, seen(maria))
	})
	t.Run("a group that became a supergroup is followed", func(t *testing.T) {
		t.Parallel()
		_, bot, s := open(t)
		maria := bot.Person("Maria", "")
		bot.Migrate(-4, maria.ID)
		receipt, err := s.Send(t.Context(), &helpdesk.Outbound{To: "-4", Content: "hello"})
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(maria.ID), receipt.Source)
		require.Equal(t, []string{"text hello"}, seen(maria))
	})
}

func TestGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	sim, bot, s := open(t)
	maria, state := bot.Person("Maria", ""), memory{}
	out := &helpdesk.Outbound{Message: 9, To: fmt.Sprint(maria.ID), Content: strings.Repeat("x", 4096) + strings.Repeat("y", 4096) + "z", State: state}
	sim.Fail("", telegramsim.Long(0), telegramsim.TooMany(3))
	_, err := s.Send(t.Context(), out)
	require.Equal(t, "slow", failure(err))
	require.Len(t, maria.Sees(), 1)
	require.Len(t, state, 1)
	receipt, err := s.Send(t.Context(), out)
	require.NoError(t, err)
	require.Len(t, maria.Sees(), 3, "the first part is not sent again")
	require.Equal(t, fmt.Sprintf("%d:3", maria.ID), receipt.ExternalID)
	require.Empty(t, state)

	out.State = nil
	sim.Fail("", telegramsim.Long(0), telegramsim.TooMany(3))
	_, err = s.Send(t.Context(), out)
	require.Equal(t, "ambiguous", failure(err), "without storage nobody knows what was sent")
}

func TestQuote(t *testing.T) {
	t.Parallel()
	_, bot, s := open(t)
	maria := bot.Person("Maria", "")
	first := maria.Writes("hello")
	for _, quoted := range []string{fmt.Sprintf("%d:%d", maria.ID, first.ID), "77:1", fmt.Sprintf("%d:999", maria.ID), "junk"} {
		_, err := s.Send(t.Context(), &helpdesk.Outbound{To: fmt.Sprint(maria.ID), Content: "yes?", ReplyTo: quoted})
		require.NoError(t, err)
	}
	list := maria.Sees()
	require.Equal(t, first.ID, list[1].ReplyTo)
	for _, m := range list[2:] {
		require.Zero(t, m.ReplyTo)
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	s := sender(t, "http://127.0.0.1", "1:x").(helpdesk.Fitter)
	many := make([]any, 101)
	for i := range many {
		many[i] = map[string]any{"title": "x", "value": "y"}
	}
	for _, c := range []struct {
		name   string
		out    helpdesk.Outbound
		fields []string
	}{
		{"good", helpdesk.Outbound{To: "1", Content: strings.Repeat("x", 20_000)}, nil},
		{"business", helpdesk.Outbound{To: "business:bc_1:55", Content: "x"}, nil},
		{"nothing", helpdesk.Outbound{To: "1"}, []string{"content"}},
		{"no chat", helpdesk.Outbound{To: "maria", Content: "x"}, []string{"to"}},
		{"a file too large", helpdesk.Outbound{To: "1", Attachments: []helpdesk.OutboundFile{{Size: 50<<20 + 1}}}, []string{"attachments"}},
		{"everything", helpdesk.Outbound{
			To: "business:5", Template: &helpdesk.TemplateUse{}, ContentType: "input_select", ContentAttrs: map[string]any{"items": many},
			Attachments: []helpdesk.OutboundFile{{}},
		}, []string{"to", "template", "content", "content_attributes", "attachments"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := s.Fit(&c.out)
			if c.fields == nil {
				require.NoError(t, err)
				return
			}
			var wrong *helpdesk.Error
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, helpdesk.Invalid, wrong.Code)
			require.Len(t, wrong.Fields, len(c.fields), "%v", wrong)
			for _, f := range c.fields {
				require.Contains(t, wrong.Fields, f)
			}
		})
	}
}
