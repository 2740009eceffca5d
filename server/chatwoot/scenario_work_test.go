package chatwoot_test

import (
	"context"
	"encoding/json"
	"strconv"
	"sync/atomic"

	"github.com/gohelpdesk/helpdesk"
)

// paper is a channel of some kind that sends into the void. Its provider approves
// every template at once.
type paper struct {
	kind helpdesk.ChannelKind
	made *atomic.Int64
}

func newPaper(kind helpdesk.ChannelKind) paper { return paper{kind, new(atomic.Int64)} }

func (p paper) Kind() helpdesk.ChannelKind                    { return p.kind }
func (p paper) Open(json.RawMessage) (helpdesk.Sender, error) { return p, nil }
func (paper) Send(context.Context, *helpdesk.Outbound) (helpdesk.Receipt, error) {
	return helpdesk.Receipt{State: helpdesk.StateSent}, nil
}

func (paper) TemplateOwner() string { return "us" }

func (paper) Templates(context.Context, func([]helpdesk.ProviderTemplate) error) error { return nil }

func (p paper) CreateTemplate(context.Context, *helpdesk.ProviderTemplate) (*helpdesk.TemplateNews, error) {
	return &helpdesk.TemplateNews{ID: strconv.FormatInt(p.made.Add(1), 10), Status: helpdesk.TemplateApproved}, nil
}

func (paper) EditTemplate(context.Context, *helpdesk.ProviderTemplate) (*helpdesk.TemplateNews, error) {
	return &helpdesk.TemplateNews{Status: helpdesk.TemplatePending}, nil
}

func (paper) DeleteTemplate(context.Context, *helpdesk.ProviderTemplate) error { return nil }

func (paper) UploadSample(_ context.Context, f helpdesk.OutboundFile) (string, error) {
	return "handle of " + f.Name, nil
}

func workScenario() []step {
	const (
		templates = acct + "/inboxes/{id}/message_templates"

		canned, macros, rules = acct + "/canned_responses", acct + "/macros", acct + "/automation_rules"
		campaigns, policies   = acct + "/campaigns", acct + "/assignment_policies"
		flows                 = acct + "/flows"
		groups                = acct + "/channel_groups"
		slas, inboxPolicy     = acct + "/sla_policies", acct + "/inboxes/{id}/assignment_policy"
	)
	return []step{
		{"canned_create", "POST " + canned, "A/canned_responses", `{"canned_response":{"short_code":"hello","content":"Hello {{contact.name}}"}}`, map[string]string{"canned": "id"}, 0},
		{"canned_update", "PATCH " + canned + "/{id}", "A/canned_responses/{canned}", `{"content":"Good day"}`, nil, 0},
		{"canned", "GET " + canned, "A/canned_responses?search=HEL", "", nil, 0},
		{"canned_delete", "DELETE " + canned + "/{id}", "A/canned_responses/{canned}", "", nil, 0},

		{"macros_create", "POST " + macros, "A/macros", `{"name":"Thank","visibility":"global","actions":[{"action_name":"add_label","action_params":["thanked"]},{"action_name":"add_private_note","action_params":["said thanks"]},{"action_name":"send_webhook_event","action_params":["{endpoint}"]},{"action_name":"assign_agent","action_params":["self"]}]}`, map[string]string{"macro": "payload.id"}, 0},
		{"macros_update", "PATCH " + macros + "/{id}", "A/macros/{macro}", `{"name":"Thanks"}`, nil, 0},
		{"macros_show", "GET " + macros + "/{id}", "A/macros/{macro}", "", nil, 0},
		{"macros", "GET " + macros, "A/macros", "", nil, 0},
		{"macros_execute", "POST " + macros + "/{id}/execute", "A/macros/{macro}/execute", `{"conversation_ids":[{conv}]}`, nil, 0},
		{"macros_done", "GET " + conv + "/labels", "A/conversations/{conv}/labels", "", nil, 0},
		{"macros_delete", "DELETE " + macros + "/{id}", "A/macros/{macro}", "", nil, 0},

		{"rules_create", "POST " + rules, "A/automation_rules", `{"name":"Urgent","description":"wakes Bo","event_name":"message_created","conditions":[{"attribute_key":"content","filter_operator":"contains","values":["fire","smoke"],"query_operator":"and","custom_attribute_type":""},{"attribute_key":"plan","filter_operator":"equal_to","values":["gold"],"query_operator":"or","custom_attribute_type":"contact_attribute"},{"attribute_key":"inbox_id","filter_operator":"equal_to","values":[{inbox}],"query_operator":null,"custom_attribute_type":""}],"actions":[{"action_name":"assign_agent","action_params":[{bo}]},{"action_name":"resolve_conversation"}]}`, map[string]string{"rule": "id"}, 0},
		{"rules_update", "PATCH " + rules + "/{id}", "A/automation_rules/{rule}", `{"active":false,"position":3}`, nil, 0},
		{"rules_show", "GET " + rules + "/{id}", "A/automation_rules/{rule}", "", nil, 0},
		{"rules_clone", "POST " + rules + "/{id}/clone", "A/automation_rules/{rule}/clone", "", nil, 0},
		{"rules_try", "POST " + rules + "/try", "A/automation_rules/try", `{"event_name":"conversation_updated","conditions":[{"attribute_key":"status","filter_operator":"equal_to","values":["open"],"query_operator":null}],"conversation_ids":[1]}`, nil, 0},
		{"rules_dry_run", "POST " + rules + "/dry_run", "A/automation_rules/dry_run", `{"event_name":"message_created","conditions":[{"attribute_key":"message_type","filter_operator":"equal_to","values":["incoming"],"query_operator":null}],"limit":1}`, nil, 0},
		{"rules_dry_run_wrong", "POST " + rules + "/dry_run", "A/automation_rules/dry_run", `{"event_name":"x","limit":-1}`, nil, 422},
		{"rules_expression", "POST " + rules, "A/automation_rules", `{"name":"By word","event_name":"message_created","expression":"message.content contains \"fire\"","actions":[{"action_name":"set_conversation_attribute","action_params":["topic","fire"]},{"action_name":"cancel"}]}`, nil, 0},
		{"rules_expression_wrong", "POST " + rules + "/try", "A/automation_rules/try", `{"event_name":"message_created","expression":"mesage.content == 1"}`, nil, 422},
		{"rules", "GET " + rules, "A/automation_rules", "", nil, 0},
		{"rules_delete", "DELETE " + rules + "/{id}", "A/automation_rules/{rule}", "", nil, 0},

		{"flows_create", "POST " + flows, "A/flows", `{"name":"Welcome","description":"asks","steps":[{"id":"hi","kind":"send","text":"Hi {{contact.name}}","next":"ask"},{"id":"ask","kind":"ask","text":"Which plan?","choices":[{"title":"Gold","value":"g"},{"title":"Free"}],"retries":1,"give_up":"out","timeout":3600,"on_timeout":"out","variable":"plan","next":"which"},{"id":"which","kind":"branch","branches":[{"expression":"flow.values[\"plan\"] == \"g\"","next":"call"},{"conditions":[{"attribute_key":"status","filter_operator":"equal_to","values":["open"],"query_operator":null}],"next":"out"}],"else":"out"},{"id":"call","kind":"webhook","url":"{endpoint}","data":{"plan":"{{flow.plan}}"},"fill":{"name":"customer.name"},"failed":"out","next":"pause"},{"id":"pause","kind":"wait","wait":60,"next":"out"},{"id":"out","kind":"hand_off"}]}`, map[string]string{"flow": "payload.id"}, 0},
		{"flows_update", "PATCH " + flows + "/{id}", "A/flows/{flow}", `{"description":"asks for the plan"}`, nil, 0},
		{"flows_show", "GET " + flows + "/{id}", "A/flows/{flow}", "", nil, 0},
		{"flows", "GET " + flows, "A/flows", "", nil, 0},
		{"flows_start", "POST " + conv + "/flow", "A/conversations/{conv}/flow", `{"flow_id":{flow}}`, nil, 0},
		{"flows_current", "GET " + conv + "/flow", "A/conversations/{conv}/flow", "", nil, 0},
		{"flows_stop", "DELETE " + conv + "/flow", "A/conversations/{conv}/flow", "", nil, 0},
		{"flows_runs", "GET " + flows + "/{id}/runs", "A/flows/{flow}/runs", "", nil, 0},
		{"flows_inbox", "PATCH " + acct + "/inboxes/{id}", "A/inboxes/{inbox}", `{"exit_flow_id":{flow}}`, nil, 0},
		{"flows_inbox_none", "PATCH " + acct + "/inboxes/{id}", "A/inboxes/{inbox}", `{"exit_flow_id":null}`, nil, 0},
		{"flows_delete", "DELETE " + flows + "/{id}", "A/flows/{flow}", "", nil, 0},

		{"work_label", "POST " + acct + "/labels", "A/labels", `{"title":"newsletter"}`, map[string]string{"newsletter": "id"}, 0},
		{"work_inbox", "POST " + acct + "/inboxes", "A/inboxes", `{"name":"Texts","channel":{"type":"sms"}}`, map[string]string{"texts": "id"}, 0},
		{"templates_create", "POST " + templates, "A/inboxes/{texts}/message_templates", `{"name":"order_sent","language":"pt_BR","category":"UTILITY","parameter_format":"NAMED","header":{"kind":"TEXT","text":"Pedido"},"body":"Olá {{name}}, saiu.","footer":"Acme","buttons":[{"kind":"URL","text":"Ver","url":"https://acme.example/{{1}}","example":"https://acme.example/1"}],"examples":{"name":"Ana"}}`, map[string]string{"template": "payload.id"}, 0},
		{"templates_show", "GET " + templates + "/{template_id}", "A/inboxes/{texts}/message_templates/{template}", "", nil, 0},
		{"templates", "GET " + templates, "A/inboxes/{texts}/message_templates?search=order", "", nil, 0},
		{"templates_sample", "POST " + templates + "/samples", "A/inboxes/{texts}/message_templates/samples", "file=logo.png", nil, 0},
		{"templates_update", "PATCH " + templates + "/{template_id}", "A/inboxes/{texts}/message_templates/{template}", `{"body":"Olá {{name}}, saiu hoje.","examples":{"name":"Ana"}}`, nil, 0},
		{"templates_delete", "DELETE " + templates + "/{template_id}", "A/inboxes/{texts}/message_templates/{template}?name=order_sent", "", nil, 0},
		{"can_send", "POST " + conv + "/can_send", "A/conversations/{conv}/can_send", `{"content":"hello"}`, nil, 0},
		{"campaigns_create", "POST " + campaigns, "A/campaigns", `{"campaign":{"title":"Sale","description":"spring","message":"Everything must go","inbox_id":{texts},"sender_id":{ada},"scheduled_at":"2026-04-01T09:00:00Z","audience":[{"type":"Label","id":{newsletter}}],"trigger_rules":{}}}`, map[string]string{"campaign": "id"}, 0},
		{"campaigns_update", "PATCH " + campaigns + "/{id}", "A/campaigns/{campaign}", `{"enabled":false,"template_params":{"name":"sale"}}`, nil, 0},
		{"campaigns_show", "GET " + campaigns + "/{id}", "A/campaigns/{campaign}", "", nil, 0},
		{"campaigns", "GET " + campaigns, "A/campaigns", "", nil, 0},
		{"inbox_campaigns", "GET " + acct + "/inboxes/{id}/campaigns", "A/inboxes/{texts}/campaigns", "", nil, 0},
		{"campaigns_delete", "DELETE " + campaigns + "/{id}", "A/campaigns/{campaign}", "", nil, 0},

		{"policies_create", "POST " + policies, "A/assignment_policies", `{"assignment_policy":{"name":"Fair","description":"turns","assignment_order":"balanced","conversation_priority":1,"fair_distribution_limit":5,"fair_distribution_window":600,"enabled":true}}`, map[string]string{"policy": "id"}, 0},
		{"policies_update", "PATCH " + policies + "/{id}", "A/assignment_policies/{policy}", `{"enabled":false,"assignment_order":"expression","expression":"\"french\" in agent.skills ? 2 : 1"}`, nil, 0},
		{"policies_show", "GET " + policies + "/{id}", "A/assignment_policies/{policy}", "", nil, 0},
		{"inbox_policy_attach", "POST " + inboxPolicy, "A/inboxes/{texts}/assignment_policy", `{"assignment_policy_id":{policy}}`, nil, 0},
		{"inbox_policy", "GET " + inboxPolicy, "A/inboxes/{texts}/assignment_policy", "", nil, 0},
		{"policy_inboxes", "GET " + policies + "/{id}/inboxes", "A/assignment_policies/{policy}/inboxes", "", nil, 0},
		{"policies", "GET " + policies, "A/assignment_policies", "", nil, 0},
		{"inbox_policy_detach", "DELETE " + inboxPolicy, "A/inboxes/{texts}/assignment_policy", "", nil, 0},
		{"policies_delete", "DELETE " + policies + "/{id}", "A/assignment_policies/{policy}", "", nil, 0},

		{"channel_groups_create", "POST " + groups, "A/channel_groups", `{"channel_group":{"name":"Brazil","description":"all of it","inbox_ids":[{texts}]}}`, map[string]string{"group": "id"}, 0},
		{"channel_groups_update", "PATCH " + groups + "/{id}", "A/channel_groups/{group}", `{"name":"Brasil","inbox_ids":[{texts},{texts}]}`, nil, 0},
		{"channel_groups_show", "GET " + groups + "/{id}", "A/channel_groups/{group}", "", nil, 0},
		{"channel_groups", "GET " + groups, "A/channel_groups", "", nil, 0},
		{"channel_groups_conversations", "GET " + acct + "/conversations", "A/conversations?channel_group_id={group}", "", nil, 0},
		{"channel_groups_report", "GET /api/v2/accounts/{account_id}/reports", "/api/v2/accounts/{account}/reports?metric=conversations_count&type=channel_group&id={group}&" + reportSpan, "", nil, 0},
		{"channel_groups_delete", "DELETE " + groups + "/{id}", "A/channel_groups/{group}", "", nil, 0},

		{"slas_create", "POST " + slas, "A/sla_policies", `{"name":"Gold","description":"fast","first_response_time_threshold":300,"next_response_time_threshold":null,"resolution_time_threshold":86400.5,"only_during_business_hours":true}`, map[string]string{"sla": "payload.id"}, 0},
		{"slas_update", "PATCH " + slas + "/{id}", "A/sla_policies/{sla}", `{"sla_policy":{"next_response_time_threshold":"600"}}`, nil, 0},
		{"slas_show", "GET " + slas + "/{id}", "A/sla_policies/{sla}", "", nil, 0},
		{"slas", "GET " + slas, "A/sla_policies", "", nil, 0},
		{"slas_delete", "DELETE " + slas + "/{id}", "A/sla_policies/{sla}", "", nil, 0},
		{"work_inbox_delete", "DELETE " + acct + "/inboxes/{id}", "A/inboxes/{texts}", "", nil, 0},
		{"work_label_delete", "DELETE " + acct + "/labels/{id}", "A/labels/{newsletter}", "", nil, 0},
	}
}
