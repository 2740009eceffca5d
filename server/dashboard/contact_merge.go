package dashboard

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// mergePage finds another contact, and shows what one of the two would be.
type mergePage struct {
	*call
	Base  *helpdesk.Contact // who stays
	Other *helpdesk.Contact // who goes into it; nil = not chosen yet
	Query string
	Wrong string
}

// mergeRow is a field of both, and what the one that stays has then.
type mergeRow struct {
	Label, Base, Other, Result string
	Taken                      bool // from the one that goes
	Dropped                    bool // what the one that goes has is left behind
}

func (c *call) showContactMerge() error {
	row, err := c.theContact()
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	p := &mergePage{call: c, Base: row, Query: strings.TrimSpace(q.Get("q"))}
	if other := q.Get("other"); other != "" {
		id, _ := strconv.ParseInt(other, 10, 64) // what is no number is nobody
		if p.Other, err = c.desk.Contacts.Get(c.ctx(), helpdesk.ContactID(id)); err != nil {
			return err
		}
		if p.Other.ID == p.Base.ID {
			p.Other, p.Wrong = nil, c.T("contacts.merge_self")
		}
	}
	return c.render("contacts/merge", http.StatusOK, p)
}

// Found are the contacts that could be meant.
func (p *mergePage) Found() ([]contactRow, error) {
	if p.Query == "" || !p.May(string(helpdesk.ReadContacts)) {
		return nil, nil
	}
	list, _, err := p.desk.Contacts.List(p.ctx(), helpdesk.ContactFilter{Query: p.Query, Sort: "-last_activity"}, helpdesk.Page{Limit: 21})
	var out []contactRow
	for _, row := range list {
		if row.ID != p.Base.ID && len(out) < 20 {
			out = append(out, contactRow{Contact: row, Name: p.contactName(row), Face: p.contactPerson(row)})
		}
	}
	return out, err
}

// Face is somebody's picture.
func (p *mergePage) Face(row *helpdesk.Contact) person { return p.contactPerson(row) }

// NameOf is what somebody is called.
func (p *mergePage) NameOf(row *helpdesk.Contact) string { return p.contactName(row) }

// Rows compare the two: what the one that stays has wins, what it lacks it gets.
func (p *mergePage) Rows() ([]mergeRow, error) {
	a, b := p.Base, p.Other
	var out []mergeRow
	add := func(label, base, other string) {
		if base == "" && other == "" {
			return
		}
		r := mergeRow{Label: label, Base: base, Other: other, Result: base}
		if base == "" {
			r.Result, r.Taken = other, true
		}
		r.Dropped = base != "" && other != "" && base != other
		out = append(out, r)
	}
	add(p.T("contacts.field_name"), a.Name, b.Name)
	add(p.T("contacts.field_email"), a.Email, b.Email)
	add(p.T("contacts.field_phone_number"), a.Phone, b.Phone)
	add(p.T("contacts.field_company"), a.Company, b.Company)
	add(p.T("contacts.field_city"), a.City, b.City)
	add(p.T("contacts.field_country"), a.Country, b.Country)
	add(p.T("contacts.field_identifier"), a.Identifier, b.Identifier)
	defs, err := p.desk.Attributes.List(p.ctx(), helpdesk.ContactAttribute)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, d := range defs {
		names[d.Key] = d.Name
	}
	keys := []string{}
	for _, m := range []map[string]any{a.Attributes, b.Attributes} {
		for k := range m {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		label := names[k]
		if label == "" {
			label = k
		}
		add(label, attributeText(a.Attributes[k]), attributeText(b.Attributes[k]))
	}
	labels, err := p.mergedLabels()
	if len(labels.Result) > 0 {
		out = append(out, labels)
	}
	return out, err
}

// mergedLabels is the row of labels: those of both stay.
func (p *mergePage) mergedLabels() (mergeRow, error) {
	r := mergeRow{Label: p.T("contacts.labels")}
	base, err := p.desk.Labels.Titles(p.ctx(), p.Base.Labels)
	if err != nil {
		return r, err
	}
	other, err := p.desk.Labels.Titles(p.ctx(), p.Other.Labels)
	all := slices.Clone(base)
	for _, t := range other {
		if !slices.Contains(all, t) {
			all = append(all, t)
			r.Taken = true
		}
	}
	r.Base, r.Other, r.Result = strings.Join(base, ", "), strings.Join(other, ", "), strings.Join(all, ", ")
	return r, err
}

func (c *call) postContactMerge() error {
	in, row, err := c.contactInput()
	if err != nil {
		return err
	}
	other := helpdesk.ContactID(in.id("other"))
	into, err := c.desk.Contacts.Merge(c.ctx(), row.ID, other)
	if e, ok := errors.AsType[*helpdesk.Error](err); ok && e.Code == helpdesk.Invalid {
		p := &mergePage{call: c, Base: row, Wrong: e.Error()}
		return c.render("contacts/merge", http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return c.done(c.path("/contacts/", str(into.ID)), "contacts.merged")
}

// postContactUnmerge makes two of one again.
func (c *call) postContactUnmerge() error {
	row, err := c.theContact()
	if err != nil {
		return err
	}
	id, err := c.id("merge")
	if err != nil {
		return err
	}
	merges, err := c.desk.Contacts.Merges(c.ctx(), row.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(merges, func(m *helpdesk.ContactMerge) bool { return int64(m.ID) == id }) {
		return helpdesk.NotFound
	}
	if _, err := c.desk.Contacts.Unmerge(c.ctx(), helpdesk.MergeID(id)); err != nil {
		return c.contactSaved(row, err, "merge", "")
	}
	return c.done(c.path("/contacts/", str(row.ID)), "contacts.unmerged")
}

// MergeWrong is why a merge could not be undone.
func (p *contactPage) MergeWrong() string { return p.wrong["merge"] }
