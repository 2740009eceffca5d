package chatwoot_test

func botScenario() []step {
	bot, role := acct+"/agent_bots", acct+"/custom_roles"
	return []step{
		{"bots_create", "POST " + bot, "A/agent_bots", `{"name":"Robo","description":"answers first","outgoing_url":"{endpoint}/robo","avatar_url":"https://robo.example/face.png","bot_type":0,"bot_config":{"tone":"kind"}}`, map[string]string{"bot": "id"}, 0},
		{"bots_update", "PATCH " + bot + "/{id}", "A/agent_bots/{bot}", `{"description":"answers before people do"}`, nil, 0},
		{"bots_show", "GET " + bot + "/{id}", "A/agent_bots/{bot}", "", nil, 0},
		{"bots_avatar_delete", "DELETE " + bot + "/{id}/avatar", "A/agent_bots/{bot}/avatar", "", nil, 0},
		{"bots_token_reset", "POST " + bot + "/{id}/reset_access_token", "A/agent_bots/{bot}/reset_access_token", "", nil, 0},
		{"bots", "GET " + bot, "A/agent_bots", "", nil, 0},
		{"inbox_bot_set", "POST " + acct + "/inboxes/{id}/set_agent_bot", "A/inboxes/{inbox}/set_agent_bot", `{"agent_bot":{bot}}`, nil, 0},
		{"inbox_bot", "GET " + acct + "/inboxes/{id}/agent_bot", "A/inboxes/{inbox}/agent_bot", "", nil, 0},
		{"bot_conversation", "POST " + acct + "/conversations", "A/conversations", `{"inbox_id":{inbox},"contact_id":{contact},"source_id":"dora-1"}`, map[string]string{"botconv": "id"}, 0},
		{"bot_assigned", "POST " + conv + "/assignments", "A/conversations/{botconv}/assignments", `{"assignee_id":{bot},"assignee_type":"AgentBot"}`, nil, 0},
		{"bot_message", "POST " + conv + "/messages", "A/conversations/{botconv}/messages", `{"content":"Beep","sender_type":"AgentBot","sender_id":{bot}}`, nil, 0},
		{"bot_owner", "GET " + conv, "A/conversations/{botconv}", "", nil, 0},
		{"inbox_bot_unset", "POST " + acct + "/inboxes/{id}/set_agent_bot", "A/inboxes/{inbox}/set_agent_bot", `{"agent_bot":null}`, nil, 0},
		{"inbox_bot_none", "GET " + acct + "/inboxes/{id}/agent_bot", "A/inboxes/{inbox}/agent_bot", "", nil, 0},
		{"bots_delete", "DELETE " + bot + "/{id}", "A/agent_bots/{bot}", "", nil, 0},
		{"roles_create", "POST " + role, "A/custom_roles", `{"name":"Campaigner","description":"runs campaigns","permissions":["conversation_unassigned_manage","campaign_manage"]}`, map[string]string{"role": "id"}, 0},
		{"roles_update", "PATCH " + role + "/{id}", "A/custom_roles/{role}", `{"custom_role":{"permissions":["campaign_manage","label_manage","contact_manage"]}}`, nil, 0},
		{"roles_show", "GET " + role + "/{id}", "A/custom_roles/{role}", "", nil, 0},
		{"roles", "GET " + role, "A/custom_roles", "", nil, 0},
		{"agent_with_role", "PATCH " + acct + "/agents/{id}", "A/agents/{bo}", `{"role":"agent","custom_role_id":{role}}`, nil, 0},
		{"agent_without_role", "PATCH " + acct + "/agents/{id}", "A/agents/{bo}", `{"role":"agent","custom_role_id":null}`, nil, 0},
		{"roles_delete", "DELETE " + role + "/{id}", "A/custom_roles/{role}", "", nil, 0},
	}
}

func platformScenario() []step {
	const p = "/platform/api/v1"
	return []step{
		{"p_accounts_create", "POST " + p + "/accounts", p + "/accounts", `{"name":"Branch","locale":"pt_BR","domain":"branch.example","support_email":"help@branch.example","status":"active","features":{"agent_bots":true,"campaigns":false},"custom_attributes":{"plan":"gold"}}`, map[string]string{"branch": "id"}, 0},
		{"p_accounts_update", "PATCH " + p + "/accounts/{id}", p + "/accounts/{branch}", `{"status":"suspended","custom_attributes":{"plan":"free"}}`, nil, 0},
		{"p_accounts_show", "GET " + p + "/accounts/{id}", p + "/accounts/{branch}", "", nil, 0},
		{"p_accounts", "GET " + p + "/accounts", p + "/accounts", "", nil, 0},
		{"p_users_create", "POST " + p + "/users", p + "/users", `{"name":"Cleo","display_name":"Cleo C.","email":"cleo@branch.example","password":"Sup3r-secret","custom_attributes":{"shift":"late"}}`, map[string]string{"cleo": "id"}, 0},
		{"p_users_update", "PATCH " + p + "/users/{id}", p + "/users/{cleo}", `{"email":"cleo.c@branch.example","custom_attributes":{"desk":4}}`, nil, 0},
		{"p_users_show", "GET " + p + "/users/{id}", p + "/users/{cleo}", "", nil, 0},
		{"p_users_login", "GET " + p + "/users/{id}/login", p + "/users/{cleo}/login", "", nil, 0},
		{"p_users_token", "POST " + p + "/users/{id}/token", p + "/users/{cleo}/token", "", nil, 0},
		{"p_members_set", "POST " + p + "/accounts/{account_id}/account_users", p + "/accounts/{branch}/account_users", `{"user_id":{cleo},"role":"agent"}`, nil, 0},
		{"p_members_again", "POST " + p + "/accounts/{account_id}/account_users", p + "/accounts/{branch}/account_users", `{"user_id":{cleo},"role":"administrator"}`, nil, 0},
		{"p_members", "GET " + p + "/accounts/{account_id}/account_users", p + "/accounts/{branch}/account_users", "", nil, 0},
		{"p_bots_create", "POST " + p + "/agent_bots", p + "/agent_bots", `{"name":"House bot","description":"everybody's","outgoing_url":"https://bot.example/in"}`, map[string]string{"housebot": "id"}, 0},
		{"p_bots_create_in", "POST " + p + "/agent_bots", p + "/agent_bots", `{"name":"Branch bot","account_id":{branch}}`, map[string]string{"branchbot": "id"}, 0},
		{"p_bots_update", "PATCH " + p + "/agent_bots/{id}", p + "/agent_bots/{housebot}", `{"outgoing_url":"https://bot.example/new"}`, nil, 0},
		{"p_bots_update_in", "PATCH " + p + "/agent_bots/{id}", p + "/agent_bots/{branchbot}", `{"description":"of the branch"}`, nil, 0},
		{"p_bots_show", "GET " + p + "/agent_bots/{id}", p + "/agent_bots/{housebot}", "", nil, 0},
		{"p_bots", "GET " + p + "/agent_bots", p + "/agent_bots", "", nil, 0},
		{"p_bots_seen", "GET " + acct + "/agent_bots", "A/agent_bots", "", nil, 0},
		{"p_bots_delete", "DELETE " + p + "/agent_bots/{id}", p + "/agent_bots/{housebot}", "", nil, 0},
		{"p_members_delete", "DELETE " + p + "/accounts/{account_id}/account_users", p + "/accounts/{branch}/account_users?user_id={cleo}", "", nil, 0},
		{"p_users_delete", "DELETE " + p + "/users/{id}", p + "/users/{cleo}", "", nil, 0},
		{"p_accounts_delete", "DELETE " + p + "/accounts/{id}", p + "/accounts/{branch}", "", nil, 0},
		{"p_accounts_gone", "GET " + p + "/accounts/{id}", p + "/accounts/{branch}", "", nil, 404},
	}
}

func integrationScenario() []step {
	apps, hooks, pages := acct+"/integrations/apps", acct+"/integrations/hooks", acct+"/dashboard_apps"
	return []step{
		{"hooks_create", "POST " + hooks, "A/integrations/hooks", `{"app_id":"openai","settings":{"api_key":"sk-1","label_suggestion":true}}`, map[string]string{"integration": "id"}, 0},
		{"hooks_create_inbox", "POST " + hooks, "A/integrations/hooks", `{"hook":{"app_id":"dialogflow","inbox_id":{inbox},"status":0,"settings":{"project_id":"p","credentials":{"type":"service_account"}}}}`, nil, 0},
		{"hooks_update", "PATCH " + hooks + "/{id}", "A/integrations/hooks/{integration}", `{"status":false}`, nil, 0},
		{"hooks_process", "POST " + hooks + "/{id}/process_event", "A/integrations/hooks/{integration}/process_event", `{"event":{"name":"rephrase"}}`, nil, 422},
		{"apps", "GET " + apps, "A/integrations/apps", "", nil, 0},
		{"apps_show", "GET " + apps + "/{id}", "A/integrations/apps/openai", "", nil, 0},
		{"hooks_delete", "DELETE " + hooks + "/{id}", "A/integrations/hooks/{integration}", "", nil, 0},
		{"notion_delete", "DELETE " + acct + "/integrations/notion", "A/integrations/notion", "", nil, 0},
		{"shopify_delete", "DELETE " + acct + "/integrations/shopify", "A/integrations/shopify", "", nil, 0},
		{"shopify_auth", "POST " + acct + "/integrations/shopify/auth", "A/integrations/shopify/auth", `{"shop_domain":"toys.example"}`, nil, 422},
		{"shopify_orders", "GET " + acct + "/integrations/shopify/orders", "A/integrations/shopify/orders?contact_id={contact}", "", nil, 422},
		{"pages_create", "POST " + pages, "A/dashboard_apps", `{"title":"Orders","content":[{"type":"frame","url":"https://orders.example/panel"}]}`, map[string]string{"page": "id"}, 0},
		{"pages_update", "PATCH " + pages + "/{id}", "A/dashboard_apps/{page}", `{"dashboard_app":{"title":"All orders"}}`, nil, 0},
		{"pages_show", "GET " + pages + "/{id}", "A/dashboard_apps/{page}", "", nil, 0},
		{"pages", "GET " + pages, "A/dashboard_apps", "", nil, 0},
		{"pages_delete", "DELETE " + pages + "/{id}", "A/dashboard_apps/{page}", "", nil, 204},
	}
}
