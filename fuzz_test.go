package helpdesk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
)

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"+5511987654321", "11 8765-4321", "+5215512345678", "+5491123456789", "0800 123", "\x00", "+", "1-800-FLOWERS", "tel:+1;ext=3"} {
		f.Add(s)
	}
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, typed string) {
		c, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Phone: &typed}})
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid)
			return
		}
		if c.Phone != "" {
			require.Regexp(t, `^\+[0-9]{3,18}$`, c.Phone)
			_, err = w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Phone: &c.Phone}})
			require.ErrorIs(t, err, helpdesk.Invalid, "it is taken, and still a number")
		}
		require.NoError(t, w.admin.Contacts.Delete(w.ctx, c.ID))
	})
}

// newFuzzWorld is a world for a fuzz target.
func newFuzzWorld(f *testing.F) *world {
	f.Helper()
	w := &world{ctx: f.Context(), clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	w.store = openMemory(f, nil)
	e, err := helpdesk.New(w.store, helpdesk.Options{Now: w.clock.Now})
	require.NoError(f, err)
	a, err := e.CreateAccount(f.Context(), helpdesk.NewAccount{Name: "Acme", Country: "BR"})
	require.NoError(f, err)
	w.engine, w.account, w.admin = e, a.ID, e.As(e.Host(a.ID))
	return w
}

func FuzzPageKey(f *testing.F) {
	f.Add("WyIxIl0")
	f.Add("")
	f.Add("bnVsbA")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := helpdesk.ParsePageKey(s)
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid)
			return
		}
		again, err := helpdesk.ParsePageKey(k.String())
		require.NoError(t, err)
		require.Equal(t, k, again)
	})
}

func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "MS4xLjA", "MS4xLjF4", "MS4xLi0x", "x"} {
		f.Add(s)
	}
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, s string) {
		items, next, err := w.admin.Feed(w.ctx, helpdesk.Cursor(s))
		require.NoError(t, err)
		require.NotEmpty(t, next)
		if len(items) > 0 && items[0].Kind == helpdesk.FeedReset {
			require.Len(t, items, 1)
		}
	})
}

func FuzzWebhookSignature(f *testing.F) {
	f.Add("whsec_c2VjcmV0", "msg_1", "v1,xx", int64(1_700_000_000), []byte("{}"))
	f.Add("", "", "", int64(0), []byte(nil))
	f.Fuzz(func(t *testing.T, secret, id, forged string, unix int64, body []byte) {
		at := time.Unix(unix%(1<<40), 0)
		h := http.Header{}
		helpdesk.SignWebhook(h, secret, id, at, body)
		if id != "" {
			require.NoError(t, helpdesk.VerifyWebhook(h, secret, at, body))
		}
		require.Error(t, helpdesk.VerifyWebhook(h, secret, at, append([]byte("x"), body...)))
		if own := h.Get("Webhook-Signature"); !strings.Contains(forged, own) {
			h.Set("Webhook-Signature", forged)
			require.ErrorIs(t, helpdesk.VerifyWebhook(h, secret, at, body), helpdesk.Unauthenticated)
		}
	})
}

func FuzzAttributePattern(f *testing.F) {
	f.Add("/^a+$/i", "AAA")
	f.Add("^(a+)+$", strings.Repeat("a", 40)+"!")
	f.Add("(?<=x)(", "x")
	f.Add("/", "/")
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, pattern, value string) {
		a, err := w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{
			Model: helpdesk.ContactAttribute, Key: "k", Type: helpdesk.TextAttribute, Name: ptr("K"), Pattern: &pattern,
		})
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid)
			return
		}
		began := time.Now()
		a.Check(value)
		require.Less(t, time.Since(began), 5*time.Second, "a match has a time limit")
		require.NoError(t, w.admin.Attributes.Delete(w.ctx, a.ID))
	})
}

// FuzzFile sends a file as a stranger would and looks at what is stored of its
// name and type.
func FuzzFile(f *testing.F) {
	f.Add("../../etc/passwd", "text/html", []byte("<script>alert(1)</script>"))
	f.Add("a\u202egnp.exe", "image/svg+xml", []byte("<svg/>"))
	f.Add(strings.Repeat("é", 300)+".txt", "application/pdf", []byte("%PDF-"))
	w := newFuzzWorld(f)
	blobs, err := helpdesk.NewDirBlobs(f.TempDir())
	require.NoError(f, err)
	f.Cleanup(func() { _ = blobs.Close() })
	w.engine, err = helpdesk.New(w.store, helpdesk.Options{Now: w.clock.Now, Blobs: blobs, Channels: []helpdesk.Channel{api.New()}})
	require.NoError(f, err)
	box, err := w.engine.As(w.engine.Host(w.account)).Inboxes.Create(w.ctx, helpdesk.InboxInput{Kind: "api", Name: ptr("Shop")})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, name, claim string, data []byte) {
		w.clock.Advance(time.Minute)
		m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{
			From: helpdesk.Person{Source: "c"}, Attachments: []helpdesk.InboundFile{{Name: name, ContentType: claim, Data: data}},
		})
		require.NoError(t, err)
		a := m.Attachments[0]
		require.True(t, utf8.ValidString(a.Name))
		require.LessOrEqual(t, len(a.Name), 255)
		require.NotContains(t, a.Name, "/")
		require.NotContains(t, a.Name, `\`)
		require.False(t, strings.ContainsFunc(a.Name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }))
		for _, runs := range []string{"script", "svg"} {
			require.NotContains(t, a.ContentType, runs)
		}
	})
}
