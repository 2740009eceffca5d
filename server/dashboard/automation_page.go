package dashboard

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// rulePage is one automation rule.
type rulePage struct {
	*call
	ID     helpdesk.RuleID // 0 = a new one
	Rule   *helpdesk.Rule
	Form   *form
	Where  *condForm
	Raw    bool   // it asks an expression instead of conditions
	Expr   string // the expression
	Wrong  string // what is wrong with it, with a mark at the place
	Events []option

	Conversations string // that it is tried on
	Trials        *ruleTrials
}

// Silence is for templates: whether the event is that nothing happens.
func (p *rulePage) Silence() bool { return slices.Contains(helpdesk.SilenceEvents(), p.Rule.Event) }

// Base is the address of the list.
func (p *rulePage) Base() string { return p.path("/settings/automation") }

func (p *rulePage) about() condAbout {
	return condAbout{Model: helpdesk.ConversationAttribute, Event: p.Rule.Event}
}

// rulePage reads the rule of the path.
func (c *call) rulePage() (*rulePage, error) {
	p := &rulePage{call: c, Rule: &helpdesk.Rule{Event: helpdesk.MessageCreated, Active: true}}
	if c.r.PathValue("id") != "" {
		id, err := c.id("id")
		if err != nil {
			return nil, err
		}
		if p.Rule, err = c.desk.Rules.Get(c.ctx(), helpdesk.RuleID(id)); err != nil {
			return nil, err
		}
		p.ID = p.Rule.ID
	}
	return p, nil
}

// show makes the form of the rule.
func (p *rulePage) show() (err error) {
	r := p.Rule
	p.Events = nil
	for _, k := range append(helpdesk.RuleEvents(), helpdesk.SilenceEvents()...) {
		p.Events = append(p.Events, option{Value: string(k), Label: p.eventWords(k)})
	}
	p.Raw, p.Expr = r.Expression != "", r.Expression
	p.Form = p.ask("automation",
		field{Name: "name", Kind: asText, Value: r.Name, Required: true},
		field{Name: "description", Kind: asText, Value: r.Description},
		field{Name: "active", Kind: asSwitch, Value: yesNo(r.Active)},
		field{Name: "after", Kind: asNumber, Value: numberText(r.After)},
		field{Name: "hours_only", Kind: asSwitch, Value: yesNo(r.HoursOnly)},
	)
	p.Form.Files = true
	if p.Form.Actions, err = p.actionEditor(r.Actions, r.Files, true); err != nil {
		return err
	}
	p.Where, err = p.condForm("where", p.about(), r.Cond)
	return err
}

func (c *call) ruleShow() error {
	p, err := c.rulePage()
	if err != nil {
		return err
	}
	if err := p.show(); err != nil {
		return err
	}
	return c.render("settings/automation", http.StatusOK, p)
}

// ruleSave saves a rule, tries it, or shows its form again with a row more.
func (c *call) ruleSave() error {
	p, err := c.rulePage()
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	p.Rule.Event = helpdesk.EventKind(in.Get("event_name"))
	if !slices.Contains(append(helpdesk.RuleEvents(), helpdesk.SilenceEvents()...), p.Rule.Event) {
		p.Rule.Event = helpdesk.MessageCreated // no form of ours sends another
	}
	if err := p.show(); err != nil {
		return err
	}
	if p.Where, err = c.readCond(in, "where", p.about()); err != nil {
		return err
	}
	p.Raw, p.Expr, p.Conversations = in.Get("mode") == "raw", *in.area("expression"), in.Get("conversations")
	switch try := in.Get("try"); {
	case p.Where.Edited, in.Has("form_do"):
		p.Form.fill(in.Values)
		return c.render("settings/automation", http.StatusOK, p)
	case try != "":
		p.Form.fill(in.Values)
		if err := p.try(try); err != nil && !p.refuse(err) {
			return err
		}
		return c.render("settings/automation", http.StatusOK, p)
	}
	err = p.save(in)
	if err == nil {
		return c.done(p.Base(), "common.saved")
	}
	p.Form.fill(in.Values)
	if !p.refuse(err) {
		return err
	}
	return c.render("settings/automation", http.StatusUnprocessableEntity, p)
}

// asked are the event and what is asked of it.
func (p *rulePage) asked() (helpdesk.RuleInput, error) {
	out := helpdesk.RuleInput{Event: p.Rule.Event, Cond: &helpdesk.Cond{}, Expression: new("")}
	if p.Raw {
		out.Expression = &p.Expr
		if strings.TrimSpace(p.Expr) == "" {
			return out, bad(map[string]string{"expression": "can't be blank"})
		}
		return out, nil
	}
	cond, err := p.Where.Cond()
	out.Cond = cond
	return out, err
}

func (p *rulePage) save(in input) error {
	change, wrongCond := p.asked()
	actions, files, done, wrongActions := p.Form.Actions.read(in)
	defer done()
	problems := map[string]string{}
	change.Name, change.Description, change.Active = in.text("name"), in.text("description"), in.yes("active")
	change.Actions, change.Files = actions, files
	if p.Silence() {
		change.After, change.HoursOnly = in.number("after", problems), in.yes("hours_only")
	}
	for _, err := range []error{wrongCond, wrongActions} {
		e, ok := errors.AsType[*helpdesk.Error](err)
		if err != nil && !ok {
			return err
		}
		if ok {
			maps.Copy(problems, e.Fields)
		}
	}
	if err := bad(problems); err != nil {
		return err
	}
	var err error
	if p.ID == 0 {
		_, err = p.desk.Rules.Create(p.ctx(), change)
	} else {
		_, err = p.desk.Rules.Update(p.ctx(), p.ID, change)
	}
	return err
}

// refuse shows an error where it belongs: at the conditions, at the expression, at
// the actions, or at a field.
func (p *rulePage) refuse(err error) bool {
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok {
		return false
	}
	rest := maps.Clone(e.Fields)
	if says, ok := rest["expression"]; ok {
		p.Wrong = p.wrong(says)
	}
	p.Where.refuse(err)
	for _, shown := range []string{"expression", "conditions", "where"} {
		delete(rest, shown)
	}
	if len(e.Fields) > 0 && len(rest) == 0 {
		return true
	}
	return p.Form.refuse(p.call, &helpdesk.Error{Code: e.Code, Message: e.Message, Fields: rest})
}
