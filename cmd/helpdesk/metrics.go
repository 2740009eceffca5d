package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// meter counts requests and shows, in Prometheus' text format, how the process
// and its store are doing. Everything it says is a number or a fixed name.
type meter struct {
	store   helpdesk.Store
	kind    string // of the store
	started time.Time

	mu      sync.Mutex
	running int
	seen    map[asked]tally
}

// asked is what requests are counted by: few values each, none made up by a client.
type asked struct {
	method, route string
	status        int
}

type tally struct {
	count int64
	took  time.Duration
}

func newMeter(store helpdesk.Store, kind string) *meter {
	return &meter{store: store, kind: kind, started: time.Now(), seen: map[asked]tally{}}
}

// watch counts what next serves.
func (m *meter) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec, start := &recorder{ResponseWriter: w}, time.Now()
		m.begin()
		defer func() { m.end(asked{method(r), route(r), cmp.Or(rec.status, http.StatusOK)}, time.Since(start)) }()
		next.ServeHTTP(rec, r)
	})
}

func (m *meter) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running++
}

func (m *meter) end(a asked, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running--
	t := m.seen[a]
	m.seen[a] = tally{t.count + 1, t.took + took}
}

// ServeHTTP answers even when the store does not: that is one of the figures.
func (m *meter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	var b exposition
	b.gauge("helpdesk_build_info", "What runs.", sample{labels("version", version(), "go", runtime.Version(), "store", m.kind), 1})
	m.writeStore(ctx, &b)
	m.writeRequests(&b)
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	b.gauge("go_goroutines", "Goroutines there are.", sample{"", float64(runtime.NumGoroutine())})
	b.gauge("go_memstats_heap_alloc_bytes", "Bytes of live and not yet collected objects.", sample{"", float64(mem.HeapAlloc)})
	b.gauge("process_start_time_seconds", "When the process started, in Unix time.", sample{"", float64(m.started.UnixMilli()) / 1000})
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b.text) // the client left: nobody to tell
}

func (m *meter) writeStore(ctx context.Context, b *exposition) {
	up := 1.0
	_, err := inUse(ctx, m.store)
	if err != nil {
		up = 0
	}
	b.gauge("helpdesk_store_up", "Whether the database answers.", sample{labels("store", m.kind), up})
	reporter, ok := helpdesk.StoreAs[helpdesk.BacklogReporter](m.store)
	if err != nil || !ok {
		return
	}
	now := time.Now()
	lanes, err := reporter.Backlog(ctx, now)
	if err != nil {
		return
	}
	var due, dead, age []sample
	for _, l := range lanes {
		at, oldest := labels("lane", laneName(l.Lane)), 0.0
		if !l.Oldest.IsZero() {
			oldest = max(0, now.Sub(l.Oldest).Seconds())
		}
		due, dead, age = append(due, sample{at, float64(l.Due)}), append(dead, sample{at, float64(l.Dead)}), append(age, sample{at, oldest})
	}
	b.gauge("helpdesk_jobs_due", "Jobs whose time has come and that nobody runs yet.", due...)
	b.gauge("helpdesk_jobs_dead", "Jobs given up, kept for people to look at.", dead...)
	b.gauge("helpdesk_jobs_oldest_due_seconds", "How long the longest waiting due job has waited.", age...)
}

func (m *meter) writeRequests(b *exposition) {
	m.mu.Lock()
	running, seen := m.running, maps.Clone(m.seen)
	m.mu.Unlock()
	var count, took []sample
	for _, a := range slices.SortedFunc(maps.Keys(seen), func(a, b asked) int {
		return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.method, b.method), cmp.Compare(a.status, b.status))
	}) {
		at := labels("method", a.method, "route", a.route, "status", fmt.Sprint(a.status))
		count, took = append(count, sample{at, float64(seen[a].count)}), append(took, sample{at, seen[a].took.Seconds()})
	}
	b.gauge("helpdesk_http_requests_running", "Requests being answered now, this one included.", sample{"", float64(running)})
	b.counter("helpdesk_http_requests_total", "Requests answered, by the pattern of their path.", count...)
	b.counter("helpdesk_http_request_seconds_total", "Time spent answering them.", took...)
}

func laneName(l helpdesk.Lane) string {
	if l == helpdesk.Bulk {
		return "bulk"
	}
	return "live"
}

// exposition is a page in Prometheus' text format.
type exposition struct{ text []byte }

type sample struct {
	labels string
	value  float64
}

func (b *exposition) gauge(name, help string, samples ...sample) {
	b.family(name, help, "gauge", samples)
}

func (b *exposition) counter(name, help string, samples ...sample) {
	b.family(name, help, "counter", samples)
}

func (b *exposition) family(name, help, kind string, samples []sample) {
	b.text = fmt.Appendf(b.text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	for _, s := range samples {
		b.text = fmt.Appendf(b.text, "%s%s %v\n", name, s.labels, s.value)
	}
}

// labels renders pairs of name and value.
func labels(pairs ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+`="`+escape.Replace(pairs[i+1])+`"`)
	}
	return "{" + strings.Join(parts, ",") + "}"
}
