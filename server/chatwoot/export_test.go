package chatwoot

// Row is a row of the route table, for tests that walk it.
type Row struct {
	Method, Path string
	Open         bool // asks nobody who they are
	Customer     bool // for customers' clients
	Visitor      bool // for pages with the widget
	Writes       bool
}

// Rows is the route table.
func Rows() []Row {
	out := make([]Row, 0, 100)
	for _, rt := range routes() {
		out = append(out, Row{rt.method, rt.path, rt.who == anyone, rt.who == anyInbox || rt.who == customer, rt.who == anyWidget || rt.who == visitor, rt.writes})
	}
	return out
}
