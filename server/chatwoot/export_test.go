package chatwoot

// Row is a row of the route table, for tests that walk it.
type Row struct {
	Method, Path string
	Open         bool // asks nobody who they are
	Customer     bool // for customers' clients
	Platform     bool // for platform apps
	Writes       bool
}

// Rows is the route table.
func Rows() []Row {
	out := make([]Row, 0, 100)
	for _, rt := range routes() {
		out = append(out, Row{rt.method, rt.path, rt.who == anyone, rt.who == anyInbox || rt.who == customer, rt.who == platformApp, rt.writes})
	}
	return out
}
