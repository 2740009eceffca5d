package dashboard

import (
	"cmp"

	"github.com/gohelpdesk/helpdesk"
)

// slaSetting is /settings/sla.
func slaSetting() setting {
	return setting{
		Path: "sla", May: helpdesk.ReadSettings, Edit: helpdesk.EditSettings, List: slaList, Form: slaForm, Save: saveSLA,
		Delete: func(c *call, id int64) error { return c.desk.SLAPolicies.Delete(c.ctx(), helpdesk.SLAPolicyID(id)) },
	}
}

func slaList(c *call) (*table, error) {
	list, err := c.desk.SLAPolicies.List(c.ctx())
	t := &table{Columns: []string{"sla.name", "sla.first", "sla.next", "sla.resolution", "sla.clock"}}
	for _, p := range list {
		clock := c.T("sla.always")
		if p.HoursOnly {
			clock = c.T("sla.hours")
		}
		span := func(seconds float64) cell { return cell{Text: cmp.Or(spanText(int(seconds)), "–")} }
		t.Rows = append(t.Rows, tableRow{ID: int64(p.ID), Cells: []cell{
			{Text: p.Name, Sub: p.Description}, span(p.FirstResponse), span(p.NextResponse), span(p.Resolution), {Text: clock, Badge: "plain"},
		}})
	}
	return t, err
}

func slaForm(c *call, id int64) (*form, error) {
	p := &helpdesk.SLAPolicy{}
	if id != 0 {
		var err error
		if p, err = c.desk.SLAPolicies.Get(c.ctx(), helpdesk.SLAPolicyID(id)); err != nil {
			return nil, err
		}
	}
	f := c.ask("sla",
		field{Name: "name", Kind: asText, Value: p.Name, Required: true},
		field{Name: "description", Kind: asText, Value: p.Description},
		field{Name: "times", Kind: asHeading},
		field{Name: "first_response_time_threshold", Kind: asText, Value: spanText(int(p.FirstResponse)), Half: true},
		field{Name: "next_response_time_threshold", Kind: asText, Value: spanText(int(p.NextResponse)), Half: true},
		field{Name: "resolution_time_threshold", Kind: asText, Value: spanText(int(p.Resolution)), Half: true},
		field{Name: "only_during_business_hours", Kind: asSwitch, Value: yesNo(p.HoursOnly)},
	)
	f.Title = p.Name
	return f, nil
}

func saveSLA(c *call, id int64, in input) (int64, error) {
	problems := map[string]string{}
	span := func(name string) *float64 { return new(float64(in.span(name, problems))) }
	change := helpdesk.SLAPolicyInput{
		Name: in.text("name"), Description: in.text("description"), HoursOnly: in.yes("only_during_business_hours"),
		FirstResponse: span("first_response_time_threshold"), NextResponse: span("next_response_time_threshold"), Resolution: span("resolution_time_threshold"),
	}
	if err := bad(problems); err != nil {
		return 0, err
	}
	var p *helpdesk.SLAPolicy
	var err error
	if id == 0 {
		p, err = c.desk.SLAPolicies.Create(c.ctx(), change)
	} else {
		p, err = c.desk.SLAPolicies.Update(c.ctx(), helpdesk.SLAPolicyID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(p.ID), nil
}
