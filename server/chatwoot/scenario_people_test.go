package chatwoot_test

// peopleScenario is what one may do to oneself without being locked out.
func peopleScenario() []step {
	return []step{
		{"sign_in_denied", "GET /auth/sign_in", "/auth/sign_in", "", nil, 302},
		{"password_ask_without_mail", "POST /auth/password", "/auth/password", `{"email":"ada@acme.example"}`, nil, 422},
		{"mfa", "GET /api/v1/profile/mfa", "/api/v1/profile/mfa", "", nil, 0},
		{"update_active_at", "POST " + acct + "/update_active_at", "A/update_active_at", "", nil, 0},
	}
}
