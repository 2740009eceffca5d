package chatwoot_test

// viewScenario is filters, saved views and work in bulk.
func viewScenario() []step {
	filter := acct + "/custom_filters"
	return []step{
		{"filter_conversations", "POST " + acct + "/conversations/filter", "A/conversations/filter?page=1", `{"payload":[{"attribute_key":"status","filter_operator":"equal_to","values":["all"],"query_operator":"and"},{"attribute_key":"labels","filter_operator":"equal_to","values":["vip"],"query_operator":"AND","custom_attribute_type":""},{"attribute_key":"inbox_id","filter_operator":"equal_to","values":[{"id":{inbox},"name":"Shop"}],"query_operator":null}]}`, nil, 0},
		{"filter_conversations_none", "POST " + acct + "/conversations/filter", "A/conversations/filter", `{"payload":[{"attribute_key":"referer","filter_operator":"contains","values":["nowhere"],"query_operator":null}]}`, nil, 0},
		{"filter_conversations_key", "POST " + acct + "/conversations/filter", "A/conversations/filter", `{"payload":[{"attribute_key":"shoe_size","filter_operator":"equal_to","values":["42"],"query_operator":null}]}`, nil, 422},
		{"filter_conversations_operator", "POST " + acct + "/conversations/filter", "A/conversations/filter", `{"payload":[{"attribute_key":"status","filter_operator":"contains","values":["open"],"query_operator":null}]}`, nil, 422},
		{"filter_conversations_value", "POST " + acct + "/conversations/filter", "A/conversations/filter", `{"payload":[{"attribute_key":"assignee_id","filter_operator":"equal_to","values":[],"query_operator":null}]}`, nil, 422},
		{"filter_conversations_link", "POST " + acct + "/conversations/filter", "A/conversations/filter", `{"payload":[{"attribute_key":"assignee_id","filter_operator":"is_present","query_operator":"xor"},{"attribute_key":"status","filter_operator":"equal_to","values":["open"]}]}`, nil, 422},
		{"filter_contacts", "POST " + acct + "/contacts/filter", "A/contacts/filter?page=1", `{"payload":[{"attribute_key":"plan","filter_operator":"equal_to","values":["GOLD"],"query_operator":"AND","custom_attribute_type":"contact_attribute"},{"attribute_key":"phone_number","filter_operator":"starts_with","values":["+55"],"query_operator":null}]}`, nil, 0},
		{"filter_contact_inboxes", "POST " + acct + "/contact_inboxes/filter", "A/contact_inboxes/filter", `{"inbox_id":{inbox},"source_id":"dora-2"}`, nil, 0},
		{"custom_filters_create", "POST " + filter, "A/custom_filters", `{"custom_filter":{"name":"Big ones","filter_type":"conversation","query":{"payload":[{"attribute_key":"labels","filter_operator":"equal_to","values":["vip"],"query_operator":null}]}}}`, map[string]string{"filter": "id"}, 0},
		{"custom_filters_update", "PATCH " + filter + "/{id}", "A/custom_filters/{filter}", `{"name":"The big ones"}`, nil, 0},
		{"custom_filters_show", "GET " + filter + "/{id}", "A/custom_filters/{filter}", "", nil, 0},
		{"custom_filters", "GET " + filter, "A/custom_filters?filter_type=conversation", "", nil, 0},
		{"custom_filters_delete", "DELETE " + filter + "/{id}", "A/custom_filters/{filter}", "", nil, 204},
		{"bulk_conversations", "POST " + acct + "/bulk_actions", "A/bulk_actions", `{"type":"Conversation","ids":[{conv},999],"fields":{"team_id":{team},"assignee_id":{ada}},"labels":{"add":["bulk"],"remove":["vip"]}}`, map[string]string{"task": "id"}, 0},
		{"bulk_show", "GET " + acct + "/bulk_actions/{id}", "A/bulk_actions/{task}", "", nil, 0},
		{"bulk_contacts", "POST " + acct + "/bulk_actions", "A/bulk_actions", `{"type":"Contact","ids":[{contact}],"labels":{"add":["bulk"]}}`, nil, 0},
	}
}
