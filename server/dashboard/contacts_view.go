package dashboard

import (
	"errors"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

// asCond is a filter of the list as one condition, as a view keeps it.
func (q contactQuery) asCond(view *helpdesk.Cond) (*helpdesk.Cond, error) {
	own, err := condOf(q.Where)
	if err != nil {
		return nil, err
	}
	var label, text *helpdesk.Cond
	if q.Label != "" {
		label = &helpdesk.Cond{Field: "labels", Op: helpdesk.Equal, Values: []any{q.Label}}
	}
	if q.Text != "" {
		text = &helpdesk.Cond{}
		for _, field := range []string{"name", "email", "phone_number", "company"} {
			text.Or = append(text.Or, helpdesk.Cond{Field: field, Op: helpdesk.Contains, Values: []any{q.Text}})
		}
		text.Or = append(text.Or, helpdesk.Cond{Field: "identifier", Op: helpdesk.Equal, Values: []any{q.Text}})
	}
	return bothConds(view, own, label, text), nil
}

// postContactView keeps what the list shows under a name.
func (c *call) postContactView() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	p, err := c.contactsPageOf(in)
	if err != nil {
		return err
	}
	var kept *helpdesk.Cond
	if p.view != nil {
		kept = p.view.Where
	}
	where, err := p.Query.asCond(kept)
	if err != nil {
		return err
	}
	if where == nil {
		where = &helpdesk.Cond{}
	}
	v, err := c.desk.Views.Create(c.ctx(), helpdesk.ViewInput{Kind: helpdesk.ContactView, Name: in.text("name"), Where: where})
	if e, ok := errors.AsType[*helpdesk.Error](err); ok && e.Code == helpdesk.Invalid {
		p.Problem = e.Message
		if wrong := e.Fields["name"]; wrong != "" {
			p.Problem = c.T("contacts.view_name") + " " + c.wrong(wrong)
		}
		return p.show(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return c.done(c.path("/contacts?view=", str(v.ID)), "common.saved")
}

func (c *call) postContactViewDelete() error {
	id, err := c.id("view")
	if err != nil {
		return err
	}
	v, err := c.desk.Views.Get(c.ctx(), helpdesk.ViewID(id))
	if err != nil {
		return err
	}
	if v.Kind != helpdesk.ContactView {
		return helpdesk.NotFound
	}
	if err := c.desk.Views.Delete(c.ctx(), v.ID); err != nil {
		return err
	}
	return c.done(c.path("/contacts"), "common.deleted")
}
