package helpdesk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
)

// What agents and rules write may name whom they write to; what customers write is
// left alone, and so is what is not a template.
func TestTemplates(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		bo := w.agent("bo", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, bo)
		k, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{Inbox: box.ID, Source: "ann", ContactChange: helpdesk.ContactChange{
			Name: ptr("ann van élan {{agent.email}}"), Email: ptr("ann@shop.test"), Attributes: map[string]any{"plan": "gold", "n": 3.0},
		}})
		require.NoError(t, err)
		c := w.write(box, "ann", "{{ contact.email }}")
		require.Equal(t, []string{"{{ contact.email }}"}, w.said(c.ID), "a customer's words are no template")
		require.NoError(t, quiet(w.admin.Contacts.Update(w.ctx, k.ID, helpdesk.ContactChange{Name: ptr("ann van élan")})))
		for text, want := range map[string]string{
			"Hi {{contact.name}}!": "Hi Ann Van Élan!", "{{ contact.first_name }} {{ contact.last_name }}": "Ann Élan",
			"{{contact.email}} {{contact.phone_number}}.": "ann@shop.test .", "{{contact.custom_attribute.plan | upcase}} {{contact.custom_attribute.n}}": "GOLD 3",
			"{{conversation.display_id}} {{conversation.contact_name}} {{inbox.name}} {{account.name}}": "1 ann van élan Shop Acme",
			"{{agent.name}}": "Bo", "{{nobody.there}}{{contact.shoe}}": "", `{{contact.shoe | default: "none"}}`: "none",
			"{% if contact.email %}yes{% else %}no{% endif %}": "yes", "use `{{contact.name}}` here, {{contact.first_name}}": "use `{{contact.name}}` here, Ann",
			"{{ contact.name": "{{ contact.name", "{% if %}": "{% if %}", "{{ contact.name | nothing }}": "{{ contact.name | nothing }}",
			`{% include "../../../etc/hostname" %}`: `{% include "../../../etc/hostname" %}`, "{% for i in (1..3000000) %}x{% endfor %}": "{% for i in (1..3000000) %}x{% endfor %}",
			"{% assign x = 'a' %}{{x}}": "{% assign x = 'a' %}{{x}}", "{{ 'a' | replace: 'a', 'aaaa' }}": "{{ 'a' | replace: 'a', 'aaaa' }}",
			"100% {sure}": "100% {sure}", "{{'a'" + strings.Repeat("|escape", 11) + "}}": "{{'a'" + strings.Repeat("|escape", 11) + "}}", "{{contact.name}}" + strings.Repeat("x", 20_000): "{{contact.name}}" + strings.Repeat("x", 20_000),
		} {
			m, err := w.as(bo).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: text, Private: true})
			require.NoError(t, err, text)
			require.Equal(t, want, m.Content, text)
		}
		m, err := w.as(bo).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "{{conversation.recent_messages[0].content}}"})
		require.NoError(t, err)
		require.Equal(t, "{{ contact.email }}", m.Content, "once: what it holds is filled in no more")

		m, err = w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "{{contact.name}}", ExternalID: "sent-elsewhere"})
		require.NoError(t, err)
		require.Equal(t, "{{contact.name}}", m.Content, "what went out already is kept as it went")

		w.rule(helpdesk.MessageCreated, cond("content", helpdesk.Contains, "order"),
			action(helpdesk.DoSendMessage, "Thanks, {{contact.first_name}}{{agent.name}}."), action(helpdesk.DoSetAttribute, "who", "{{contact.email}}"))
		c = w.write(box, "ann", "my order")
		require.Equal(t, "Thanks, Ann.", last(w.said(c.ID)))
		require.Equal(t, "ann@shop.test", c.Attributes["who"])
	})
}

// fuzzDesk is a fuzz world with an inbox and a conversation.
func fuzzDesk(f *testing.F) (*world, *helpdesk.Conversation) {
	f.Helper()
	w := newFuzzWorld(f)
	var err error
	w.engine, err = helpdesk.New(w.store, helpdesk.Options{Now: w.clock.Now, Channels: []helpdesk.Channel{api.New()}})
	require.NoError(f, err)
	w.admin = w.engine.As(w.engine.Host(w.account))
	box, err := w.admin.Inboxes.Create(w.ctx, helpdesk.InboxInput{Kind: "api", Name: ptr("Shop")})
	require.NoError(f, err)
	m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "c", Name: "Ann Lee"}, Content: "hello"})
	require.NoError(f, err)
	c, err := w.admin.Conversations.Get(w.ctx, m.Conversation)
	require.NoError(f, err)
	return w, c
}

// No text makes filling it in fail, or grow beyond what it names.
func FuzzTemplates(f *testing.F) {
	for _, seed := range []string{
		"{{contact.name}}", "{% if a %}b{% endif %}", "{{ 'x' | truncate: 3 }}", "`{{a}}`", "{{ contact.email | date: '%Y' }}", "{%", "}}{{",
		"{% case contact.name %}{% when 'a' %}b{% endcase %}", "{{ conversation.recent_messages.first.content | size }}", "{% raw %}{{", "{{ 1 | round: 9999 }}",
	} {
		f.Add(seed)
	}
	w, c := fuzzDesk(f)
	f.Fuzz(func(t *testing.T, text string) {
		w.clock.Advance(time.Minute)
		m, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: text, Private: true})
		require.NoError(t, err)
		require.LessOrEqual(t, len(m.Content), 100*len(text)+10_000)
	})
}

// No expression makes asking it fail: it is refused, or it is evaluated.
func FuzzExpressions(f *testing.F) {
	for _, seed := range []string{
		"true", "message.content matches '^a+$'", "any(conversation.labels, # == 'x')", "contact.numbers['n'] / 0 > 1", "conversation.labels[9] == ''",
		"contact.attributes['x'].y == 1", "-(-(-1)) == 1", "'a' in changed and changed['a'].from > ''", "conversation.labels[0:1] == []", "1 ** 9999 > 2 ?: false",
	} {
		f.Add(seed)
	}
	w, c := fuzzDesk(f)
	f.Fuzz(func(t *testing.T, source string) {
		_, err := w.admin.Rules.Try(w.ctx, helpdesk.RuleInput{Event: helpdesk.MessageCreated, Expression: &source}, c.Display)
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid)
		}
	})
}
