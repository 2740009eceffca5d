package dashboard

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// flowRoutes are the pages below /settings/flows.
func flowRoutes() []route {
	const base = "/settings/flows"
	edit := helpdesk.EditSettings
	return []route{
		{"GET " + base, edit, (*call).flowList},
		{"GET " + base + "/new", edit, (*call).flowShow},
		{"POST " + base + "/new", edit, (*call).flowSave},
		{"GET " + base + "/{id}", edit, (*call).flowShow},
		{"POST " + base + "/{id}", edit, (*call).flowSave},
		{"POST " + base + "/{id}/switch", edit, (*call).flowSwitch},
		{"POST " + base + "/{id}/delete", edit, (*call).flowDelete},
	}
}

// flowRow is a flow of the list.
type flowRow struct {
	*helpdesk.Flow
	Used []flowUse
}

// flowUse is an inbox that a flow runs in.
type flowUse struct {
	ID         helpdesk.InboxID
	Name, When string
}

type flowListPage struct {
	*call
	Rows []flowRow
}

// flowUses are the inboxes of every flow.
func (c *call) flowUses() (map[helpdesk.FlowID][]flowUse, error) {
	boxes, err := c.desk.Inboxes.List(c.ctx())
	out := map[helpdesk.FlowID][]flowUse{}
	for _, b := range boxes {
		if b.EntryFlow != 0 {
			out[b.EntryFlow] = append(out[b.EntryFlow], flowUse{b.ID, b.Name, c.T("flows.at_entry")})
		}
		if b.ExitFlow != 0 {
			out[b.ExitFlow] = append(out[b.ExitFlow], flowUse{b.ID, b.Name, c.T("flows.at_exit")})
		}
	}
	return out, err
}

func (c *call) flowList() error {
	flows, err := c.desk.Flows.List(c.ctx())
	if err != nil {
		return err
	}
	uses, err := c.flowUses()
	if err != nil {
		return err
	}
	p := &flowListPage{call: c}
	for _, f := range flows {
		p.Rows = append(p.Rows, flowRow{f, uses[f.ID]})
	}
	return c.render("settings/flows", http.StatusOK, p)
}

// flowPage is one flow.
type flowPage struct {
	*call
	ID    helpdesk.FlowID // 0 = a new one
	Flow  *helpdesk.Flow
	Used  []flowUse
	Form  *form
	Steps *flowForm
}

// Base is the address of the list.
func (p *flowPage) Base() string { return p.path("/settings/flows") }

func (c *call) flowPage() (*flowPage, error) {
	p := &flowPage{call: c, Flow: &helpdesk.Flow{Active: true, Steps: []helpdesk.FlowStep{
		{ID: "welcome", Kind: helpdesk.FlowSend, Next: "people"}, {ID: "people", Kind: helpdesk.FlowHandOff},
	}}}
	if c.r.PathValue("id") != "" {
		id, err := c.id("id")
		if err != nil {
			return nil, err
		}
		if p.Flow, err = c.desk.Flows.Get(c.ctx(), helpdesk.FlowID(id)); err != nil {
			return nil, err
		}
		p.ID = p.Flow.ID
		uses, err := c.flowUses()
		if err != nil {
			return nil, err
		}
		p.Used = uses[p.ID]
	}
	p.Form = c.ask("flows",
		field{Name: "name", Kind: asText, Value: p.Flow.Name, Required: true},
		field{Name: "description", Kind: asText, Value: p.Flow.Description},
		field{Name: "active", Kind: asSwitch, Value: yesNo(p.Flow.Active)},
	)
	return p, nil
}

func (c *call) flowShow() error {
	p, err := c.flowPage()
	if err != nil {
		return err
	}
	if p.Steps, err = c.flowForm(p.Flow.Steps); err != nil {
		return err
	}
	return c.render("settings/flow", http.StatusOK, p)
}

func (c *call) flowSave() error {
	p, err := c.flowPage()
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	if p.Steps, err = c.readFlow(in); err != nil {
		return err
	}
	p.Form.fill(in.Values)
	if p.Steps.Edited {
		return c.render("settings/flow", http.StatusOK, p)
	}
	err = p.save(in)
	if err == nil {
		return c.done(p.Base(), "common.saved")
	}
	err = p.Steps.refuse(err)
	if e, ok := errors.AsType[*helpdesk.Error](err); !ok || !p.Form.refuse(c, e) {
		return err
	}
	p.Form.Problem = strings.TrimPrefix(p.Form.Problem, "steps ")
	if e, ok := errors.AsType[*helpdesk.Error](err); ok && len(e.Fields) == 0 {
		p.Form.Problem = c.T("flows.wrong")
	}
	return c.render("settings/flow", http.StatusUnprocessableEntity, p)
}

func (p *flowPage) save(in input) error {
	steps, err := p.Steps.Read()
	if err != nil {
		return err
	}
	change := helpdesk.FlowInput{Name: in.text("name"), Description: in.text("description"), Active: in.yes("active"), Steps: steps}
	if p.ID == 0 {
		_, err = p.desk.Flows.Create(p.ctx(), change)
	} else {
		_, err = p.desk.Flows.Update(p.ctx(), p.ID, change)
	}
	return err
}

func (c *call) flowSwitch() error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	if _, err := c.desk.Flows.Update(c.ctx(), helpdesk.FlowID(id), helpdesk.FlowInput{Active: in.yes("active")}); err != nil {
		return err
	}
	return c.done(c.path("/settings/flows"), "common.saved")
}

func (c *call) flowDelete() error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	if err := c.desk.Flows.Delete(c.ctx(), helpdesk.FlowID(id)); err != nil {
		return err
	}
	return c.done(c.path("/settings/flows"), "common.deleted")
}
