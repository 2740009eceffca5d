package chatwoot

import (
	"context"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// Row is a row of the route table, for tests that walk it.
type Row struct {
	Method, Path string
	Open         bool // asks nobody who they are
	Customer     bool // for customers' clients
	Visitor      bool // for pages with the widget
	Platform     bool // for platform apps
	Stream       bool // does not end by itself
	Writes       bool
}

// Rows is the route table.
func Rows() []Row {
	out := make([]Row, 0, 100)
	for _, rt := range routes() {
		out = append(out, Row{
			rt.method, rt.path, rt.who == anyone, rt.who == anyInbox || rt.who == customer, rt.who == anyWidget || rt.who == visitor,
			rt.who == platformApp, strings.HasSuffix(rt.path, "/events"), rt.writes,
		})
	}
	return out
}

// Routes is the route table as "METHOD path".
func Routes() []string {
	out := make([]string, 0, 300)
	for _, rt := range routes() {
		out = append(out, rt.method+" "+rt.path)
	}
	return out
}

// OperationRows are the rows of OPERATIONS.md: "METHOD path" and what it does.
func OperationRows() map[string]string {
	out := make(map[string]string)
	for row, op := range operations() {
		out[row] = op.summary
	}
	return out
}

// SetTimer replaces the timers of sockets and streams. Call it before there are
// any.
func (h *Handler) SetTimer(after func(time.Duration, func()) *time.Timer) { h.live.after = after }

// BreakPush makes telling of a kind of event panic. Nobody may listen yet.
func (h *Handler) BreakPush(kind helpdesk.EventKind) {
	row := h.live.push.table[kind]
	row.body = func(*pusher, context.Context, *helpdesk.Event) (any, error) { panic("on purpose") }
	h.live.push.table[kind] = row
}
