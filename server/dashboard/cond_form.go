package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// condForm is a condition as people edit it: groups of rows. A page shows it with
// {{template "cond" .Form}} within a region of its own (an element with an id, and a
// template "region:ID"), links css/cond.css, and saves it like this:
//
//	f, err := c.readCond(in, "where", about)
//	if f.Edited { show the page again with f }            // a row was added, …
//	cond, err := f.Cond()                                 // an error that names "where"
//	… hand it to the desk; f.refuse(err) shows what that says of it
//
// Every button of it is one that sends the form, so it works without a script;
// static/js/cond.js fetches the region instead. When something else of the form
// changes what may be asked about, that element carries data-cond-refresh.
type condForm struct {
	Name    string // of its fields: "where"
	Root    *condNode
	Groups  []condGroup
	Problem string // what is wrong with no row of it
	Edited  bool   // one of its own buttons sent the form

	c     *call
	about condAbout
	known map[string][]option // by key of a field
}

// condNode is a group of conditions, or one condition: a row.
type condNode struct {
	Path  string // "0" the outermost group, "0.1"
	Join  string // of a group: "and", "or", "none" (not one of them), "some" (not all of them); "" = it is a row
	Nodes []*condNode

	Field    condField
	Op       helpdesk.Op
	Values   []string
	From, To []string // of attribute_changed
	Wrong    string
	Form     *condForm
}

// condJoins are the ways in which a group joins what is in it.
func condJoins() []string { return []string{"and", "or", "none", "some"} }

// condForm shows a condition; name is what its fields begin with.
func (c *call) condForm(name string, about condAbout, cond helpdesk.Cond) (*condForm, error) {
	groups, err := c.condFields(about)
	f := &condForm{Name: name, Groups: groups, c: c, about: about, known: map[string][]option{}}
	f.Root = f.node(cond)
	if f.Root.Join == "" {
		f.Root = &condNode{Join: "and", Form: f, Nodes: []*condNode{f.Root}}
	}
	f.number(f.Root, "0")
	return f, err
}

// number gives every node its place.
func (f *condForm) number(n *condNode, path string) {
	n.Path = path
	for i, inner := range n.Nodes {
		f.number(inner, path+"."+strconv.Itoa(i))
	}
}

func (f *condForm) node(c helpdesk.Cond) *condNode {
	n := &condNode{Form: f}
	switch {
	case len(c.Or) > 0:
		n.Join = "or"
	case c.Field == "" && c.Not == nil:
		n.Join = "and"
	case c.Not != nil && len(c.Not.And) > 0:
		c, n.Join = *c.Not, "some"
	case c.Not != nil && len(c.Not.Or) > 0:
		c, n.Join = *c.Not, "none"
	case c.Not != nil:
		c, n.Join = helpdesk.Cond{Or: []helpdesk.Cond{*c.Not}}, "none"
	default:
		f.row(n, c)
		return n
	}
	for _, inner := range append(slices.Clone(c.And), c.Or...) {
		n.Nodes = append(n.Nodes, f.node(inner))
	}
	return n
}

func (f *condForm) row(n *condNode, c helpdesk.Cond) {
	n.Field, n.Op = f.fieldOf(c), c.Op
	if c.Op == helpdesk.AttributeMoved && len(c.Values) == 2 {
		from, _ := c.Values[0].([]any)
		to, _ := c.Values[1].([]any)
		n.From, n.To = condTexts(from), condTexts(to)
		return
	}
	n.Values = condTexts(c.Values)
	if n.Kind() == condDate {
		for i, v := range n.Values { // a moment is asked about by its day
			n.Values[i] = v[:min(len(v), len(time.DateOnly))]
		}
	}
}

// condTexts are values as fields of a form hold them.
func condTexts(values []any) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case float64:
			out = append(out, strconv.FormatFloat(v, 'f', -1, 64))
		case bool, int, int64, json.Number:
			out = append(out, fmt.Sprint(v))
		}
	}
	return out
}

// Cond is the condition that was typed; nothing is one that always holds. What
// cannot be asked is an error that names the form, and stands at its row.
func (f *condForm) Cond() (*helpdesk.Cond, error) {
	if !f.check(f.Root) {
		return nil, bad(map[string]string{f.Name: f.c.T("cond.wrong")})
	}
	out := f.cond(f.Root)
	return &out, nil
}

// refuse shows what the desk says of the condition, and reports whether it says
// something.
func (f *condForm) refuse(err error) bool {
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok || e.Code != helpdesk.Invalid {
		return false
	}
	says := e.Fields["conditions"]
	if says == "" && len(e.Fields) == 0 {
		says = e.Message
	}
	if says != "" {
		f.Problem = says
	}
	return says != ""
}

func (f *condForm) cond(n *condNode) helpdesk.Cond {
	if n.Join == "" {
		out := helpdesk.Cond{Field: n.Field.Name, Model: n.Field.Model, Op: n.Op, Values: n.typed(n.Values)}
		if n.Op == helpdesk.AttributeMoved {
			out.Values = []any{n.typed(n.From), n.typed(n.To)}
		}
		return out
	}
	var list []helpdesk.Cond
	for _, inner := range n.Nodes {
		if inner.Join != "" && len(inner.Nodes) == 0 {
			continue // an empty group asks nothing
		}
		list = append(list, f.cond(inner))
	}
	switch {
	case len(list) == 0:
		return helpdesk.Cond{}
	case n.Join == "none":
		return helpdesk.Cond{Not: &helpdesk.Cond{Or: list}}
	case n.Join == "some":
		return helpdesk.Cond{Not: &helpdesk.Cond{And: list}}
	case len(list) == 1:
		return list[0]
	case n.Join == "or":
		return helpdesk.Cond{Or: list}
	}
	return helpdesk.Cond{And: list}
}

// typed are values as conditions hold them: ids are numbers.
func (n *condNode) typed(values []string) []any {
	out := make([]any, 0, len(values))
	for _, v := range values {
		if id, err := strconv.ParseInt(v, 10, 64); err == nil && n.Field.Type == helpdesk.RefField {
			out = append(out, id)
			continue
		}
		out = append(out, v)
	}
	return out
}

// Kind is for templates: how the row's values are asked for.
func (n *condNode) Kind() condKind { return n.Field.kind(n.Op) }

// Input is for templates: the name of one of the node's fields.
func (n *condNode) Input(part string) string { return n.Form.Name + "." + n.Path + "." + part }

// Outer is for templates: whether it is the outermost group.
func (n *condNode) Outer() bool { return n.Path == "0" }

// Joins is for templates: how a group may be joined.
func (n *condNode) Joins() []string { return condJoins() }

// Texts is for templates: the row's values, or an empty one to be typed.
func (n *condNode) Texts(values []string) []string {
	if len(values) == 0 {
		return []string{""}
	}
	return values
}

// More is for templates: whether another value may follow, which makes sense when
// this one is there.
func (n *condNode) More() bool { return len(n.Values) > 0 && n.Values[len(n.Values)-1] != "" }

// Picks is for templates: what may be chosen, and what was; chosen things that are
// gone are shown by their number.
func (n *condNode) Picks(part string) (condPicks, error) {
	p := condPicks{Name: n.Input(part), Chosen: n.Values}
	switch part {
	case "from":
		p.Chosen = n.From
	case "to":
		p.Chosen = n.To
	}
	options, known := n.Form.known[n.Field.Key]
	if !known {
		var err error
		if options, err = n.Form.c.condOptions(n.Field); err != nil {
			return p, err
		}
		n.Form.known[n.Field.Key] = options
	}
	p.Options = slices.Clone(options)
	if part != "value" && n.Field.Type == helpdesk.RefField {
		p.Options = append([]option{{Value: "", Label: n.Form.c.T("common.none")}}, p.Options...)
	}
	for _, v := range p.Chosen {
		if !slices.ContainsFunc(p.Options, func(o option) bool { return o.Value == v }) {
			p.Options = append(p.Options, option{Value: v, Label: n.Form.c.T("cond.gone", "what", v)})
		}
	}
	return p, nil
}

// Listed is for templates: whether the row's values are chosen from a list, also
// those of attribute_changed.
func (n *condNode) Listed() bool { return n.Field.kind(helpdesk.Equal) == condPick }

// condPicks is a list of which any may be chosen.
type condPicks struct {
	Name    string
	Options []option
	Chosen  []string
}

// Has is for templates.
func (p condPicks) Has(value string) bool { return slices.Contains(p.Chosen, value) }

// Names is for templates: what is chosen, in words.
func (p condPicks) Names() string {
	var out []string
	for _, o := range p.Options {
		if p.Has(o.Value) {
			out = append(out, o.Label)
		}
	}
	return strings.Join(out, ", ")
}
