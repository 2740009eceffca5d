package dashboard

import (
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// policySetting is /settings/assignment: how conversations are handed out.
func policySetting() setting {
	return setting{
		Path: "assignment", May: helpdesk.ReadSettings, Edit: helpdesk.EditSettings, List: policyList, Form: policyForm, Save: savePolicy,
		Delete: func(c *call, id int64) error {
			return c.desk.AssignmentPolicies.Delete(c.ctx(), helpdesk.PolicyID(id))
		},
	}
}

func policyList(c *call) (*table, error) {
	list, inboxes, err := c.desk.AssignmentPolicies.List(c.ctx())
	if err != nil {
		return nil, err
	}
	names, err := c.inboxNames()
	if err != nil {
		return nil, err
	}
	t := &table{Columns: []string{"assignment.name", "assignment.order", "assignment.inboxes", "assignment.state"}}
	for _, p := range list {
		state := cell{Text: c.T("assignment.off"), Badge: "plain"}
		if p.Enabled {
			state = cell{Text: c.T("assignment.on"), Badge: "good"}
		}
		t.Rows = append(t.Rows, tableRow{ID: int64(p.ID), Cells: []cell{
			{Text: p.Name, Sub: p.Description}, {Text: c.T("assignment.order_" + string(p.Order))}, {Text: namesOf(names, inboxes[p.ID])}, state,
		}})
	}
	return t, nil
}

// inboxNames are the inboxes whoever asks may see.
func (c *call) inboxNames() (map[helpdesk.InboxID]string, error) {
	boxes, err := c.desk.Inboxes.List(c.ctx())
	out := make(map[helpdesk.InboxID]string, len(boxes))
	for _, b := range boxes {
		out[b.ID] = b.Name
	}
	return out, err
}

// namesOf are the names of those that have one.
func namesOf(names map[helpdesk.InboxID]string, of []helpdesk.InboxID) string {
	var out []string
	for _, id := range of {
		if names[id] != "" {
			out = append(out, names[id])
		}
	}
	return strings.Join(out, ", ")
}

// inboxChoices asks for some of the inboxes.
func (c *call) inboxChoices(name string, chosen []helpdesk.InboxID) (field, error) {
	out := field{Name: name, Kind: asChoices}
	boxes, err := c.desk.Inboxes.List(c.ctx())
	for _, b := range boxes {
		out.Options = append(out.Options, option{Value: str(b.ID), Label: b.Name, Hint: c.kindName(b.Kind)})
	}
	for _, id := range chosen {
		out.Values = append(out.Values, str(id))
	}
	return out, err
}

func policyForm(c *call, id int64) (*form, error) {
	p := &helpdesk.AssignmentPolicy{Order: helpdesk.RoundRobin, Priority: helpdesk.EarliestCreated, FairLimit: 100, FairWindow: 3600, Enabled: true}
	var have []helpdesk.InboxID
	if id != 0 {
		var err error
		if p, err = c.desk.AssignmentPolicies.Get(c.ctx(), helpdesk.PolicyID(id)); err != nil {
			return nil, err
		}
		if have, err = c.policyInboxes(p.ID); err != nil {
			return nil, err
		}
	}
	boxes, err := c.inboxChoices("inboxes", have)
	if err != nil {
		return nil, err
	}
	order := field{Name: "assignment_order", Kind: asSelect, Value: string(p.Order), Half: true}
	for _, o := range []helpdesk.AssignmentOrder{helpdesk.RoundRobin, helpdesk.Balanced, helpdesk.Weighed} {
		order.Options = append(order.Options, option{Value: string(o), Label: c.T("assignment.order_" + string(o))})
	}
	first := field{Name: "conversation_priority", Kind: asSelect, Value: string(p.Priority), Half: true}
	for _, o := range []helpdesk.AssignmentPriority{helpdesk.EarliestCreated, helpdesk.LongestWaiting} {
		first.Options = append(first.Options, option{Value: string(o), Label: c.T("assignment.first_" + string(o))})
	}
	f := c.ask("assignment",
		field{Name: "name", Kind: asText, Value: p.Name, Required: true},
		field{Name: "description", Kind: asText, Value: p.Description},
		field{Name: "enabled", Kind: asSwitch, Value: yesNo(p.Enabled)},
		order, first,
		field{Name: "expression", Kind: asCode, Value: p.Expression},
		field{Name: "fair_distribution_limit", Kind: asNumber, Value: str(p.FairLimit), Half: true},
		field{Name: "fair_distribution_window", Kind: asText, Value: spanText(p.FairWindow), Half: true},
		boxes,
	)
	f.Title = p.Name
	return f, nil
}

func (c *call) policyInboxes(id helpdesk.PolicyID) ([]helpdesk.InboxID, error) {
	boxes, err := c.desk.AssignmentPolicies.Inboxes(c.ctx(), id)
	var out []helpdesk.InboxID
	for _, b := range boxes {
		out = append(out, b.ID)
	}
	return out, err
}

func savePolicy(c *call, id int64, in input) (int64, error) {
	problems := map[string]string{}
	change := helpdesk.AssignmentPolicyInput{
		Name: in.text("name"), Description: in.text("description"), Enabled: in.yes("enabled"), Expression: in.area("expression"),
		Order: helpdesk.AssignmentOrder(in.Get("assignment_order")), Priority: helpdesk.AssignmentPriority(in.Get("conversation_priority")),
		FairLimit: in.number("fair_distribution_limit", problems), FairWindow: new(in.span("fair_distribution_window", problems)),
	}
	if err := bad(problems); err != nil {
		return 0, err
	}
	var p *helpdesk.AssignmentPolicy
	var err error
	if id == 0 {
		p, err = c.desk.AssignmentPolicies.Create(c.ctx(), change)
	} else {
		p, err = c.desk.AssignmentPolicies.Update(c.ctx(), helpdesk.PolicyID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(p.ID), c.attachPolicy(p.ID, ids[helpdesk.InboxID](in, "inboxes"))
}

// attachPolicy gives a policy to exactly these inboxes.
func (c *call) attachPolicy(id helpdesk.PolicyID, want []helpdesk.InboxID) error {
	have, err := c.policyInboxes(id)
	if err != nil {
		return err
	}
	for _, box := range want {
		if !slices.Contains(have, box) {
			if _, err := c.desk.AssignmentPolicies.Attach(c.ctx(), box, id); err != nil {
				return err
			}
		}
	}
	for _, box := range have {
		if !slices.Contains(want, box) {
			if err := c.desk.AssignmentPolicies.Detach(c.ctx(), box); err != nil {
				return err
			}
		}
	}
	return nil
}
