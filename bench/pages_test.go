package bench_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/dashboard"
)

// screen is a dashboard that somebody is signed in to.
type screen struct {
	handler http.Handler
	cookie  string
	base    string
}

func newScreen(tb testing.TB, d *desk) *screen {
	s := &screen{handler: dashboard.New(d.engine, dashboard.Options{}), base: fmt.Sprintf("/app/accounts/%d/", d.account)}
	form := url.Values{"email": {"owner@acme.test"}, "password": {"Secret1!"}}
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodPost, "/app/login", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = "127.0.0.1:1" // where sign-in has no limits
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	require.Equal(tb, http.StatusSeeOther, w.Code)
	for _, k := range w.Result().Cookies() {
		s.cookie = k.Name + "=" + k.Value
	}
	return s
}

// get asks for a page, or for parts of it, and returns its size.
func (s *screen) get(tb testing.TB, path, regions string) int {
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, s.base+path, nil)
	r.Header.Set("Cookie", s.cookie)
	if regions != "" {
		r.Header.Set("X-Regions", regions)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	require.Equal(tb, http.StatusOK, w.Code, path)
	return w.Body.Len()
}

// talk makes a conversation with n messages of its customer.
func (d *desk) talk(tb testing.TB, n int) helpdesk.DisplayID {
	var id helpdesk.ConversationID
	for i := range n {
		if i%100 == 0 {
			d.clock.ticks.Add(6_000) // a minute: who writes faster is slowed down
		}
		m, err := d.engine.Receive(tb.Context(), d.account, d.inbox, helpdesk.Inbound{
			From: helpdesk.Person{Source: fmt.Sprintf("talk-%d", n), Name: "Carla"}, Content: fmt.Sprintf("Message **%d**: is there any news of my order?", i),
		})
		require.NoError(tb, err)
		id = m.Conversation
	}
	c, err := d.admin().Conversations.Get(tb.Context(), id)
	require.NoError(tb, err)
	return c.Display
}

// BenchmarkPages is the server's time for the dashboard's pages: lists on a desk with
// 1,000 conversations and on one with 100,000, a thread of 30 messages and one of
// 5,000. One iteration asks both in turn; bytes are those of the larger, before
// anything compresses them.
func BenchmarkPages(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { eachPage(b, sqliteFile) })
	b.Run("postgres", func(b *testing.B) { eachPage(b, postgresDatabase) })
}

func eachPage(b *testing.B, fresh func(testing.TB) *database) {
	few, many := newDesk(b, fresh(b)), newDesk(b, fresh(b))
	few.crowd(b, "1k", 1_000)
	many.crowd(b, "100k", 100_000)
	lists := [2]*screen{newScreen(b, few), newScreen(b, many)}
	comparePages(b, "list", lists, "", "conversations?tab=all", "conversations?tab=all")
	comparePages(b, "list-again", lists, "list", "conversations?tab=all", "conversations?tab=all")
	comparePages(b, "contacts", lists, "", "contacts", "contacts")

	talks := newDesk(b, fresh(b))
	short, long := fmt.Sprintf("conversations/%d?tab=all", talks.talk(b, 30)), fmt.Sprintf("conversations/%d?tab=all", talks.talk(b, 5_000))
	one := newScreen(b, talks)
	comparePages(b, "thread", [2]*screen{one, one}, "", short, long)
	comparePages(b, "messages-again", [2]*screen{one, one}, "messages", short, long)
}

func comparePages(b *testing.B, name string, at [2]*screen, regions string, paths ...string) {
	b.Run(name, func(b *testing.B) {
		var took [2][]time.Duration
		bytes := 0
		for b.Loop() {
			for i, path := range paths {
				start := time.Now()
				bytes = at[i].get(b, path, regions)
				took[i] = append(took[i], time.Since(start))
			}
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(micro(median(took[0])), "p50-small-µs")
		b.ReportMetric(micro(median(took[1])), "p50-large-µs")
		b.ReportMetric(float64(median(took[1]))/float64(median(took[0])), "ratio")
		b.ReportMetric(float64(bytes), "bytes")
	})
}
