package dashboard

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/gohelpdesk/helpdesk"
)

var aboutContacts = condAbout{Model: helpdesk.ContactAttribute}

// Filter is the builder, with the filter that the list shows.
func (p *contactsPage) Filter() (*condForm, error) {
	if p.Builder != nil {
		return p.Builder, nil
	}
	where := helpdesk.Cond{}
	if p.where != nil {
		where = *p.where
	}
	return p.condForm("where", aboutContacts, where)
}

// postContactFilter narrows the list to what the builder says, or shows the
// builder again.
func (c *call) postContactFilter() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	p, err := c.contactsPageOf(in)
	if err != nil {
		return err
	}
	if p.Builder, err = c.readCond(in, "where", aboutContacts); err != nil {
		return err
	}
	if p.Builder.Edited {
		return p.show(http.StatusOK)
	}
	where, err := p.Builder.Cond()
	if err != nil {
		return p.show(http.StatusUnprocessableEntity)
	}
	_, _, err = c.desk.Contacts.List(c.ctx(), helpdesk.ContactFilter{Where: where}, helpdesk.Page{Limit: 1})
	if err != nil {
		if p.Builder.refuse(err) {
			return p.show(http.StatusUnprocessableEntity)
		}
		return err
	}
	raw, err := json.Marshal(where)
	if err != nil {
		return err
	}
	q := p.Query
	q.View, q.After = 0, "" // a view that is changed is another
	if q.Where = string(raw); q.Where == "{}" {
		q.Where = ""
	}
	if len(q.Where) > maxContactWhere {
		p.Builder.Problem = c.T("contacts.filter_long")
		return p.show(http.StatusUnprocessableEntity)
	}
	return redirect(p.address(q.values()))
}

// contactsPageOf is the list that a form was sent from.
func (c *call) contactsPageOf(in input) (*contactsPage, error) {
	u, err := url.Parse(c.backToList(in))
	if err != nil {
		return nil, err
	}
	c.r.URL.RawQuery = u.RawQuery
	return c.contactsPage()
}
