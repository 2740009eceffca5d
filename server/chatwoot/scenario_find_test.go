package chatwoot_test

func searchScenario() []step {
	return []step{
		{"search", "GET " + acct + "/search", "A/search?q=dora", "", nil, 0},
		{"search_conversations", "GET " + acct + "/search/conversations", "A/search/conversations?q=dora@mail", "", nil, 0},
		{"search_contacts", "GET " + acct + "/search/contacts", "A/search/contacts?q=toys&page=1", "", nil, 0},
		{"search_messages", "GET " + acct + "/search/messages", "A/search/messages?q=hello+do&from=agent:{ada}&inbox_id={inbox}&since=1577836800", "", nil, 0},
		{"search_articles", "GET " + acct + "/search/articles", "A/search/articles?q=dora", "", nil, 0},
		{"conversations_search", "GET " + acct + "/conversations/search", "A/conversations/search?q=than", "", nil, 0},
	}
}

func notificationScenario() []step {
	a := acct + "/notifications"
	return []step{
		{"notification_settings", "GET " + acct + "/notification_settings", "A/notification_settings", "", nil, 0},
		{"notification_settings_update", "PATCH " + acct + "/notification_settings", "A/notification_settings", `{"notification_settings":{"selected_email_flags":["email_conversation_mention"],"selected_push_flags":[]}}`, nil, 0},
		{"notifications", "GET " + a, "A/notifications", "", map[string]string{"notification": "data.payload.0.id", "primary": "data.payload.0.primary_actor_id"}, 0},
		{"notifications_unread_count", "GET " + a + "/unread_count", "A/notifications/unread_count", "", nil, 0},
		{"notifications_snooze", "POST " + a + "/{id}/snooze", "A/notifications/{notification}/snooze", `{"snoozed_until":1773590400}`, nil, 0},
		{"notifications_read", "PATCH " + a + "/{id}", "A/notifications/{notification}", "", nil, 0},
		{"notifications_unread", "POST " + a + "/{id}/unread", "A/notifications/{notification}/unread", "", nil, 0},
		{"notifications_all", "GET " + a, "A/notifications?includes[]=read&includes[]=snoozed&sort_order=asc&page=1", "", nil, 0},
		{"notifications_read_all", "POST " + a + "/read_all", "A/notifications/read_all", `{"primary_actor_type":"Conversation","primary_actor_id":{primary}}`, nil, 0},
		{"notifications_delete", "DELETE " + a + "/{id}", "A/notifications/{notification}", "", nil, 0},
		{"notifications_destroy_all", "POST " + a + "/destroy_all", "A/notifications/destroy_all", `{"type":"read"}`, nil, 0},
		{"notification_subscriptions_create", "POST /api/v1/notification_subscriptions", "/api/v1/notification_subscriptions", `{"notification_subscription":{"subscription_type":"fcm","subscription_attributes":{"device_id":"phone-1","push_token":"t-1"}}}`, nil, 0},
		{"notification_subscriptions_delete", "DELETE /api/v1/notification_subscriptions", "/api/v1/notification_subscriptions", `{"push_token":"t-1"}`, nil, 0},
	}
}
