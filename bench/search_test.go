package bench_test

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

//go:embed testdata/messages.sql
var talk string

// library is a desk with many messages, somebody of each kind who searches them,
// and a second account that has none.
type library struct {
	label   string
	viewers map[string]*helpdesk.Desk
}

// newLibrary is a crowd of a tenth as many conversations as there are messages,
// a third of them of a word that everybody says.
func newLibrary(tb testing.TB, db *database, n int) *library {
	d := newDesk(tb, db)
	c := d.crowd(tb, strconv.Itoa(n/1000)+"k", n/10)
	text := strings.NewReplacer(":now", fmt.Sprint(d.clock.Now().UnixMicro()), ":account", fmt.Sprint(d.account), ":base", "1000",
		":inboxes", strconv.Itoa(inboxes), ":inbox", fmt.Sprint(d.inbox), ":conversations", strconv.Itoa(n/10), ":n", strconv.Itoa(n)).Replace(talk)
	h := d.db.handle(tb, 1)
	for statement := range strings.SplitSeq(text, ";\n") {
		if strings.TrimSpace(statement) != "" {
			_, err := h.ExecContext(tb.Context(), statement)
			require.NoError(tb, err, statement)
		}
	}
	require.NoError(tb, h.Close())
	empty, err := d.engine.CreateAccount(tb.Context(), helpdesk.NewAccount{Name: "Empty"})
	require.NoError(tb, err)
	c.viewers["empty account"] = d.engine.As(d.engine.Host(empty.ID))
	return &library{c.label, c.viewers}
}

// questions are what people look for. In a thousand words of the seed, word0 is
// in every hundredth message and word900 in every thousandth.
func questions() map[string]string {
	return map[string]string{
		"common": "yesterday", "word": "word7", "rare": "rare77", "beginning": "yest", "two words": "yesterday word7", "phrase": `"arrive yesterday"`, "nothing": "nowhere",
	}
}

// BenchmarkSearch is a page of 15 messages, beside a page of 25 open
// conversations of the same desk. One iteration asks for both.
func BenchmarkSearch(b *testing.B) { benchmarkSearch(b, 100_000) }

// BenchmarkSearchMillion is BenchmarkSearch among a million messages. It runs
// when asked for by name, or with HELPDESK_PROVE=1: seeding takes minutes.
func BenchmarkSearchMillion(b *testing.B) {
	asked := strings.Contains(flag.Lookup("test.bench").Value.String(), "Million")
	if !asked && os.Getenv("HELPDESK_PROVE") == "" {
		b.Skip("a million messages: -bench SearchMillion")
	}
	benchmarkSearch(b, 1_000_000)
}

func benchmarkSearch(b *testing.B, n int) {
	eachDatabase(b, func(b *testing.B, db *database) {
		l := newLibrary(b, db, n)
		for _, viewer := range []string{"admin", "agent", "empty account"} {
			for name, q := range questions() {
				b.Run(viewer+"/"+name, func(b *testing.B) { l.compare(b, viewer, q) })
			}
		}
	})
}

func (l *library) compare(b *testing.B, viewer, query string) {
	ctx := context.WithoutCancel(b.Context())
	var searched, listed []time.Duration
	for b.Loop() {
		for range 5 {
			start := time.Now()
			_, err := l.viewers["admin"].Conversations.List(ctx, helpdesk.ConversationFilter{Status: []helpdesk.Status{helpdesk.Open}}, helpdesk.Page{Limit: 25})
			listed = append(listed, time.Since(start))
			require.NoError(b, err)
			start = time.Now()
			_, err = l.viewers[viewer].Search.Messages(ctx, helpdesk.MessageSearch{Query: query}, helpdesk.Page{Limit: 15})
			searched = append(searched, time.Since(start))
			require.NoError(b, err)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(micro(median(searched)), "p50-"+l.label+"-µs")
	b.ReportMetric(float64(median(searched))/float64(median(listed)), "list-ratio")
}
