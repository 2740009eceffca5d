package chatwoot_test

func realtimeScenario() []step {
	return []step{
		{"cache_keys", "GET " + acct + "/cache_keys", "A/cache_keys", "", nil, 0},
		{"events_poll", "GET " + acct + "/events/poll", "A/events/poll", "", nil, 0},
	}
}
