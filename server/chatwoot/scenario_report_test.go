package chatwoot_test

// The span of the scenario's reports: three days about the clock's today.
const reportSpan = "since=1773360000&until=1773619200"

func reportScenario() []step {
	const (
		v2       = "/api/v2/accounts/{account_id}"
		own      = "/api/v2/accounts/{account}"
		reports  = v2 + "/reports"
		tables   = v2 + "/summary_reports"
		live     = v2 + "/live_reports"
		groups   = acct + "/channel_groups"
		answers  = acct + "/csat_survey_responses"
		slas     = acct + "/sla_policies"
		survey   = "/public/api/v1/csat_survey/{conversation_uuid}"
		feedback = `{"message":{"submitted_values":{"csat_survey_response":{"rating":4,"feedback_message":"=quick"}}}}`
	)
	return []step{
		{"report_resolve", "POST " + conv + "/toggle_status", "A/conversations/{conv}/toggle_status", `{"status":"resolved"}`, nil, 0},
		{"reports", "GET " + reports, own + "/reports?metric=avg_resolution_time&type=account&group_by=day&timezone_offset=-3&" + reportSpan, "", nil, 0},
		{"reports_count", "GET " + reports, own + "/reports?metric=outgoing_messages_count&type=inbox&id={inbox}&" + reportSpan, "", nil, 0},
		{"reports_unknown", "GET " + reports, own + "/reports?metric=luck&type=account&" + reportSpan, "", nil, 0},
		{"reports_summary", "GET " + reports + "/summary", own + "/reports/summary?type=account&business_hours=true&" + reportSpan, "", nil, 0},
		{"reports_bot_summary", "GET " + reports + "/bot_summary", own + "/reports/bot_summary?type=account&" + reportSpan, "", nil, 0},
		{"reports_bot_metrics", "GET " + reports + "/bot_metrics", own + "/reports/bot_metrics?" + reportSpan, "", nil, 0},
		{"reports_conversations", "GET " + reports + "/conversations", own + "/reports/conversations/?type=account", "", nil, 0},
		{"reports_conversations_agent", "GET " + reports + "/conversations", own + "/reports/conversations/?type=agent", "", nil, 0},
		{"reports_conversations_none", "GET " + reports + "/conversations", own + "/reports/conversations/", "", nil, 422},
		{"reports_agents", "GET " + reports + "/agents", own + "/reports/agents?" + reportSpan, "", nil, 0},
		{"reports_inboxes", "GET " + reports + "/inboxes", own + "/reports/inboxes?" + reportSpan, "", nil, 0},
		{"reports_labels", "GET " + reports + "/labels", own + "/reports/labels?" + reportSpan, "", nil, 0},
		{"reports_teams", "GET " + reports + "/teams", own + "/reports/teams?" + reportSpan, "", nil, 0},
		{"reports_conversations_summary", "GET " + reports + "/conversations_summary", own + "/reports/conversations_summary?" + reportSpan, "", nil, 0},
		{"reports_conversation_traffic", "GET " + reports + "/conversation_traffic", own + "/reports/conversation_traffic?days_before=2&timezone_offset=14", "", nil, 0},
		{"channel_groups_reported", "POST " + groups, "A/channel_groups", `{"name":"Everywhere","inbox_ids":[{inbox}]}`, map[string]string{"reported": "id"}, 0},
		{"channel_groups_csv", "GET " + reports + "/channel_groups", own + "/reports/channel_groups?" + reportSpan, "", nil, 0},
		{"channel_groups_summary", "GET " + tables + "/channel_group", own + "/summary_reports/channel_group?" + reportSpan, "", nil, 0},
		{"channel_groups_gone", "DELETE " + groups + "/{id}", "A/channel_groups/{reported}", "", nil, 0},
		{"summary_agent", "GET " + tables + "/agent", own + "/summary_reports/agent?" + reportSpan, "", nil, 0},
		{"summary_team", "GET " + tables + "/team", own + "/summary_reports/team?" + reportSpan, "", nil, 0},
		{"summary_inbox", "GET " + tables + "/inbox", own + "/summary_reports/inbox?" + reportSpan, "", nil, 0},
		{"summary_label", "GET " + tables + "/label", own + "/summary_reports/label?" + reportSpan, "", nil, 0},
		{"summary_channel", "GET " + tables + "/channel", own + "/summary_reports/channel?" + reportSpan, "", nil, 0},
		{"summary_channel_long", "GET " + tables + "/channel", own + "/summary_reports/channel?since=1&until=1773619200", "", nil, 422},
		{"live", "GET " + live + "/conversation_metrics", own + "/live_reports/conversation_metrics", "", nil, 0},
		{"live_grouped", "GET " + live + "/grouped_conversation_metrics", own + "/live_reports/grouped_conversation_metrics?group_by=assignee_id", "", nil, 0},
		{"reporting_events", "GET " + acct + "/reporting_events", "A/reporting_events?name=conversation_resolved", "", nil, 0},
		{"conversation_reporting_events", "GET " + conv + "/reporting_events", "A/conversations/{conv}/reporting_events", "", nil, 0},
		{"survey_send", "POST " + conv + "/csat_survey", "A/conversations/{conv}/csat_survey", "", nil, 0},
		{"survey_conversation", "GET " + conv, "A/conversations/{conv}", "", map[string]string{"uuid": "uuid"}, 0},
		{"survey", "GET " + survey, "/public/api/v1/csat_survey/{uuid}", "", nil, 0},
		{"survey_answer", "PATCH " + survey, "/public/api/v1/csat_survey/{uuid}", feedback, nil, 0},
		{"survey_responses", "GET " + answers, "A/csat_survey_responses?sort=-created_at&rating=4&user_ids[]={ada}", "", nil, 0},
		{"survey_metrics", "GET " + answers + "/metrics", "A/csat_survey_responses/metrics?" + reportSpan, "", nil, 0},
		{"survey_download", "GET " + answers + "/download", "A/csat_survey_responses/download?" + reportSpan, "", nil, 0},
		{"sla_create", "POST " + slas, "A/sla_policies", `{"name":"Soon","first_response_time_threshold":300}`, map[string]string{"soon": "payload.id"}, 0},
		{"sla_give", "PATCH " + conv, "A/conversations/{conv}", `{"sla_policy_id":{soon}}`, nil, 0},
		{"sla_conversation", "GET " + conv, "A/conversations/{conv}", "", nil, 0},
		{"sla_filter", "POST " + acct + "/conversations/filter", "A/conversations/filter", `{"payload":[{"attribute_key":"sla_policy_id","filter_operator":"equal_to","values":[{soon}],"query_operator":null}]}`, nil, 0},
		{"sla_rule", "POST " + acct + "/automation_rules", "A/automation_rules", `{"name":"gold","event_name":"conversation_updated","conditions":[{"attribute_key":"sla_policy_id","filter_operator":"is_present","values":[],"query_operator":null}],"actions":[{"action_name":"add_label","action_params":["vip"]}]}`, nil, 0},
		{"silence_rule", "POST " + acct + "/automation_rules", "A/automation_rules", `{"name":"remind","event_name":"conversation_customer_silent","after_minutes":60,"only_during_business_hours":true,"conditions":[{"attribute_key":"status","filter_operator":"equal_to","values":["open"],"query_operator":null}],"actions":[{"action_name":"send_message","action_params":["Are you there?"]}]}`, map[string]string{"silent": "id"}, 0},
		{"silence_rule_update", "PATCH " + acct + "/automation_rules/{id}", "A/automation_rules/{silent}", `{"after_minutes":90}`, nil, 0},
		{"applied_slas", "GET " + acct + "/applied_slas", "A/applied_slas?page=1&" + reportSpan, "", nil, 0},
		{"applied_slas_metrics", "GET " + acct + "/applied_slas/metrics", "A/applied_slas/metrics?inbox_id={inbox}", "", nil, 0},
		{"applied_slas_download", "GET " + acct + "/applied_slas/download", "A/applied_slas/download", "", nil, 0},
		{"audit_logs", "GET " + acct + "/audit_logs", "A/audit_logs?page=1&auditable_type=Team", "", nil, 0},
	}
}
