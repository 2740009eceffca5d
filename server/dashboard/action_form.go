package dashboard

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// actionEditor is the list of actions of a macro or a rule as a form shows it: a
// form has it as its Actions, and shows it with {{template "region:actions" .}}.
// Rows are added, moved and taken away by buttons called form_do, which ask for the
// form again; views/_actions.html and static/js/actions.js go with it.
type actionEditor struct {
	Rows  []*actionRow
	Names []actionGroup
	Wrong string // what is wrong with the list as a whole

	c     *call
	rule  bool
	files []helpdesk.KeptFile
	known *actionChoices
}

// actionGroup are actions that stand together in the list to choose from.
type actionGroup struct {
	Label   string
	Options []option
}

// actionRow is one action. Its fields are called action_KEY_name, _value, _text
// and _file; the order of the fields called "action" is that of the rows.
type actionRow struct {
	Key         string
	Name        helpdesk.RuleActionName
	Shape       string   // how its values are asked for
	Values      []string // what was chosen or typed
	Text        string   // the second answer: a message, or an attribute's value
	Options     []option // what can be chosen
	Input       string   // of an attribute's value: "text", "number", "date" or "select"
	TextOptions []option // of an attribute's value
	Hint, Wrong string
	First, Last bool
}

// Chosen is for templates.
func (r *actionRow) Chosen(value string) bool { return slices.Contains(r.Values, value) }

// Value is for templates: the first answer.
func (r *actionRow) Value() string {
	if len(r.Values) == 0 {
		return ""
	}
	return r.Values[0]
}

// actionShapes are how the values of each action are asked for; "" = it has none.
func actionShapes() map[helpdesk.RuleActionName]string {
	return map[helpdesk.RuleActionName]string{
		helpdesk.DoAssignAgent: "one", helpdesk.DoAssignTeam: "one", helpdesk.DoChangeStatus: "one", helpdesk.DoChangePriority: "one",
		helpdesk.DoStartFlow: "one", helpdesk.DoAddSLA: "one", helpdesk.DoAddLabel: "many", helpdesk.DoRemoveLabel: "many",
		helpdesk.DoSendMessage: "text", helpdesk.DoAddNote: "text", helpdesk.DoSendWebhook: "url", helpdesk.DoSendTranscript: "emails",
		helpdesk.DoSendAttachment: "file", helpdesk.DoSendEmailToTeam: "mail", helpdesk.DoSetAttribute: "attribute", helpdesk.DoSetContact: "attribute",
	}
}

// actionNames are the actions in the order in which people look for them.
func (c *call) actionNames(rule bool) []actionGroup {
	groups := []struct {
		key   string
		names []helpdesk.RuleActionName
	}{
		{"actions.group_people", []helpdesk.RuleActionName{helpdesk.DoAssignAgent, helpdesk.DoAssignTeam, helpdesk.DoRemoveTeam}},
		{"actions.group_conversation", []helpdesk.RuleActionName{
			helpdesk.DoAddLabel, helpdesk.DoRemoveLabel, helpdesk.DoChangePriority, helpdesk.DoChangeStatus, helpdesk.DoOpen,
			helpdesk.DoResolve, helpdesk.DoSnooze, helpdesk.DoMute, helpdesk.DoAddSLA, helpdesk.DoSetAttribute, helpdesk.DoSetContact,
		}},
		{"actions.group_message", []helpdesk.RuleActionName{helpdesk.DoSendMessage, helpdesk.DoAddNote, helpdesk.DoSendAttachment, helpdesk.DoStartFlow}},
		{"actions.group_tell", []helpdesk.RuleActionName{helpdesk.DoSendEmailToTeam, helpdesk.DoSendTranscript, helpdesk.DoSendWebhook}},
	}
	out := make([]actionGroup, 0, len(groups))
	for _, g := range groups {
		shown := actionGroup{Label: c.T(g.key)}
		for _, name := range g.names {
			shown.Options = append(shown.Options, option{Value: string(name), Label: c.T("actions.do_" + string(name))})
		}
		out = append(out, shown)
	}
	if rule {
		last := &out[len(out)-1]
		last.Options = append(last.Options, option{Value: string(helpdesk.DoCancel), Label: c.T("actions.do_cancel")})
	}
	return out
}

// actionEditor shows actions, and an empty row where there are none. rule says
// whether they are a rule's, which nobody runs, and not a macro's.
func (c *call) actionEditor(list []helpdesk.RuleAction, files []helpdesk.KeptFile, rule bool) (*actionEditor, error) {
	known, err := c.actionChoices(rule)
	if err != nil {
		return nil, err
	}
	e := &actionEditor{Names: c.actionNames(rule), c: c, rule: rule, files: files, known: known}
	for i, a := range list {
		r := &actionRow{Key: strconv.Itoa(i + 1), Name: a.Name}
		r.show(a)
		e.Rows = append(e.Rows, r)
	}
	if len(list) == 0 {
		e.Rows = []*actionRow{{Key: "1"}}
	}
	e.complete()
	return e, nil
}

// show takes an action's values into a row.
func (r *actionRow) show(a helpdesk.RuleAction) {
	switch actionShapes()[a.Name] {
	case "":
	case "attribute":
		for i, v := range a.Values {
			if i == 0 {
				r.Values = []string{valueText(v)}
			} else {
				r.Text = valueText(v)
			}
		}
	case "mail":
		if len(a.Values) > 0 {
			in, _ := a.Values[0].(map[string]any)
			teams, _ := in["team_ids"].([]any)
			for _, t := range teams {
				r.Values = append(r.Values, valueText(t))
			}
			r.Text, _ = in["message"].(string)
		}
	case "emails":
		var to []string
		for _, v := range a.Values {
			to = append(to, valueText(v))
		}
		r.Values = []string{strings.Join(to, ", ")}
	default:
		for _, v := range a.Values {
			r.Values = append(r.Values, valueText(v))
		}
	}
}

// valueText is a stored value as a field shows it.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// complete gives every row what can be chosen in it.
func (e *actionEditor) complete() {
	for i, r := range e.Rows {
		r.First, r.Last = i == 0, i == len(e.Rows)-1
		r.Shape, r.Options, r.Hint, r.Input, r.TextOptions = actionShapes()[r.Name], nil, "", "", nil
		if hint := "actions.hint_" + string(r.Name); catalogue()[hint] != nil {
			r.Hint = e.c.T(hint)
		}
		switch {
		case r.Shape == "file":
			if e.c.r.MultipartForm != nil && len(e.c.r.MultipartForm.File["action_"+r.Key+"_file"]) > 0 {
				r.Wrong = e.c.T("actions.file_again") // no page can fill a file in
			}
			for _, f := range e.files {
				r.Options = append(r.Options, option{Value: f.Key, Label: f.Name + " · " + size(f.Size)})
			}
			continue
		case r.Name == "" || r.Shape == "":
			continue
		}
		r.Options = slices.Clone(e.known.of[r.Name])
		for _, v := range r.Values {
			if v != "" && r.Shape != "text" && !slices.ContainsFunc(r.Options, func(o option) bool { return o.Value == v }) {
				r.Options = append(r.Options, option{Value: v, Label: e.unknown(r, v)})
			}
		}
		if r.Shape == "attribute" {
			r.Input, r.TextOptions = e.known.input(e.c, r.Name, r.Value())
			if strings.Contains(r.Text, "{{") {
				r.Input = "text"
			}
		}
	}
}

// unknown names a value that is not among the choices any more.
func (e *actionEditor) unknown(r *actionRow, value string) string {
	if r.Shape == "many" || r.Shape == "attribute" {
		return value
	}
	return e.c.T("actions.gone", "id", value)
}

// fill shows what was sent, and does what one of the list's buttons asked for.
func (e *actionEditor) fill(in input) {
	e.Rows = nil
	for _, key := range in.Values["action"] {
		if _, err := strconv.Atoi(key); err != nil || e.row(key) != nil {
			continue // not from our form
		}
		at := "action_" + key + "_"
		r := &actionRow{Key: key, Name: helpdesk.RuleActionName(in.Get(at + "name"))}
		if in.Get(at+"was") == string(r.Name) { // else they answer another question
			r.Values, r.Text = in.Values[at+"value"], *in.area(at + "text")
			for i, v := range r.Values {
				r.Values[i] = strings.ReplaceAll(v, "\r\n", "\n")
			}
			if in.Get(at+"key_was") != r.Value() && actionShapes()[r.Name] == "attribute" {
				r.Text = ""
			}
		}
		e.Rows = append(e.Rows, r)
	}
	e.do(in.Get("form_do"))
	e.complete()
}

func (e *actionEditor) row(key string) *actionRow {
	for _, r := range e.Rows {
		if r.Key == key {
			return r
		}
	}
	return nil
}

// do is what a button of the list asks for: "action-add", "action-up 3".
func (e *actionEditor) do(what string) {
	verb, key, _ := strings.Cut(what, " ")
	at := slices.IndexFunc(e.Rows, func(r *actionRow) bool { return r.Key == key })
	switch {
	case verb == "action-add":
		last := 0
		for _, r := range e.Rows {
			n, _ := strconv.Atoi(r.Key) // checked in fill
			last = max(last, n)
		}
		e.Rows = append(e.Rows, &actionRow{Key: strconv.Itoa(last + 1)})
	case at < 0:
	case verb == "action-remove":
		e.Rows = slices.Delete(e.Rows, at, at+1)
	case verb == "action-up" && at > 0:
		e.Rows[at-1], e.Rows[at] = e.Rows[at], e.Rows[at-1]
	case verb == "action-down" && at+1 < len(e.Rows):
		e.Rows[at], e.Rows[at+1] = e.Rows[at+1], e.Rows[at]
	}
}

// refuse shows an error of the desk at the row it is about, and reports whether it
// is one of the list's.
func (e *actionEditor) refuse(field, says string) bool {
	if key, ok := strings.CutPrefix(field, "action_"); ok && e.row(key) != nil {
		e.row(key).Wrong = e.c.wrong(says)
		return true
	}
	if field != "actions" {
		return false
	}
	rest := says
	for _, r := range e.Rows { // the desk names each by its action, in order
		one, others, more := strings.Cut(rest, "; ")
		what, ours := strings.CutPrefix(one, string(r.Name)+" ")
		if !ours || r.Name == "" {
			continue
		}
		if r.Wrong = e.c.wrong(what); !more {
			return true
		}
		rest = others
	}
	e.Wrong = e.c.wrong(rest)
	return true
}

// read is what was sent, as the desk takes it: the actions, and the files that
// come and go with them. done closes the files. What is missing in a row is an
// error that names it.
func (e *actionEditor) read(in input) (list []helpdesk.RuleAction, files helpdesk.FileChange, done func(), err error) {
	e.fill(in)
	list = []helpdesk.RuleAction{}
	problems := map[string]string{}
	var close []func()
	done = func() {
		for _, f := range close {
			f()
		}
	}
	used := map[string]bool{}
	for _, r := range e.Rows {
		a := helpdesk.RuleAction{Name: r.Name}
		if r.Shape == "file" {
			sent, shut, err := e.c.uploads("action_" + r.Key + "_file")
			if err != nil {
				return nil, files, done, err
			}
			close = append(close, shut)
			if len(sent) > 0 {
				sent[0].Name = e.newName(sent[0].Name, files.Add)
				files.Add, r.Values = append(files.Add, sent[0]), []string{sent[0].Name}
			}
			used[r.Value()] = true
		}
		if wrong := e.known.read(r, &a); wrong != "" {
			problems["action_"+r.Key] = wrong
		}
		list = append(list, a)
	}
	for _, f := range e.files {
		if !used[f.Key] {
			files.Drop = append(files.Drop, f.Key)
		}
	}
	return list, files, done, bad(problems)
}

// newName is a file's name that no other file of the list has, so that the action
// finds its own.
func (e *actionEditor) newName(name string, sent []helpdesk.File) string {
	name = cmp.Or(strings.TrimSpace(name), "file")
	taken := func(s string) bool {
		return slices.ContainsFunc(e.files, func(f helpdesk.KeptFile) bool { return f.Name == s }) ||
			slices.ContainsFunc(sent, func(f helpdesk.File) bool { return f.Name == s })
	}
	out := name
	for n := 2; taken(out); n++ {
		out = strconv.Itoa(n) + "-" + name
	}
	return out
}
