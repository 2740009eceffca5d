package dashboard_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestAccountPage(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		ada := w.signIn("ada@acme.example")
		ada.get("settings/account").expect(http.StatusOK, `value="Acme"`)
		ada.post("settings/account", "name", "Acme Ltd", "locale", "pt_BR", "timezone", "America/Sao_Paulo", "open_limit", "7",
			"auto_resolve_after", "2", "auto_resolve_unit", "days", "auto_resolve_message", "Tchau", "opt_out_words", "parar, chega").
			to("settings/account").expect(http.StatusOK, `value="Acme Ltd"`, `value="2"`, "Tchau</textarea>", `value="parar, chega"`, "Salvo", `lang="pt-BR"`)
		a, err := w.admin.Accounts.Get(w.Context())
		require.NoError(w, err)
		require.Equal(w, 7, a.OpenLimit)
		require.InDelta(w, 2*24*60, a.Settings["auto_resolve_after"], 0)

		ada.post("settings/account", "name", "Acme Ltd", "timezone", "Mars/Olympus", "domain", "half.typed").
			wrong("timezone", "n").expect(http.StatusUnprocessableEntity, `value="half.typed"`)
		ada.post("settings/account", "name", "Acme Ltd", "auto_resolve_after", "5", "auto_resolve_unit", "minutes").wrong("auto_resolve_after", "10")
		ada.post("settings/account", "name", "Acme Ltd", "open_limit", "some").wrong("open_limit", "n")
		ada.post("settings/account", "name", "Acme Ltd", "locale", "en").to("settings/account").expect(http.StatusOK).without("Tchau", "parar, chega")

		bob := w.signIn("bob@acme.example")
		bob.get("settings/account").expect(http.StatusForbidden)
		bob.post("settings/account", "name", "Bob's").expect(http.StatusForbidden)
		bob.get("settings").to("settings/agents").expect(http.StatusOK).without("settings/account", "settings/agents/new")
	})
}

func TestAgentsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	ada.get("settings/agents").expect(http.StatusOK, "Bob Stone", "bob@acme.example")

	ada.post("settings/agents/new", "emails", "").wrong("emails", "can&#39;t be blank")
	p := ada.post("settings/agents/new", "emails", "eve@acme.example, bob@acme.example\nmal@acme.example", "role", "supervisor")
	p.wrong("emails", "bob@acme.example: is an agent").without(">eve@acme.example").expect(http.StatusUnprocessableEntity, "mal@acme.example</textarea>")
	ada.post("settings/agents/new", "emails", "mal@acme.example", "role", "supervisor").to("settings/agents").
		expect(http.StatusOK, "eve@acme.example", "mal@acme.example", "Supervisor", "Invited")

	role, err := w.admin.Roles.Create(t.Context(), helpdesk.RoleInput{Name: "Night shift", Permissions: helpdesk.ManageAll})
	require.NoError(t, err)
	path := "settings/agents/" + str(w.bob.ID)
	ada.get(path).expect(http.StatusOK, "Night shift", `value="Bob Stone"`)
	ada.post(path, "name", "Bob S.", "role", "custom "+str(role.ID), "availability", "busy", "open_limit", "3", "skills", "VIP, billing").
		to("settings/agents").expect(http.StatusOK, "Bob S.", "Night shift", "billing, vip", ">3<")
	ada.post(path, "name", "", "role", "agent", "availability", "busy", "skills", "half typed").wrong("name", "can&#39;t be blank").expect(http.StatusUnprocessableEntity, "half typed")
	ada.post(path, "name", "Bob", "role", "custom 999", "availability", "busy").wrong("role", "does not exist")
	ada.post(path, "name", "Bob", "role", "agent", "availability", "busy", "hours_enabled", "true", "timezone", "Mars/Olympus").wrong("timezone", "is not a time zone")
	ada.post(path, "name", "Bob", "role", "agent", "availability", "busy", "day1.mode", "hours", "day1.from", "late", "day1.to", "later").wrong("working_hours", "Monday")
	ada.post(path, "name", "Bob S.", "role", "agent", "availability", "busy", "hours_enabled", "true", "timezone", "Europe/Lisbon", "day1.mode", "hours", "day1.from", "09:00", "day1.to", "17:30").to("settings/agents")
	ada.get(path).expect(http.StatusOK, `value="Europe/Lisbon"`, `value="17:30"`)

	own := "settings/agents/" + str(w.ada.ID)
	ada.post(own, "name", "Ada", "role", "agent", "availability", "online").wrong("role", "cannot be taken from yourself")
	ada.post(own + "/delete").expect(http.StatusUnprocessableEntity)
	ada.post(path + "/delete").to("settings/agents").expect(http.StatusOK).without("Bob S.")
}
