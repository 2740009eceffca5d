package dashboard

import (
	"encoding/json"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

func filterRoutes() []route {
	return []route{
		{"GET /conversations/filter", "", (*call).showFilter},
		{"POST /conversations/filter", "", (*call).postFilter},
		{"POST /conversations/filter/{view}/delete", "", (*call).postViewDelete},
	}
}

// aboutConversations is what a filter of conversations asks about.
func aboutConversations() condAbout { return condAbout{Model: helpdesk.ConversationAttribute} }

// filterPage builds a filter of conversations: to look through it once, or to keep
// it as a view.
type filterPage struct {
	*call
	View    helpdesk.ViewID // the one that is changed; 0 = a new one
	Name    string
	Wrong   string // with the name
	Builder *condForm
}

// filterOf is the page of the address: with a view, or the filter of a list.
func (c *call) filterOf() (*filterPage, helpdesk.Cond, error) {
	p, where := &filterPage{call: c}, helpdesk.Cond{}
	if id := number(c.r.URL.Query().Get("view")); id != 0 {
		v, err := c.desk.Views.Get(c.ctx(), helpdesk.ViewID(id))
		if err != nil {
			return nil, where, err
		}
		p.View, p.Name = v.ID, v.Name
		if v.Where != nil {
			where = *v.Where
		}
	} else if own, err := condOf(c.r.URL.Query().Get("where")); err == nil && own != nil {
		where = *own
	}
	return p, where, nil
}

func (c *call) showFilter() error {
	p, where, err := c.filterOf()
	if err != nil {
		return err
	}
	if p.Builder, err = c.condForm("where", aboutConversations(), where); err != nil {
		return err
	}
	return c.render("conversations/filter", http.StatusOK, p)
}

// Action is for templates: where the form goes.
func (p *filterPage) Action() string {
	if p.View != 0 {
		return p.path("/conversations/filter?view=", str(p.View))
	}
	return p.path("/conversations/filter")
}

// postFilter shows what the builder asks for, or keeps it first.
func (c *call) postFilter() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	p, _, err := c.filterOf()
	if err != nil {
		return err
	}
	p.Name = *in.text("name")
	if p.Builder, err = c.readCond(in, "where", aboutConversations()); err != nil {
		return err
	}
	again := func(status int) error { return c.render("conversations/filter", status, p) }
	if p.Builder.Edited {
		return again(http.StatusOK)
	}
	where, err := p.Builder.Cond()
	if err != nil {
		return again(http.StatusUnprocessableEntity)
	}
	if in.Has("keep") {
		return p.keep(where, again)
	}
	if _, err := c.desk.Conversations.Counts(c.ctx(), helpdesk.ConversationFilter{Where: where}); err != nil {
		if p.Builder.refuse(err) {
			return again(http.StatusUnprocessableEntity)
		}
		return err
	}
	raw, err := json.Marshal(where)
	if err != nil {
		return err
	}
	if len(raw) > maxContactWhere {
		p.Builder.Problem = c.T("contacts.filter_long")
		return again(http.StatusUnprocessableEntity)
	}
	q := listQuery{Tab: "all", Status: "all", Where: string(raw)}
	return redirect(c.path("/conversations", q.String()))
}

// keep stores the filter under its name.
func (p *filterPage) keep(where *helpdesk.Cond, again func(status int) error) error {
	in := helpdesk.ViewInput{Name: &p.Name, Where: where}
	var v *helpdesk.View
	var err error
	if p.View == 0 {
		in.Kind = helpdesk.ConversationView
		v, err = p.desk.Views.Create(p.ctx(), in)
	} else {
		v, err = p.desk.Views.Update(p.ctx(), p.View, in)
	}
	if err == nil {
		return p.done(p.path("/conversations?view=", str(v.ID)), "common.saved")
	}
	f := p.ask("filter", field{Name: "name"})
	if !f.refuse(p.call, err) {
		return err
	}
	if p.Wrong = f.Field("name").Wrong; p.Wrong == "" && !p.Builder.refuse(err) {
		p.Builder.Problem = f.Problem
	}
	return again(http.StatusUnprocessableEntity)
}

func (c *call) postViewDelete() error {
	id, err := c.id("view")
	if err != nil {
		return err
	}
	if err := c.desk.Views.Delete(c.ctx(), helpdesk.ViewID(id)); err != nil {
		return err
	}
	return c.done(c.path("/conversations"), "common.deleted")
}
