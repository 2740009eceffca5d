package chatwoot_test

const wid = "/api/v1/widget"

func fileScenario() []step {
	const contacts, boxes, msgs = acct + "/contacts", acct + "/inboxes", conv + "/messages"
	return []step{
		{"agents_bulk_create", "POST " + acct + "/agents/bulk_create", "A/agents/bulk_create", `{"emails":["cy@acme.example","no address","cy@acme.example"]}`, nil, 0},
		{"inbox_avatar_delete", "DELETE " + boxes + "/{id}/avatar", "A/inboxes/{inbox}/avatar", "", nil, 0},
		{"inbox_csat_template", "GET " + boxes + "/{id}/csat_template", "A/inboxes/{inbox}/csat_template", "", nil, 400},
		{"inbox_csat_template_create", "POST " + boxes + "/{id}/csat_template", "A/inboxes/{inbox}/csat_template", `{"template":{"message":"How was it?"}}`, nil, 400},
		{"inbox_health", "GET " + boxes + "/{id}/health", "A/inboxes/{inbox}/health", "", nil, 400},
		{"inbox_sync_templates", "POST " + boxes + "/{id}/sync_templates", "A/inboxes/{inbox}/sync_templates", "", nil, 422},
		{"profile_avatar_delete", "DELETE /api/v1/profile/avatar", "/api/v1/profile/avatar", "", nil, 0},
		{"contacts_active", "GET " + contacts + "/active", "A/contacts/active", "", nil, 0},
		{"contacts_twin", "POST " + contacts, "A/contacts", `{"name":"Dora Twin","email":"twin@mail.example","custom_attributes":{"plan":"free","pet":"cat"},"additional_attributes":{"city":"Olinda","social":{"github":"dora"}}}`, map[string]string{"twin": "payload.contact.id"}, 0},
		{"contact_merge", "POST " + acct + "/actions/contact_merge", "A/actions/contact_merge", `{"base_contact_id":{contact},"mergee_contact_id":{twin}}`, nil, 0},
		{"contact_merged_show", "GET " + contacts + "/{id}", "A/contacts/{twin}", "", nil, 0},
		{"contact_attributes_drop", "POST " + contacts + "/{id}/destroy_custom_attributes", "A/contacts/{contact}/destroy_custom_attributes", `{"custom_attributes":["pet","nothing"]}`, nil, 0},
		{"contact_avatar_delete", "DELETE " + contacts + "/{id}/avatar", "A/contacts/{contact}/avatar", "", nil, 0},
		{"notes_kept", "POST " + contacts + "/{contact_id}/notes", "A/contacts/{contact}/notes", `{"content":"Calls on Mondays"}`, map[string]string{"kept": "id"}, 0},
		{"notes_show", "GET " + contacts + "/{contact_id}/notes/{id}", "A/contacts/{contact}/notes/{kept}", "", nil, 0},
		{"notes_update", "PATCH " + contacts + "/{contact_id}/notes/{id}", "A/contacts/{contact}/notes/{kept}", `{"content":"Calls on Tuesdays"}`, nil, 0},
		{"participants_add", "POST " + conv + "/participants", "A/conversations/{conv}/participants", `{"user_ids":[{bo},{ada}]}`, nil, 0},
		{"participants_replace", "PATCH " + conv + "/participants", "A/conversations/{conv}/participants", `{"user_ids":[{ada}]}`, nil, 0},
		{"participants_remove", "DELETE " + conv + "/participants", "A/conversations/{conv}/participants", `{"user_ids":[{ada}]}`, nil, 0},
		{"transcript", "POST " + conv + "/transcript", "A/conversations/{conv}/transcript", `{"email":"boss@mail.example"}`, nil, 422},
		{"draft_set", "PATCH " + conv + "/draft_messages", "A/conversations/{conv}/draft_messages", `{"draft_message":{"message":"Dear Do"}}`, nil, 0},
		{"draft", "GET " + conv + "/draft_messages", "A/conversations/{conv}/draft_messages", "", nil, 0},
		{"draft_delete", "DELETE " + conv + "/draft_messages", "A/conversations/{conv}/draft_messages", "", nil, 0},
		{"upload", "POST " + acct + "/upload", "A/upload", `{"external_url":"{endpoint}/logo.txt"}`, map[string]string{"blob": "blob_id"}, 0},
		{"messages_uploaded", "POST " + msgs, "A/conversations/{conv}/messages", `{"content":"See","attachments":["{blob}"]}`, map[string]string{"seen": "id"}, 0},
		{"attachments", "GET " + conv + "/attachments", "A/conversations/{conv}/attachments", "", nil, 0},
		{"direct_upload", "POST " + conv + "/direct_uploads", "A/conversations/{conv}/direct_uploads", `{"blob":{"filename":"a.txt","content_type":"text/plain","byte_size":2,"checksum":"SfaKWBnMjT2sbHKZbhXj4w=="}}`, nil, 0},
		{"translate", "POST " + msgs + "/{id}/translate", "A/conversations/{conv}/messages/{seen}/translate", `{"target_language":"pt"}`, nil, 422},
		{"messages_alias", "GET /accounts/{account_id}/conversations/{display_id}/messages", "/accounts/{account}/conversations/{conv}/messages?after={message}", "", nil, 0},
	}
}

func widgetScenario() []step {
	return []step{
		{"widget_inbox", "POST " + acct + "/inboxes", "A/inboxes", `{"name":"Site","channel":{"type":"web_widget","website_url":"https://shop.example","welcome_title":"Hi","reply_time":1,"unknown":true},"enable_auto_assignment":false}`, map[string]string{"site": "id", "website_token": "website_token"}, 0},
		{"widget_inbox_update", "PATCH " + acct + "/inboxes/{id}", "A/inboxes/{site}", `{"channel":{"allowed_domains":"shop.example, *.shop.example","selected_feature_flags":["attachments","end_conversation"]}}`, nil, 0},
		{"widget_config", "POST " + wid + "/config", "W/config", "", map[string]string{"visitor": "website_channel_config.auth_token"}, 0},
		{"widget_messages_none", "GET " + wid + "/messages", "W/messages", "", nil, 0},
		{"widget_contact", "GET " + wid + "/contact", "W/contact", "", nil, 0},
		{"widget_start", "POST " + wid + "/conversations", "W/conversations", `{"contact":{"name":"Vera","email":"vera@mail.example"},"message":{"content":"Hello?","referer_url":"https://shop.example/cart","timestamp":"now"},"custom_attributes":{"cart":"7"}}`, map[string]string{"chat": "id"}, 0},
		{"widget_send", "POST " + wid + "/messages", "W/messages", `{"message":{"content":"Anybody there?","echo_id":"w-1"}}`, nil, 0},
		{"widget_question", "POST " + conv + "/messages", "A/conversations/{chat}/messages", `{"content":"Your address?","content_type":"input_email"}`, map[string]string{"asked": "id"}, 0},
		{"widget_answer", "PATCH " + wid + "/messages/{id}", "W/messages/{asked}", `{"contact":{"email":"vera@work.example"}}`, nil, 0},
		{"widget_messages", "GET " + wid + "/messages", "W/messages", "", nil, 0},
		{"widget_conversation", "GET " + wid + "/conversations", "W/conversations", "", nil, 0},
		{"widget_typing", "POST " + wid + "/conversations/toggle_typing", "W/conversations/toggle_typing", `{"typing_status":"on"}`, nil, 0},
		{"widget_seen", "POST " + wid + "/conversations/update_last_seen", "W/conversations/update_last_seen", "", nil, 0},
		{"widget_transcript", "POST " + wid + "/conversations/transcript", "W/conversations/transcript", "", nil, 422},
		{"widget_attributes", "POST " + wid + "/conversations/set_custom_attributes", "W/conversations/set_custom_attributes", `{"custom_attributes":{"cart":"8","step":"pay"}}`, nil, 204},
		{"widget_attributes_drop", "POST " + wid + "/conversations/destroy_custom_attributes", "W/conversations/destroy_custom_attributes", `{"custom_attribute":["step"]}`, nil, 0},
		{"widget_label", "POST " + wid + "/labels", "W/labels", `{"label":"vip"}`, nil, 204},
		{"widget_label_drop", "DELETE " + wid + "/labels/{label}", "W/labels/vip", "", nil, 204},
		{"widget_contact_update", "PATCH " + wid + "/contact", "W/contact", `{"name":"Vera V.","custom_attributes":{"plan":"gold","unheard_of":1}}`, nil, 0},
		{"widget_user", "PATCH " + wid + "/contact/set_user", "W/contact/set_user", `{"identifier":"cust-vera","name":"Vera","city":"Natal"}`, nil, 0},
		{"widget_contact_drop", "POST " + wid + "/contact/destroy_custom_attributes", "W/contact/destroy_custom_attributes", `{"custom_attributes":["plan"]}`, nil, 0},
		{"widget_members", "GET " + wid + "/inbox_members", "W/inbox_members", "", nil, 0},
		{"widget_campaigns", "GET " + wid + "/campaigns", "W/campaigns", "", nil, 0},
		{"widget_event", "POST " + wid + "/events", "W/events", `{"name":"webwidget.triggered"}`, nil, 204},
		{"widget_upload", "POST " + wid + "/direct_uploads", "W/direct_uploads", `{"blob":{"filename":"a.txt","content_type":"text/plain","byte_size":2}}`, nil, 0},
		{"widget_close", "GET " + wid + "/conversations/toggle_status", "W/conversations/toggle_status", "", nil, 0},
		{"widget_inbox_delete", "DELETE " + acct + "/inboxes/{id}", "A/inboxes/{site}", "", nil, 0},
	}
}
