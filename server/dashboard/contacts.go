package dashboard

import (
	"encoding/json"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// contactRoutes are the pages of customers, and of what moves many of them.
func contactRoutes() []route {
	seen, edit := helpdesk.ReadContacts, helpdesk.EditContact
	return slices.Concat([]route{
		{"GET /contacts", seen, (*call).showContacts},
		{"POST /contacts/filter", seen, (*call).postContactFilter},
		{"POST /contacts/views", seen, (*call).postContactView},
		{"POST /contacts/views/{view}/delete", seen, (*call).postContactViewDelete},
		{"POST /contacts/change", edit, (*call).postContactsChange},
		{"POST /contacts/delete", helpdesk.DeleteContact, (*call).postContactsDelete},
	}, contactPageRoutes(), contactMoveRoutes())
}

const (
	contactsPerPage = 50
	maxContactWhere = 8192 // bytes of a filter in an address
)

// contactQuery is what the list's address asks for.
type contactQuery struct {
	Text, Label, Sort string
	Online            bool
	View              int64
	Where             string // a helpdesk.Cond as JSON
	After             string
}

func (c *call) contactQuery() contactQuery {
	q := c.r.URL.Query()
	view, _ := strconv.ParseInt(q.Get("view"), 10, 64) // what is no number is no view
	out := contactQuery{Text: strings.TrimSpace(q.Get("q")), Label: q.Get("label"), Sort: q.Get("sort"), Online: q.Get("tab") == "online", View: view, Where: q.Get("where"), After: q.Get("after")}
	if !slices.Contains(contactSorts(), out.Sort) {
		out.Sort = contactSorts()[0]
	}
	return out
}

// contactSorts are the orders of the list, the usual one first.
func contactSorts() []string {
	return []string{"-last_activity", "-created", "created", "name", "-name", "email", "company", "city", "country"}
}

// values is the query as an address says it, without the page.
func (q contactQuery) values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("q", q.Text)
	set("label", q.Label)
	if q.Sort != contactSorts()[0] {
		set("sort", q.Sort)
	}
	if q.Online {
		set("tab", "online")
	}
	if q.View != 0 {
		set("view", str(q.View))
	}
	set("where", q.Where)
	return v
}

// condOf is a condition of an address.
func condOf(s string) (*helpdesk.Cond, error) {
	if s == "" {
		return nil, nil
	}
	var where helpdesk.Cond
	if len(s) > maxContactWhere || json.Unmarshal([]byte(s), &where) != nil {
		return nil, helpdesk.Errorf(helpdesk.Invalid, "the filter could not be read")
	}
	return &where, nil
}

// bothConds holds when all of the conditions that are there hold.
func bothConds(list ...*helpdesk.Cond) *helpdesk.Cond {
	var all []helpdesk.Cond
	for _, c := range list {
		if c != nil {
			all = append(all, *c)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return &all[0]
	}
	return &helpdesk.Cond{And: all}
}

// contactsPage is the list.
type contactsPage struct {
	*call
	Query   contactQuery
	Views   []*helpdesk.View
	Problem string    // what is wrong with the filter
	Builder *condForm // the filter while it is edited

	view  *helpdesk.View
	where *helpdesk.Cond
	rows  *contactRows
}

// contactRows is one page of the list.
type contactRows struct {
	List  []contactRow
	Total int
	After string // of the next page; "" = this is the last
}

// contactRow is a contact in the list.
type contactRow struct {
	*helpdesk.Contact
	Name   string
	Face   person
	Labels []*helpdesk.Label
}

func (c *call) contactsPage() (*contactsPage, error) {
	p := &contactsPage{call: c, Query: c.contactQuery()}
	var err error
	if p.Views, err = c.desk.Views.List(c.ctx(), helpdesk.ContactView); err != nil {
		return nil, err
	}
	if p.Query.View != 0 {
		if p.view, err = c.desk.Views.Get(c.ctx(), helpdesk.ViewID(p.Query.View)); err != nil {
			return nil, err
		}
		if p.view.Kind != helpdesk.ContactView {
			return nil, helpdesk.NotFound
		}
		p.where = p.view.Where
	}
	own, err := condOf(p.Query.Where)
	if err != nil {
		p.Problem = c.T("contacts.bad_filter")
		p.Query.Where = ""
	}
	p.where = bothConds(p.where, own)
	return p, nil
}

func (c *call) showContacts() error {
	p, err := c.contactsPage()
	if err != nil {
		return err
	}
	return p.show(http.StatusOK)
}

func (p *contactsPage) show(status int) error {
	if _, err := p.Rows(); helpdesk.CodeOf(err) == helpdesk.Invalid {
		// An address that somebody kept, and what it asks for is no more.
		p.Problem, p.where, p.rows = p.T("contacts.bad_filter"), nil, nil
	} else if err != nil {
		return err
	}
	return p.render("contacts/index", status, p)
}

// filter is what the list shows.
func (p *contactsPage) filter() helpdesk.ContactFilter {
	f := helpdesk.ContactFilter{Query: p.Query.Text, Where: p.where, Sort: p.Query.Sort}
	if p.Query.Label != "" {
		f.Labels = []string{p.Query.Label}
	}
	return f
}

// Rows is the page of the list that is asked for.
func (p *contactsPage) Rows() (*contactRows, error) {
	if p.rows != nil {
		return p.rows, nil
	}
	f, page := p.filter(), helpdesk.Page{Limit: contactsPerPage + 1, After: p.Query.After}
	var list []*helpdesk.Contact
	var total int
	var err error
	if p.Query.Online {
		f.Sort = ""
		list, total, err = p.desk.Contacts.Active(p.ctx(), page)
	} else {
		list, total, err = p.desk.Contacts.List(p.ctx(), f, page)
	}
	if err != nil {
		return nil, err
	}
	out := &contactRows{Total: total}
	if len(list) > contactsPerPage {
		list = list[:contactsPerPage]
		out.After = f.Key(list[contactsPerPage-1])
	}
	labels, err := p.contactLabels()
	if err != nil {
		return nil, err
	}
	for _, row := range list {
		out.List = append(out.List, contactRow{row, p.contactName(row), p.contactPerson(row), labelsOf(labels, row.Labels)})
	}
	p.rows = out
	return out, nil
}

// contactPerson is a contact's face, and whether they are here now.
func (c *call) contactPerson(row *helpdesk.Contact) person {
	p := face(c.contactName(row), row.Avatar)
	if row.Connected {
		p.Online = "online"
	}
	return p
}

// contactLabels are the account's labels by id.
func (c *call) contactLabels() (map[helpdesk.LabelID]*helpdesk.Label, error) {
	list, err := c.desk.Labels.List(c.ctx())
	out := make(map[helpdesk.LabelID]*helpdesk.Label, len(list))
	for _, l := range list {
		out[l.ID] = l
	}
	return out, err
}

// labelsOf leaves out those that nobody defined.
func labelsOf(known map[helpdesk.LabelID]*helpdesk.Label, ids []helpdesk.LabelID) []*helpdesk.Label {
	var out []*helpdesk.Label
	for _, id := range ids {
		if l := known[id]; l != nil {
			out = append(out, l)
		}
	}
	return out
}

// Online is how many contacts are here now.
func (p *contactsPage) Online() (int, error) {
	_, n, err := p.desk.Contacts.Active(p.ctx(), helpdesk.Page{Limit: 1})
	return n, err
}

// AllLabels are what the list can be narrowed to.
func (p *contactsPage) AllLabels() ([]*helpdesk.Label, error) { return p.desk.Labels.List(p.ctx()) }

// Sorts are the orders to choose from.
func (p *contactsPage) Sorts() []option {
	var out []option
	for _, s := range contactSorts() {
		key := "contacts.sort_" + strings.ReplaceAll(s, "-", "last_first_")
		out = append(out, option{Value: s, Label: p.T(key)})
	}
	return out
}

// Filtered is whether something is left out.
func (p *contactsPage) Filtered() bool {
	q := p.Query
	return q.Text != "" || q.Label != "" || p.where != nil
}

// FilterOpen is whether the filter is being edited.
func (p *contactsPage) FilterOpen() bool { return p.Builder != nil }

// RowsID names the rows of one query, so that those of another take their place.
func (p *contactsPage) RowsID() string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(p.Here())) // a hash takes everything
	return "rows-" + strconv.FormatUint(uint64(sum.Sum32()), 36)
}

// CondCount is how many conditions the filter has.
func (p *contactsPage) CondCount() int { return countConds(p.where) }

func countConds(c *helpdesk.Cond) int {
	if c == nil {
		return 0
	}
	n := countConds(c.Not)
	if c.Field != "" {
		n++
	}
	for _, inner := range slices.Concat(c.And, c.Or) {
		n += countConds(&inner)
	}
	return n
}

// Savable is whether there is a filter that is no view yet.
func (p *contactsPage) Savable() bool {
	q := p.Query
	return !q.Online && (q.Text != "" || q.Label != "" || q.Where != "")
}

// View is the view that is shown; nil = none.
func (p *contactsPage) View() *helpdesk.View { return p.view }

// With is the list's address with one thing of it changed.
func (p *contactsPage) With(name, value string) string {
	v := p.Query.values()
	if v.Set(name, value); value == "" {
		v.Del(name)
	}
	return p.address(v)
}

// Only is the list's address with one thing and nothing else.
func (p *contactsPage) Only(name string, value any) string {
	return p.address(url.Values{name: {text(value)}})
}

// Here is the list's address as it is, and ExportTo that of an export of it.
func (p *contactsPage) Here() string { return p.address(p.Query.values()) }

// ExportTo is where what the list shows is exported.
func (p *contactsPage) ExportTo() string {
	return p.path("/contacts/export?", p.Query.values().Encode())
}

// Next is the address of the list's next page; "" = there is none.
func (p *contactsPage) Next() (string, error) {
	rows, err := p.Rows()
	if err != nil || rows.After == "" {
		return "", err
	}
	v := p.Query.values()
	v.Set("after", rows.After)
	return p.address(v), nil
}

func (p *contactsPage) address(v url.Values) string {
	if len(v) == 0 {
		return p.path("/contacts")
	}
	return p.path("/contacts?", v.Encode())
}

// backToList is the list that a form was sent from.
func (c *call) backToList(in input) string {
	u, err := url.Parse(in.Get("back"))
	if err != nil || u.IsAbs() || u.Host != "" || u.Path != c.path("/contacts") {
		return c.path("/contacts")
	}
	return u.RequestURI()
}
