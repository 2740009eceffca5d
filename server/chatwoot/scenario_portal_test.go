package chatwoot_test

func portalScenario() []step {
	const (
		portals    = acct + "/portals"
		portal     = portals + "/{portal_slug}"
		categories = portal + "/categories"
		articles   = portal + "/articles"
	)
	return []step{
		{"portals_create", "POST " + portals, "A/portals", `{"portal":{"name":"Handbook","slug":"handbook","color":"#1F93FF","custom_domain":"https://Help.acme.example/start","header_text":"How it works","homepage_link":"https://acme.example","page_title":"Acme help","config":{"default_locale":"en","allowed_locales":["en","pt_BR"]}},"inbox_id":{inbox}}`, nil, 0},
		{"portals_update", "PATCH " + portal, "A/portals/handbook", `{"name":"The Handbook"}`, nil, 0},
		{"categories_create", "POST " + categories, "A/portals/handbook/categories", `{"category":{"name":"Basics","slug":"basics","locale":"en","description":"where to begin","icon":"📚"}}`, map[string]string{"category": "payload.id"}, 0},
		{"categories_translate", "POST " + categories, "A/portals/handbook/categories", `{"name":"Primeiros passos","slug":"basics","locale":"pt_BR","associated_category_id":{category},"parent_category_id":{category},"related_category_ids":[{category}],"position":5}`, map[string]string{"passos": "payload.id"}, 0},
		{"categories_update", "PATCH " + categories + "/{id}", "A/portals/handbook/categories/{category}", `{"position":20}`, nil, 0},
		{"articles_create", "POST " + articles, "A/portals/handbook/articles", `{"article":{"title":"Your first réply","content":"Press **Send**.","description":"how to answer","author_id":{ada},"category_id":{category},"meta":{"title":"First reply","description":"d","tags":["reply"]}}}`, map[string]string{"article": "payload.id"}, 0},
		{"articles_translate", "POST " + articles, "A/portals/handbook/articles", `{"title":"A primeira resposta","slug":"primeira","content":"Aperte","author_id":{bo},"locale":"pt_BR","status":1,"associated_article_id":{article}}`, map[string]string{"resposta": "payload.id"}, 0},
		{"articles_update", "PATCH " + articles + "/{id}", "A/portals/handbook/articles/{article}", `{"status":"published"}`, nil, 0},
		{"articles_reorder", "POST " + articles + "/reorder", "A/portals/handbook/articles/reorder", `{"positions_hash":{"{article}":30}}`, nil, 0},
		{"articles_show", "GET " + articles + "/{id}", "A/portals/handbook/articles/{article}", "", nil, 0},
		{"articles", "GET " + articles, "A/portals/handbook/articles?page=1&locale=en&query=SEND&category_slug=basics", "", nil, 0},
		{"articles_found", "GET " + acct + "/search/articles", "A/search/articles?q=first", "", nil, 0},
		{"categories_show", "GET " + categories + "/{id}", "A/portals/handbook/categories/{passos}", "", nil, 0},
		{"categories", "GET " + categories, "A/portals/handbook/categories?locale=en", "", nil, 0},
		{"portals_show", "GET " + portal, "A/portals/handbook", "", nil, 0},
		{"portals", "GET " + portals, "A/portals", "", nil, 0},
		{"portals_instructions", "POST " + portal + "/send_instructions", "A/portals/handbook/send_instructions", `{"email":"it@acme.example"}`, nil, 422},
		{"portals_archive", "PATCH " + portal + "/archive", "A/portals/handbook/archive", "", nil, 0},
		{"portals_logo_delete", "DELETE " + portal + "/logo", "A/portals/handbook/logo", "", nil, 0},
		{"articles_delete", "DELETE " + articles + "/{id}", "A/portals/handbook/articles/{article}", "", nil, 0},
		{"categories_delete", "DELETE " + categories + "/{id}", "A/portals/handbook/categories/{category}", "", nil, 0},
		{"portals_delete", "DELETE " + portal, "A/portals/handbook", "", nil, 0},
	}
}
