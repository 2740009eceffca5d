package dashboard

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// automationRoutes are the pages below /settings/automation.
func automationRoutes() []route {
	const base = "/settings/automation"
	edit := helpdesk.EditSettings
	return []route{
		{"GET " + base, edit, (*call).ruleList},
		{"GET " + base + "/new", edit, (*call).ruleShow},
		{"POST " + base + "/new", edit, (*call).ruleSave},
		{"GET " + base + "/{id}", edit, (*call).ruleShow},
		{"POST " + base + "/{id}", edit, (*call).ruleSave},
		{"POST " + base + "/{id}/switch", edit, (*call).ruleSwitch},
		{"POST " + base + "/{id}/move", edit, (*call).ruleMove},
		{"POST " + base + "/{id}/clone", edit, (*call).ruleClone},
		{"POST " + base + "/{id}/delete", edit, (*call).ruleDelete},
	}
}

// ruleRow is a rule of the list.
type ruleRow struct {
	*helpdesk.Rule
	On          string // its event, in words
	What        string // its actions, in words
	First, Last bool
	Trouble     string
}

type ruleListPage struct {
	*call
	Rows []ruleRow
}

// eventWords is what an event is called.
func (c *call) eventWords(k helpdesk.EventKind) string {
	return c.say("automation", "on_", strings.ReplaceAll(string(k), ".", "_"))
}

func (c *call) ruleList() error {
	rules, err := c.desk.Rules.List(c.ctx())
	if err != nil {
		return err
	}
	p := &ruleListPage{call: c}
	for i, r := range rules {
		row := ruleRow{Rule: r, On: c.eventWords(r.Event), First: i == 0, Last: i == len(rules)-1}
		var did []string
		for _, a := range r.Actions {
			did = append(did, c.say("actions", "do_", string(a.Name)))
		}
		row.What = strings.Join(did, ", ")
		if r.Failures > 0 {
			row.Trouble = r.LastError
		}
		p.Rows = append(p.Rows, row)
	}
	return c.render("settings/automations", http.StatusOK, p)
}

func (c *call) ruleSwitch() error {
	return c.changeRule("common.saved", func(id helpdesk.RuleID, in input) error {
		_, err := c.desk.Rules.Update(c.ctx(), id, helpdesk.RuleInput{Active: in.yes("active")})
		return err
	})
}

func (c *call) ruleClone() error {
	return c.changeRule("automation.cloned", func(id helpdesk.RuleID, _ input) error {
		_, err := c.desk.Rules.Clone(c.ctx(), id)
		return err
	})
}

func (c *call) ruleDelete() error {
	return c.changeRule("common.deleted", func(id helpdesk.RuleID, _ input) error { return c.desk.Rules.Delete(c.ctx(), id) })
}

// ruleMove puts a rule before the one above it, or behind the one below, and
// numbers them anew where that is needed.
func (c *call) ruleMove() error {
	return c.changeRule("common.saved", func(id helpdesk.RuleID, in input) error {
		rules, err := c.desk.Rules.List(c.ctx())
		if err != nil {
			return err
		}
		at := slices.IndexFunc(rules, func(r *helpdesk.Rule) bool { return r.ID == id })
		to := at - 1
		if in.Get("to") == "down" {
			to = at + 1
		}
		if at < 0 {
			return helpdesk.NotFound
		}
		if to < 0 || to >= len(rules) {
			return nil
		}
		rules[at], rules[to] = rules[to], rules[at]
		for i, r := range rules {
			if r.Position != i {
				if _, err := c.desk.Rules.Update(c.ctx(), r.ID, helpdesk.RuleInput{Position: &i}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// changeRule does something to the rule of the path, and shows the list.
func (c *call) changeRule(notice string, do func(id helpdesk.RuleID, in input) error) error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	if err := do(helpdesk.RuleID(id), in); err != nil {
		return err
	}
	return c.done(c.path("/settings/automation"), notice)
}
