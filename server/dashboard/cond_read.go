package dashboard

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// maxCondNodes is how many rows and groups a form may send. The desk allows fewer;
// what is beyond is not read at all.
const maxCondNodes = 300

// readCond reads a condition that a form sent, whatever is wrong with it. It is
// never nil without an error.
func (c *call) readCond(in input, name string, about condAbout) (*condForm, error) {
	f, err := c.condForm(name, about, helpdesk.Cond{})
	if err != nil {
		return nil, err
	}
	at := map[string]*condNode{"0": f.Root}
	for i, path := range in.Values[name] {
		if i > maxCondNodes || len(path) > 100 {
			break
		}
		n := at[path]
		if n == nil {
			parent := at[path[:max(0, strings.LastIndexByte(path, '.'))]]
			if parent == nil || parent.Join == "" {
				continue
			}
			n = &condNode{Path: path, Form: f}
			at[path], parent.Nodes = n, append(parent.Nodes, n)
		}
		f.readNode(in, n)
	}
	if do := in.Get(name + ".do"); do != "" {
		f.Edited = true
		f.edit(at, do)
	}
	f.number(f.Root, "0")
	return f, nil
}

func (f *condForm) readNode(in input, n *condNode) {
	if join := in.Get(n.Input("join")); slices.Contains(condJoins(), join) {
		n.Join = join
		return
	}
	if n.Path == "0" {
		n.Join = "and"
		return
	}
	f.choose(n, in.Get(n.Input("field")), helpdesk.Op(in.Get(n.Input("op"))))
	n.Values = n.sent(in, "value")
	n.From, n.To = n.sent(in, "from"), n.sent(in, "to")
	// Values of another kind than the new field's are not carried over.
	if was := in.Get(n.Input("was")); was != "" && was != n.Field.Key+" "+string(n.Kind()) {
		n.Values, n.From, n.To = nil, nil, nil
	}
}

// Was is for templates: what the values belong to.
func (n *condNode) Was() string { return n.Field.Key + " " + string(n.Kind()) }

// sent are the values of one part of a row. An empty text is none; an empty choice
// is the one called "none".
func (n *condNode) sent(in input, part string) []string {
	var out []string
	for _, v := range in.Values[n.Input(part)] {
		if n.Kind() != condPick && !(n.Kind() == condMoved && n.Listed()) {
			if v = strings.TrimSpace(v); v == "" {
				continue
			}
		}
		out = append(out, v)
	}
	return out
}

// choose sets a row's field and operator; one that the field does not have gives
// way to its first.
func (f *condForm) choose(n *condNode, key string, op helpdesk.Op) {
	n.Field, n.Op = f.field(key), op
	if !n.Field.Gone && !slices.Contains(n.Field.Ops, op) {
		n.Op = n.Field.Ops[0]
	}
}

// edit does what one of the builder's own buttons is for.
func (f *condForm) edit(at map[string]*condNode, do string) {
	what, path, _ := strings.Cut(do, ":")
	n := at[path]
	if n == nil {
		return // "refresh", or what is not there
	}
	switch what {
	case "row", "group":
		if n.Join == "" || len(f.Groups) == 0 {
			return
		}
		row := &condNode{Form: f}
		f.choose(row, f.Groups[0].Fields[0].Key, "")
		if what == "group" {
			row = &condNode{Form: f, Join: "or", Nodes: []*condNode{row}}
		}
		n.Nodes = append(n.Nodes, row)
	case "value":
		n.Values = append(n.Values, "")
	case "drop":
		if parent := at[path[:max(0, strings.LastIndexByte(path, '.'))]]; parent != nil {
			parent.Nodes = slices.DeleteFunc(parent.Nodes, func(o *condNode) bool { return o == n })
		}
	}
}

// check writes at every row what is wrong with it, and reports whether nothing is.
func (f *condForm) check(n *condNode) bool {
	right := true
	for _, inner := range n.Nodes {
		right = f.check(inner) && right
	}
	if n.Join != "" {
		return right
	}
	if says := n.fault(); says != "" {
		n.Wrong, right = f.c.T("cond."+says), false
	}
	return right
}

// fault is the key of what is wrong with a row; "" = nothing.
func (n *condNode) fault() string {
	if n.Field.Gone {
		return "wrong_gone"
	}
	kind := n.Kind()
	if kind == condNone || kind == condMoved {
		return ""
	}
	if len(n.Values) == 0 {
		return "wrong_blank"
	}
	for _, v := range n.Values {
		var err error
		switch kind { //nolint:exhaustive // any text and choice will do
		case condNumber:
			if _, err = strconv.ParseFloat(v, 64); err != nil {
				return "wrong_number"
			}
		case condDays:
			if days, err := strconv.Atoi(v); err != nil || days < 0 || days > 36500 {
				return "wrong_days"
			}
		case condDate:
			if _, err = time.Parse(time.DateOnly, v); err != nil {
				return "wrong_date"
			}
		}
	}
	return ""
}
