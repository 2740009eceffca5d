package chatwoot

import "time"

// Row is a row of the route table, for tests that walk it.
type Row struct {
	Method, Path string
	Open         bool // asks nobody who they are
	Customer     bool // for customers' clients
	Writes       bool
}

// Rows is the route table.
func Rows() []Row {
	out := make([]Row, 0, 100)
	for _, rt := range routes() {
		out = append(out, Row{rt.method, rt.path, rt.who == anyone, rt.who == anyInbox || rt.who == customer, rt.writes})
	}
	return out
}

// SetTimer replaces the timers of sockets and streams. Call it before there are
// any.
func (h *Handler) SetTimer(after func(time.Duration, func()) *time.Timer) { h.live.after = after }
