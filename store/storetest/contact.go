package storetest

import (
	"context"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testContacts: customers, how they are found, and what belongs to them.
func testContacts(s suite) {
	s.test("an e-mail is taken without case", func(d *desk) {
		insert(d, contacts, &helpdesk.Contact{Email: "É.Mail@Example.com", CreatedAt: start, UpdatedAt: start})
		d.refuses(helpdesk.Conflict, func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Contacts().Insert(ctx, &helpdesk.Contact{Email: "é.mail@example.COM", CreatedAt: start, UpdatedAt: start})
		})
	})
	for name, c := range map[string]helpdesk.Contact{
		"a phone number": {Phone: "+15550100"}, "an identifier": {Identifier: "crm-7"},
	} {
		s.test(name+" is taken", func(d *desk) {
			first, second := c, c
			insert(d, contacts, &first)
			d.refuses(helpdesk.Conflict, func(ctx context.Context, tx helpdesk.Tx) error {
				return tx.Contacts().Insert(ctx, &second)
			})
		})
	}
	s.test("any number have no e-mail, phone and identifier", func(d *desk) {
		d.contact()
		d.contact()
	})
	s.test("ContactFilter", contactFilter)
	s.test("ContactFilter.Query", contactQuery)
	s.test("ContactFilter.Sort", contactSort)
	s.test("SetLabels", contactLabels)
	s.test("Touch only moves forward", touch)
	s.test("Delete takes identities along", deleteContact)
	s.test("a merge is kept", func(d *desk) {
		into, row := d.contact(), d.contact()
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			c := *row
			c.MergedInto = into.ID
			return tx.Contacts().Update(ctx, &c)
		})
		equal(d, "MergedInto", get(d, contacts, row.ID).MergedInto, into.ID)
	})
}

// named inserts contacts by name.
func (d *desk) named(all map[string]helpdesk.Contact) map[string]helpdesk.ContactID {
	d.Helper()
	out := map[string]helpdesk.ContactID{}
	for name, c := range all {
		c.Name, c.CreatedAt, c.UpdatedAt = name, start, start
		out[name] = insert(d, contacts, &c).ID
	}
	return out
}

// findContacts are the names of what the filter finds; it must count as many.
func (d *desk) findContacts(f helpdesk.ContactFilter, p helpdesk.Page) []string {
	d.Helper()
	out := []string{}
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		rows, err := tx.Contacts().List(ctx, f, p)
		if err != nil {
			return err
		}
		for _, c := range rows {
			out = append(out, c.Name)
		}
		n, err := tx.Contacts().Count(ctx, f)
		if p == (helpdesk.Page{}) {
			equal(d, "Count", n, len(rows))
		}
		return err
	})
	return out
}

func contactFilter(d *desk) {
	id := d.named(map[string]helpdesk.Contact{
		"mail": {Email: "m@example.com"}, "phone": {Phone: "+15550100"}, "crm": {Identifier: "7"}, "visitor": {},
	})
	label, visible := d.label("vip"), d.inbox().ID
	d.converse(d.address(visible, id["phone"]))
	d.converse(d.address(d.inbox().ID, id["crm"]))
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		c, err := tx.Contacts().Get(ctx, id["crm"])
		if err != nil {
			return err
		}
		return tx.Contacts().SetLabels(ctx, c, []helpdesk.LabelID{label.ID})
	})
	for name, c := range map[string]struct {
		filter helpdesk.ContactFilter
		want   []string
	}{
		"none":             {helpdesk.ContactFilter{}, []string{"crm", "mail", "phone", "visitor"}},
		"ids":              {helpdesk.ContactFilter{IDs: []helpdesk.ContactID{id["mail"], id["visitor"], 1 << 40}}, []string{"mail", "visitor"}},
		"known":            {helpdesk.ContactFilter{Known: true}, []string{"crm", "mail", "phone"}},
		"label":            {helpdesk.ContactFilter{Labels: []string{"vip"}}, []string{"crm"}},
		"another label":    {helpdesk.ContactFilter{Labels: []string{"none"}}, []string{}},
		"visible":          {helpdesk.ContactFilter{Visible: &helpdesk.Scope{Inboxes: []helpdesk.InboxID{visible}, Free: true}}, []string{"phone"}},
		"visible to none":  {helpdesk.ContactFilter{Visible: &helpdesk.Scope{}}, []string{}},
		"label and ids":    {helpdesk.ContactFilter{Labels: []string{"vip"}, IDs: []helpdesk.ContactID{id["mail"]}}, []string{}},
		"query and known":  {helpdesk.ContactFilter{Query: "visit", Known: true}, []string{}},
		"query and label":  {helpdesk.ContactFilter{Query: "7", Labels: []string{"vip"}}, []string{"crm"}},
		"query of nothing": {helpdesk.ContactFilter{Query: "nowhere"}, []string{}},
	} {
		got := d.findContacts(c.filter, helpdesk.Page{})
		slices.Sort(got)
		equal(d, "contacts by "+name, got, c.want)
	}
}

func contactQuery(d *desk) {
	d.named(map[string]helpdesk.Contact{
		"Élodie STRASSE": {}, "percent": {Company: "100% Cotton"}, "digits": {Company: "1000 Cotton"},
		"under": {Identifier: "a_b"}, "letters": {Identifier: "axb"}, "mail": {Email: "Big.Fish@Example.com"},
		"phone": {Phone: "+15550177"}, "quote": {Company: `O'Neill \ Sons`},
	})
	for query, want := range map[string][]string{
		"élodie": {"Élodie STRASSE"}, "ÉLODIE strasse": {"Élodie STRASSE"}, "0% c": {"percent"}, "cotton": {"digits", "percent"},
		"a_b": {"under"}, "AXB": {"letters"}, "fish@EXAMPLE": {"mail"}, "5550177": {"phone"}, "o'neill \\": {"quote"},
	} {
		got := d.findContacts(helpdesk.ContactFilter{Query: query}, helpdesk.Page{})
		slices.Sort(got)
		equal(d, "contacts with "+query, got, want)
	}
}

// contactSort sorts three contacts, whose fields stand in the order of their
// names, in each way, whole and by pages.
func contactSort(d *desk) {
	want := []string{"a", "b", "c"}
	for _, i := range []int{1, 2, 0} {
		name := want[i]
		insert(d, contacts, &helpdesk.Contact{
			Name: name, Email: name + "@example.com", Phone: "+1555010" + string(rune('0'+i)), Company: "co-" + name,
			City: "city-" + name, Country: "country-" + name, LastActivityAt: at(i), CreatedAt: at(i), UpdatedAt: at(9),
		})
	}
	turned := slices.Clone(want)
	slices.Reverse(turned)
	for _, sort := range []string{"name", "email", "phone", "last_activity", "created", "company", "city", "country"} {
		for sort, want := range map[string][]string{sort: want, "-" + sort: turned} {
			f := helpdesk.ContactFilter{Sort: sort}
			equal(d, "contacts by "+sort, d.findContacts(f, helpdesk.Page{}), want)
			first := d.findContacts(f, helpdesk.Page{Limit: 2})
			rest := d.findContacts(f, helpdesk.Page{Limit: 2, Offset: 2})
			equal(d, "pages by Offset by "+sort, append(first, rest...), want)
			equal(d, "pages by After by "+sort, d.keyedContacts(f), want)
		}
	}
}

// keyedContacts are the names in pages of one, each found by the key of the last.
func (d *desk) keyedContacts(f helpdesk.ContactFilter) []string {
	d.Helper()
	var out []string
	p := helpdesk.Page{Limit: 1}
	for range 4 {
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.Contacts().List(ctx, f, p)
			for _, c := range rows {
				out, p.After = append(out, c.Name), f.Key(c)
			}
			return err
		})
	}
	return out
}

func contactLabels(d *desk) {
	a, b, c := d.label("a").ID, d.label("b").ID, d.label("c").ID
	row, bystander := d.contact(), d.contact()
	set := func(want ...helpdesk.LabelID) {
		d.Helper()
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			now, err := tx.Contacts().Get(ctx, row.ID)
			if err != nil {
				return err
			}
			return tx.Contacts().SetLabels(ctx, now, want)
		})
		got := get(d, contacts, row.ID).Labels
		slices.Sort(got)
		equal(d, "labels", got, want)
	}
	set(a, b)
	set(b, c)
	equal(d, "labels of another contact", len(get(d, contacts, bystander.ID).Labels), 0)
	equal(d, "contacts with the label that went", len(d.findContacts(helpdesk.ContactFilter{Labels: []string{"a"}}, helpdesk.Page{})), 0)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Labels().Delete(ctx, b) })
	equal(d, "labels after one was deleted", get(d, contacts, row.ID).Labels, []helpdesk.LabelID{c})
	set()
}

func touch(d *desk) {
	row := d.contact()
	for _, step := range []struct{ at, want int }{{5, 5}, {3, 5}, {8, 8}} {
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Contacts().Touch(ctx, row.ID, at(step.at)) })
		now := get(d, contacts, row.ID)
		if !now.LastActivityAt.Equal(at(step.want)) {
			d.Fatalf("LastActivityAt is %v after %v, want %v", now.LastActivityAt, at(step.at), at(step.want))
		}
		same(d, now, row, "LastActivityAt")
	}
	d.refusesTouch(row.ID)
}

// refusesTouch: another account cannot touch the contact.
func (d *desk) refusesTouch(id helpdesk.ContactID) {
	d.Helper()
	before := get(d, contacts, id)
	_ = d.in(d.other).try(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Contacts().Touch(ctx, id, at(99)) })
	same(d, get(d, contacts, id), before)
}

func deleteContact(d *desk) {
	row := d.contact()
	d.identify(helpdesk.EmailIdentity, "a@example.com", row.ID)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Contacts().Delete(ctx, row.ID) })
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		rows, err := tx.Identities().Of(ctx, row.ID)
		equal(d, "identities of a deleted contact", len(rows), 0)
		return err
	})
	d.identify(helpdesk.EmailIdentity, "a@example.com", d.contact().ID) // the key is free again
}
