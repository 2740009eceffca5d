package messenger_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/messenger/messengersim"
)

func codes(h *helpdesk.Health) (list []string) {
	for _, p := range h.Problems {
		list = append(list, p.Code)
	}
	return list
}

func TestConnectAndCheck(t *testing.T) {
	t.Parallel()
	sim := messengersim.New(t, messengersim.Options{})
	page := sim.Page("Shop")
	o := messenger.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()}
	with := func(more map[string]any) json.RawMessage {
		all := map[string]any{}
		require.NoError(t, json.Unmarshal(page.Settings(), &all))
		for key, value := range more {
			all[key] = value
		}
		raw, err := json.Marshal(all)
		require.NoError(t, err)
		return raw
	}
	check := func(settings json.RawMessage) *helpdesk.Health {
		t.Helper()
		h, err := open(t, o, settings).(helpdesk.Checker).Check(t.Context())
		require.NoError(t, err)
		return h
	}
	require.Equal(t, []string{"webhook"}, codes(check(page.Settings())))
	sender := open(t, o, page.Settings())
	require.NoError(t, sender.(helpdesk.Connector).Connect(t.Context(), "https://desk.example/hooks/x"))
	require.Contains(t, page.Subscribed(), "message_echoes")
	h := check(page.Settings())
	require.Empty(t, h.Problems)
	require.Equal(t, "Shop", h.Facts["name"])
	require.NoError(t, sender.(helpdesk.Connector).Connect(t.Context(), ""), "again does no harm")

	require.Equal(t, []string{"verify_token"}, codes(check(with(map[string]any{"verify_token": ""}))))
	require.Equal(t, []string{"secret"}, codes(check(with(map[string]any{"app_secret": "another"}))))
	require.Equal(t, []string{"token"}, codes(check(with(map[string]any{"page_access_token": "another"}))))
	require.Equal(t, []string{"page"}, codes(check(with(map[string]any{"page_id": "1"}))))
	require.Equal(t, []string{"app", "webhook"}, codes(check(with(map[string]any{"app_id": "1"}))))
	page.Scopes = []string{"pages_messaging"}
	require.Equal(t, []string{"permission"}, codes(check(page.Settings())))

	require.NoError(t, sender.(helpdesk.Disconnector).Disconnect(t.Context()))
	require.Empty(t, page.Subscribed())
	page.Revoke()
	h = check(page.Settings())
	require.Equal(t, []string{"token"}, codes(h))
	require.True(t, h.Problems[0].Revoked)
	require.Equal(t, "revoked", outcome(sender.(helpdesk.Connector).Connect(t.Context(), "")))
	_, err := open(t, messenger.Options{BaseURL: "http://127.0.0.1:1"}, page.Settings()).(helpdesk.Checker).Check(t.Context())
	require.Error(t, err, "nobody can tell")
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	sim := messengersim.New(t, messengersim.Options{})
	one, two, three := sim.Page("One"), sim.Page("Two"), sim.Page("Three")
	o := messenger.Options{BaseURL: sim.URL(), HTTPClient: sim.Client(), AppID: sim.AppID(), AppSecret: sim.AppSecret(), VerifyToken: "v"}
	bo := sim.User()
	code := bo.Grants(one.Account, two.Account, three.Account)
	a, err := messenger.Authorize(t.Context(), o, code, "https://desk.example/back")
	require.NoError(t, err)
	require.Equal(t, bo.ID, a.UserID)
	require.Len(t, a.Pages, 3, "from two pages of the answer")
	require.Equal(t, messenger.Page{ID: one.ID, Name: "One", Token: one.Token, Messaging: true}, a.Pages[0])
	require.Nil(t, a.Settings("1"))
	raw, err := json.Marshal(a.Settings(one.ID))
	require.NoError(t, err)
	sender := open(t, o, raw)
	require.NoError(t, sender.(helpdesk.Connector).Connect(t.Context(), ""))
	h, err := sender.(helpdesk.Checker).Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, h.Problems)

	_, err = messenger.Authorize(t.Context(), o, code, "https://desk.example/back")
	require.ErrorContains(t, err, "code", "it works once")
	_, err = messenger.AuthorizeToken(t.Context(), o, "forged")
	require.ErrorIs(t, err, helpdesk.Invalid)
	_, err = messenger.Authorize(t.Context(), messenger.Options{}, code, "")
	require.ErrorIs(t, err, helpdesk.Unsupported)
	_, err = messenger.AuthorizeURL(messenger.Options{}, "", "")
	require.ErrorIs(t, err, helpdesk.Unsupported)
	address, err := messenger.AuthorizeURL(o, "https://desk.example/back", "s")
	require.NoError(t, err)
	require.Contains(t, address, "pages_messaging")

	bo.Grants(two.Account) // and no longer the first
	again, err := messenger.AuthorizeToken(t.Context(), o, bo.ShortToken())
	require.NoError(t, err)
	require.Len(t, again.Pages, 1)
	h, err = sender.(helpdesk.Checker).Check(t.Context())
	require.NoError(t, err)
	require.True(t, h.Problems[0].Revoked, "the dropped page has to be connected again")
}
