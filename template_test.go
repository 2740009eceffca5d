package helpdesk_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
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
