package helpdesk_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/cases"

	"github.com/gohelpdesk/helpdesk"
)

// What follows says once more, in memory and as plainly as can be, what a
// condition means; the property test holds the stores to it.

// zone is the account's in these tests: not UTC, so that days differ.
const zone = "America/Sao_Paulo"

func attributeTypes() map[string]helpdesk.AttributeType {
	return map[string]helpdesk.AttributeType{
		"text": helpdesk.TextAttribute, "number": helpdesk.NumberAttribute, "currency": helpdesk.CurrencyAttribute, "percent": helpdesk.PercentAttribute,
		"link": helpdesk.LinkAttribute, "date": helpdesk.DateAttribute, "list": helpdesk.ListAttribute, "checkbox": helpdesk.CheckboxAttribute,
		`odd "key" $.x`: helpdesk.TextAttribute, "7": helpdesk.NumberAttribute,
	}
}

// oracle evaluates conditions about one conversation, or about one contact.
type oracle struct {
	t       *testing.T
	loc     *time.Location
	now     time.Time
	titles  map[helpdesk.LabelID]string
	groups  map[helpdesk.InboxID][]string // ids of the channel groups of each inbox
	c       *helpdesk.Conversation        // nil when contacts are asked for
	contact *helpdesk.Contact
}

func (o *oracle) holds(c helpdesk.Cond) bool {
	switch {
	case c.And != nil:
		return !slices.ContainsFunc(c.And, func(c helpdesk.Cond) bool { return !o.holds(c) })
	case c.Or != nil:
		return slices.ContainsFunc(c.Or, o.holds)
	case c.Not != nil:
		return !o.holds(*c.Not)
	}
	got := o.value(c)
	any := func(match func(want string) bool) bool {
		return slices.ContainsFunc(c.Values, func(v any) bool { return match(fmt.Sprint(v)) })
	}
	switch c.Op { //nolint:exhaustive // attribute_changed is of rules alone
	case helpdesk.Equal:
		return any(func(want string) bool { return o.equal(c, got, want) })
	case helpdesk.NotEqual:
		return !any(func(want string) bool { return o.equal(c, got, want) })
	case helpdesk.Contains:
		return any(func(want string) bool {
			return got != nil && strings.Contains(folded(got), folded(strings.TrimSpace(want)))
		})
	case helpdesk.NotContains:
		return !any(func(want string) bool {
			return got != nil && strings.Contains(folded(got), folded(strings.TrimSpace(want)))
		})
	case helpdesk.StartsWith:
		return any(func(want string) bool {
			return got != nil && strings.HasPrefix(folded(got), folded(strings.TrimSpace(want)))
		})
	case helpdesk.Present:
		return got != nil
	case helpdesk.NotPresent:
		return got == nil
	case helpdesk.Greater:
		return any(func(want string) bool { return got != nil && o.compare(got, want) > 0 })
	case helpdesk.Less:
		return any(func(want string) bool { return got != nil && o.compare(got, want) < 0 })
	case helpdesk.DaysBefore:
		return any(func(want string) bool {
			n, err := strconv.Atoi(want)
			require.NoError(o.t, err)
			return got != nil && o.compare(got, o.now.In(o.loc).AddDate(0, 0, -n).Format(time.DateOnly)) < 0
		})
	}
	o.t.Fatalf("operator %s", c.Op)
	return false
}

func folded(v any) string { return cases.Fold().String(fmt.Sprint(v)) }

func (o *oracle) equal(c helpdesk.Cond, got any, want string) bool {
	switch got := got.(type) {
	case nil:
		return want == "" && c.Field == "priority"
	case float64:
		n, err := strconv.ParseFloat(want, 64)
		return err == nil && n == got
	case bool:
		return want == strconv.FormatBool(got)
	case []string:
		return slices.Contains(got, strings.ToLower(want))
	default:
		if c.Field == "phone_number" {
			want = "+" + strings.TrimPrefix(want, "+")
		}
		return folded(got) == folded(want)
	}
}

// compare orders a number, or the day of a date or time.
func (o *oracle) compare(got any, want string) int {
	switch got := got.(type) {
	case float64:
		n, err := strconv.ParseFloat(want, 64)
		require.NoError(o.t, err)
		switch {
		case got < n:
			return -1
		case got > n:
			return 1
		}
		return 0
	case time.Time:
		return strings.Compare(got.In(o.loc).Format(time.DateOnly), want)
	default:
		return strings.Compare(got.(string), want)
	}
}

// value is what the record has there, of the type the field has; nil = nothing.
func (o *oracle) value(c helpdesk.Cond) any {
	model := c.Model
	if model == "" {
		model = helpdesk.ContactAttribute
		if o.c != nil {
			model = helpdesk.ConversationAttribute
		}
	}
	if typ, custom := attributeTypes()[c.Field]; custom {
		values := o.contact.Attributes
		if model == helpdesk.ConversationAttribute {
			values = o.c.Attributes
		}
		return attributeValue(typ, values[c.Field])
	}
	if model == helpdesk.ContactAttribute {
		return o.ofContact(c.Field)
	}
	return o.ofConversation(c.Field)
}

func attributeValue(typ helpdesk.AttributeType, v any) any {
	text, isText := v.(string)
	switch typ {
	case helpdesk.CheckboxAttribute:
		return v == true || text == "true"
	case helpdesk.NumberAttribute, helpdesk.CurrencyAttribute, helpdesk.PercentAttribute:
		if n, ok := v.(float64); ok {
			return n
		}
		if n, err := strconv.ParseFloat(text, 64); err == nil && text != "NaN" {
			return n
		}
		return nil
	case helpdesk.DateAttribute:
		if _, err := time.Parse(time.DateOnly, text); err == nil {
			return text
		}
		if _, err := time.Parse(time.RFC3339, text); err == nil {
			return text[:10]
		}
		return nil
	default:
		if !isText || text == "" {
			return nil
		}
		return text
	}
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (o *oracle) labels(ids []helpdesk.LabelID) any {
	if len(ids) == 0 {
		return nil
	}
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = o.titles[id]
	}
	return out
}

func (o *oracle) ofContact(name string) any {
	k := o.contact
	switch name {
	case "labels":
		return o.labels(k.Labels)
	case "blocked":
		return k.Blocked
	case "created_at":
		return k.CreatedAt
	case "last_activity_at":
		if k.LastActivityAt.IsZero() {
			return nil
		}
		return k.LastActivityAt
	}
	return textOrNil(map[string]string{
		"name": k.Name, "email": k.Email, "phone_number": k.Phone, "identifier": k.Identifier, "country_code": k.Country, "city": k.City, "company": k.Company,
	}[name])
}

func (o *oracle) ofConversation(name string) any {
	c := o.c
	id := func(n int64) any {
		if n == 0 {
			return nil
		}
		return float64(n)
	}
	switch name {
	case "status":
		return string(c.Status)
	case "priority":
		return textOrNil(string(c.Priority))
	case "assignee_id":
		return id(int64(c.Assignee))
	case "inbox_id":
		return id(int64(c.Inbox))
	case "channel_group_id":
		if in := o.groups[c.Inbox]; len(in) > 0 {
			return in
		}
		return nil
	case "team_id":
		return id(int64(c.Team))
	case "sla_policy_id":
		return id(int64(c.SLA))
	case "display_id":
		return id(int64(c.Display))
	case "campaign_id":
		return attributeValue(helpdesk.NumberAttribute, c.Extra[name])
	case "labels":
		return o.labels(c.Labels)
	case "created_at":
		return c.CreatedAt
	case "last_activity_at":
		return c.LastActivity
	}
	text, _ := c.Extra[name].(string)
	return textOrNil(text)
}
