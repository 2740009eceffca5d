package helpdesk_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// dice throws records and conditions of few enough values that they meet.
type dice struct {
	*rand.Rand
	agents  []helpdesk.AgentID
	boxes   []helpdesk.InboxID
	teams   []helpdesk.TeamID
	promise helpdesk.SLAPolicyID
	groups  []helpdesk.ChannelGroupID // of the first inbox, of both, of none, of both
}

func pick[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

func (d dice) word() string {
	return pick(d, "Straße", "STRASSE", "Ünïcode", "ünïcode", "100%", "100x", "a_b", "aXb", "Été", "été 2", "!", "Ω", "ω", `q"'\`, "12", "true", "2026-03-01", "gold", "Gold ")
}

// anything is a value of any type, right or wrong.
func (d dice) anything() any {
	return pick[any](d, d.word(), d.word(), "", true, false, "true", "false", 0.0, 1.0, 2.5, -3.0, "2.5", "-3", "1e2", "NaN", "x1",
		"2026-02-28", "2026-03-01", "2026-03-01T23:30:00-03:00", "https://Shop.example/Ä", []any{"a"}, map[string]any{"b": 1.0})
}

func (d dice) attributes() map[string]any {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(attributeTypes())) { // in one order, or a seed would not repeat a run
		if d.IntN(3) > 0 {
			out[key] = d.anything()
		}
	}
	return out
}

// askable is every field with its operators and a value for it.
func (d dice) leaf(about helpdesk.AttributeModel) helpdesk.Cond {
	eq, present := []helpdesk.Op{helpdesk.Equal, helpdesk.NotEqual}, []helpdesk.Op{helpdesk.Present, helpdesk.NotPresent}
	contains, order := []helpdesk.Op{helpdesk.Contains, helpdesk.NotContains}, []helpdesk.Op{helpdesk.Greater, helpdesk.Less}
	var c helpdesk.Cond
	if about == helpdesk.ConversationAttribute && d.IntN(4) == 0 {
		about, c.Model = helpdesk.ContactAttribute, helpdesk.ContactAttribute
	}
	text := func() any { return d.word() }
	number := func() any { return pick[any](d, 0.0, 1.0, 2.5, "2.5", "-3", 100.0, "12") }
	day := func() any { return pick[any](d, "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02") }
	check := func() any { return pick[any](d, true, "false", "true", false) }
	label := func() any { return pick[any](d, "vip", "VIP", "late", "nobody") }
	value := text
	if d.IntN(2) == 0 {
		var ops []helpdesk.Op
		keys := []string{"text", "number", "currency", "percent", "link", "date", "list", "checkbox", `odd "key" $.x`, "7"}
		c.Field = pick(d, keys...)
		switch attributeTypes()[c.Field] {
		case helpdesk.NumberAttribute, helpdesk.CurrencyAttribute, helpdesk.PercentAttribute:
			ops, value = slices.Concat(eq, present, order), number
		case helpdesk.DateAttribute:
			ops, value = slices.Concat(eq, present, order), day
		case helpdesk.CheckboxAttribute:
			ops, value = eq, check
		default:
			ops = slices.Concat(eq, present, contains, []helpdesk.Op{helpdesk.StartsWith})
		}
		return d.fill(c, ops, value)
	}
	if about == helpdesk.ContactAttribute {
		c.Field = pick(d, "name", "email", "phone_number", "identifier", "country_code", "city", "company", "labels", "created_at", "last_activity_at", "blocked")
	} else {
		c.Field = pick(d, "status", "assignee_id", "inbox_id", "channel_group_id", "team_id", "sla_policy_id", "priority", "display_id", "campaign_id", "labels", "browser_language",
			"conversation_language", "referer", "mail_subject", "created_at", "last_activity_at")
	}
	ref := func() any {
		return pick[any](d, int64(pick(d, d.agents...)), int64(pick(d, d.boxes...)), fmt.Sprint(pick(d, d.teams...)), 99.0)
	}
	switch c.Field {
	case "status":
		return d.fill(c, eq, func() any { return pick[any](d, "open", "pending", "resolved", "snoozed") })
	case "priority":
		return d.fill(c, eq, func() any { return pick[any](d, "", "low", "high", "urgent") })
	case "assignee_id", "inbox_id", "team_id":
		return d.fill(c, slices.Concat(eq, present), ref)
	case "channel_group_id":
		return d.fill(c, slices.Concat(eq, present), func() any { return pick[any](d, int64(pick(d, d.groups...)), fmt.Sprint(d.groups[0])) })
	case "sla_policy_id":
		return d.fill(c, slices.Concat(eq, present), func() any { return pick[any](d, int64(d.promise), 99.0) })
	case "campaign_id":
		return d.fill(c, slices.Concat(eq, present), number)
	case "display_id":
		return d.fill(c, slices.Concat(eq, contains), func() any { return pick[any](d, 1.0, "12", 3.0) })
	case "labels":
		return d.fill(c, slices.Concat(eq, present), label)
	case "blocked":
		return d.fill(c, eq, check)
	case "created_at", "last_activity_at":
		if d.IntN(3) == 0 {
			return d.fill(c, []helpdesk.Op{helpdesk.DaysBefore}, func() any { return pick[any](d, "0", 1.0, 2.0) })
		}
		return d.fill(c, order, day)
	case "identifier", "country_code", "browser_language", "conversation_language":
		return d.fill(c, eq, text)
	case "phone_number":
		return d.fill(c, slices.Concat(eq, contains, []helpdesk.Op{helpdesk.StartsWith}), func() any { return pick[any](d, "+5511987654321", "5511987654322", "+5511", "8765") })
	case "email":
		return d.fill(c, slices.Concat(eq, contains), func() any { return pick[any](d, "P1@mail.test", "É", "MAIL", "_") })
	default:
		return d.fill(c, slices.Concat(eq, contains), text)
	}
}

func (d dice) fill(c helpdesk.Cond, ops []helpdesk.Op, value func() any) helpdesk.Cond {
	c.Op = pick(d, ops...)
	if c.Op == helpdesk.Present || c.Op == helpdesk.NotPresent {
		return c
	}
	for range 1 + d.IntN(3) {
		c.Values = append(c.Values, value())
	}
	return c
}

func (d dice) cond(about helpdesk.AttributeModel, depth int) helpdesk.Cond {
	list := func() (out []helpdesk.Cond) {
		for range 1 + d.IntN(3) {
			out = append(out, d.cond(about, depth-1))
		}
		return out
	}
	switch d.IntN(8) {
	case 0, 1:
		if depth > 0 {
			return helpdesk.Cond{And: list()}
		}
	case 2, 3:
		if depth > 0 {
			return helpdesk.Cond{Or: list()}
		}
	case 4:
		if depth > 0 {
			inner := d.cond(about, depth-1)
			return helpdesk.Cond{Not: &inner}
		}
	}
	return d.leaf(about)
}

// crowd fills a world with random records, and returns the dice that know them.
func crowd(t *testing.T, w *world, r *rand.Rand) dice {
	t.Helper()
	_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Timezone: ptr(zone)})
	require.NoError(t, err)
	d := dice{Rand: r, agents: []helpdesk.AgentID{w.owner, w.agent("ada", helpdesk.AgentRole)}}
	for _, name := range []string{"One", "Two"} {
		d.boxes = append(d.boxes, w.inboxWith(helpdesk.InboxInput{Name: ptr(name), AutoAssign: ptr(false)}).ID)
		team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr(name)})
		require.NoError(t, err)
		d.teams = append(d.teams, team.ID)
	}
	d.promise = w.policy(60, 0, 0, false).ID
	d.groups = w.channelGroups(d.boxes[:1], d.boxes, nil, d.boxes)
	for i := range 30 {
		w.clock.Advance(time.Duration(r.IntN(200)) * time.Minute)
		d.record(t, w, i)
	}
	// Definitions come last: what is stored by then was never checked.
	for key, typ := range attributeTypes() {
		for _, model := range []helpdesk.AttributeModel{helpdesk.ConversationAttribute, helpdesk.ContactAttribute} {
			_, err := w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{Model: model, Key: key, Type: typ, Name: ptr(key)})
			require.NoError(t, err)
		}
	}
	return d
}

func (d dice) record(t *testing.T, w *world, i int) {
	t.Helper()
	made := helpdesk.ContactChange{
		Name: ptr(d.word()), Company: ptr(d.word()), City: ptr(pick(d, "", d.word())), Country: ptr(pick(d, "", "BR", "br", "Été")),
		Identifier: ptr(pick(d, "", fmt.Sprint("Ü", i))), Blocked: ptr(d.IntN(4) == 0), Attributes: d.attributes(),
	}
	if d.IntN(2) == 0 {
		made.Email = ptr(fmt.Sprintf("P%d@mail.test", i))
	}
	if i < 3 {
		made.Phone = ptr(fmt.Sprint("+551198765432", i))
	}
	k, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: made, Inbox: pick(d, d.boxes...), Source: fmt.Sprint("s", i)})
	require.NoError(t, err)
	_, err = w.admin.Contacts.SetLabels(w.ctx, k.ID, d.labels())
	require.NoError(t, err)
	extra := map[string]any{}
	for _, key := range []string{"browser_language", "conversation_language", "referer", "mail_subject", "campaign_id"} {
		if d.IntN(2) == 0 {
			extra[key] = d.anything()
		}
	}
	if d.IntN(5) == 0 {
		return // has no conversation
	}
	c, err := w.admin.Conversations.Create(w.ctx, helpdesk.NewConversation{
		Inbox: pick(d, d.boxes...), Contact: k.ID, Start: helpdesk.StartFields{Attributes: d.attributes(), Extra: extra},
		Assignee: pick(d, 0, w.owner), Team: pick(d, 0, d.teams[0], d.teams[1]),
	})
	require.NoError(t, err)
	_, err = w.admin.Conversations.SetLabels(w.ctx, c.ID, d.labels())
	require.NoError(t, err)
	_, err = w.admin.Conversations.SetPriority(w.ctx, c.ID, pick(d, "", helpdesk.Low, helpdesk.High))
	require.NoError(t, err)
	if d.IntN(3) == 0 {
		_, err = w.admin.Conversations.Update(w.ctx, c.ID, helpdesk.ConversationChange{SLA: &d.promise})
		require.NoError(t, err)
	}
	if d.IntN(2) == 0 {
		_, err = w.admin.Conversations.SetStatus(w.ctx, c.ID, pick(d, helpdesk.Pending, helpdesk.Resolved), time.Time{})
		require.NoError(t, err)
	}
}

func (d dice) labels() []string {
	return pick(d, nil, nil, []string{"vip"}, []string{"late"}, []string{"vip", "late"})
}

// Any condition finds on every store what it means, no more and no less.
func TestConditionsMeanTheSameEverywhere(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		seed := uint64(time.Now().UnixNano()) //nolint:gosec // any bits will do
		if fixed, err := strconv.ParseUint(os.Getenv("HELPDESK_SEED"), 10, 64); err == nil {
			seed = fixed
		}
		t.Logf("HELPDESK_SEED=%d", seed)
		d := crowd(t, w, rand.New(rand.NewPCG(seed, 1)))
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		require.NoError(t, w.admin.ChannelGroups.Delete(w.ctx, d.groups[3]), "what is gone matches nothing")
		o := &oracle{t: t, loc: loc, now: w.clock.Now(), titles: map[helpdesk.LabelID]string{}, groups: w.groupsOf()}
		all, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: 100})
		require.NoError(t, err)
		contacts, _, err := w.admin.Contacts.List(w.ctx, helpdesk.ContactFilter{}, helpdesk.Page{Limit: 100})
		require.NoError(t, err)
		for _, ids := range [][]helpdesk.LabelID{{1, 2, 3, 4}} {
			for _, id := range ids {
				if got, err := w.admin.Labels.Titles(w.ctx, []helpdesk.LabelID{id}); err == nil && len(got) == 1 {
					o.titles[id] = got[0]
				}
			}
		}
		for range 500 {
			c := d.cond(helpdesk.ConversationAttribute, 3)
			got, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Where: &c}, helpdesk.Page{Limit: 100})
			require.NoError(t, err, show(c))
			var want, have []helpdesk.ConversationID
			for _, item := range all.Items {
				if o.c, o.contact = item.Conversation, item.Customer; o.holds(c) {
					want = append(want, item.ID)
				}
			}
			for _, item := range got.Items {
				have = append(have, item.ID)
			}
			require.Equal(t, want, have, show(c))
			require.Equal(t, len(want), got.Counts.All, show(c))

			c = d.cond(helpdesk.ContactAttribute, 3)
			found, total, err := w.admin.Contacts.List(w.ctx, helpdesk.ContactFilter{Where: &c}, helpdesk.Page{Limit: 100})
			require.NoError(t, err, show(c))
			var wanted, had []helpdesk.ContactID
			for _, k := range contacts {
				if o.c, o.contact = nil, k; o.holds(c) {
					wanted = append(wanted, k.ID)
				}
			}
			for _, k := range found {
				had = append(had, k.ID)
			}
			require.Equal(t, wanted, had, show(c))
			require.Equal(t, len(wanted), total)
		}
	})
}

func show(c helpdesk.Cond) string {
	text, _ := json.Marshal(c)
	return string(text)
}

// Everything wrong with a condition is named, in Chatwoot's words.
func TestWrongConditions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	leaf := helpdesk.Cond{Field: "status", Op: helpdesk.Equal, Values: []any{"open"}}
	deep := leaf
	for range 9 {
		inner := deep
		deep = helpdesk.Cond{Not: &inner}
	}
	many := func(n int) (out []helpdesk.Cond) {
		for range n {
			out = append(out, leaf)
		}
		return out
	}
	long := helpdesk.Cond{Field: "referer", Op: helpdesk.Contains, Values: []any{strings.Repeat("x", 1501)}}
	for _, c := range []struct {
		cond helpdesk.Cond
		says string
	}{
		{helpdesk.Cond{Field: "nose", Op: helpdesk.Equal}, "Invalid attribute key - [nose]. The key should be one of [status,"},
		{helpdesk.Cond{Field: "name", Op: helpdesk.Equal, Values: []any{"x"}}, "Invalid attribute key - [name]"},
		{helpdesk.Cond{Field: "status", Op: helpdesk.Greater, Values: []any{"open"}}, "Invalid operator. The allowed operators for status are [equal_to,not_equal_to]."},
		{helpdesk.Cond{Field: "status", Op: helpdesk.Equal, Values: []any{"shut"}}, "Invalid value. The values provided for status are invalid"},
		{helpdesk.Cond{Field: "team_id", Op: helpdesk.Equal, Values: []any{"x"}}, "Invalid value. The values provided for team_id are invalid"},
		{helpdesk.Cond{Field: "team_id", Op: helpdesk.Equal}, "Invalid value. The values provided for team_id are invalid"},
		{helpdesk.Cond{Field: "created_at", Op: helpdesk.Less, Values: []any{"soon"}}, "Invalid value. The values provided for created_at are invalid"},
		{helpdesk.Cond{And: []helpdesk.Cond{{Field: "a", Op: helpdesk.Equal}, {Field: "status", Op: "x"}}}, "defined in the account. Invalid operator."},
		{helpdesk.Cond{Field: "status", And: many(1)}, "it must be one field or one group"},
		{helpdesk.Cond{And: []helpdesk.Cond{{}}}, "Invalid attribute key - []"},
		{deep, "nested too deeply"},
		{helpdesk.Cond{Or: many(100)}, "there are too many"},
		{long, "Invalid value. The values provided for referer are invalid"},
	} {
		_, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Where: &c.cond}, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.Invalid, c.says)
		require.ErrorContains(t, err, c.says)
	}
	_, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Where: &helpdesk.Cond{}}, helpdesk.Page{})
	require.NoError(t, err, "nothing is asked")
}

// A customer's own list cannot be used to ask about what agents wrote.
func TestCustomersAskNoConditions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	box := w.inbox("Shop")
	c := w.write(box, "c1", "hello")
	_, err := w.admin.Conversations.SetLabels(w.ctx, c.ID, []string{"fraud"})
	require.NoError(t, err)
	actor, err := w.engine.FindCustomer(w.ctx, box, "c1")
	require.NoError(t, err)
	where := helpdesk.Cond{Field: "labels", Op: helpdesk.NotEqual, Values: []any{"fraud"}}
	list, err := w.engine.As(actor).Conversations.List(w.ctx, helpdesk.ConversationFilter{Where: &where}, helpdesk.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
}
