package chatwoot_test

// importScenario is contacts from and to files.
func importScenario() []step {
	const contacts = acct + "/contacts"
	return []step{
		{"contacts_import_template", "GET " + contacts + "/import_template", "A/contacts/import_template", "", nil, 0},
		{"contacts_import", "POST " + contacts + "/import", "A/contacts/import", "import_file=name,email,city,tags\nDora Import,dora@mail.example,Natal,vip\nNobody,,Natal,\n", nil, 0},
		{"contacts_export", "POST " + contacts + "/export", "A/contacts/export", `{"payload":[{"attribute_key":"city","filter_operator":"equal_to","values":["Natal"]}],"column_names":["id","email","tags","plan"]}`, nil, 0},
		{"contacts_upsert", "POST " + contacts + "/upsert", "A/contacts/upsert", `{"email":"DORA@mail.example","city":"Recife","custom_attributes":{"plan":"free"},"tags":["vip"]}`, nil, 0},
		{"bulk", "GET " + acct + "/bulk_actions", "A/bulk_actions?page=1", "", nil, 0},
	}
}
