package chatwoot_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// imported sends a file and returns the task it started, once it is over.
func (w *world) imported(token, content string) answer {
	w.Helper()
	got := w.send(request{method: "POST", path: w.path("/contacts/import"), token: token, file: content})
	require.Equal(w, http.StatusOK, got.status, got.body)
	require.Empty(w, got.body)
	require.NoError(w, w.e.RunDue(w.Context()))
	all := w.send(request{method: "GET", path: w.path("/bulk_actions"), token: token})
	return w.send(request{method: "GET", path: w.path("/bulk_actions/" + all.id("payload.0.id")), token: token})
}

func TestImportOverTheWire(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		template := w.call("GET", "/contacts/import_template", nil)
		require.Equal(t, "name,email,phone_number,identifier,company,city,country,tags\n", template.body)
		require.Contains(t, template.header.Get("Content-Disposition"), "import_template.csv")

		bobID, bob := w.invite("Bob", "administrator")
		task := w.imported(bob, "name,email\nDora,dora@mail.example\nEve,broken\n")
		require.Equal(t, "ContactImport", task.at("type"))
		require.EqualValues(t, 1, task.at("done"))
		require.EqualValues(t, 1, task.at("failed"))
		link := task.at("file_url").(string)
		require.True(t, strings.HasPrefix(link, "https://desk.example/"))
		file := w.raw("GET", link, "")
		require.Equal(t, http.StatusOK, file.status)
		require.Equal(t, "text/csv; charset=utf-8", file.header.Get("Content-Type"))
		require.Contains(t, file.header.Get("Content-Disposition"), "attachment")
		require.Equal(t, "no-store", file.header.Get("Cache-Control"))
		require.Contains(t, file.body, `"Eve","broken",`)
		require.NotContains(t, file.body, "dora@")
		require.Equal(t, http.StatusNotFound, w.raw("GET", strings.Replace(link, "/tasks/", "/tasks/x", 1), "").status)

		require.Equal(t, http.StatusOK, w.send(request{method: "POST", path: w.path("/contacts/export"), token: bob, json: `{"column_names":["email"]}`}).status)
		require.NoError(t, w.e.RunDue(t.Context()))
		all := w.send(request{method: "GET", path: w.path("/bulk_actions"), token: bob})
		require.Equal(t, "ContactExport", all.at("payload.0.type"))
		require.Equal(t, "\"email\"\r\n\"dora@mail.example\"\r\n", w.raw("GET", all.at("payload.0.file_url").(string), "").body)
		require.Empty(t, w.call("GET", "/bulk_actions", nil).at("payload"), "the caller's own")

		w.call("PATCH", "/agents/"+bobID, `{"role":"agent"}`)
		require.Equal(t, http.StatusNotFound, w.raw("GET", link, "").status, "a mere agent")
		for _, r := range []request{
			{method: "POST", path: "/contacts/import", file: "email\na@mail.example\n"}, {method: "POST", path: "/contacts/export"}, {method: "GET", path: "/contacts/import_template"},
		} {
			r.path, r.token = w.path(r.path), bob
			require.Equal(t, http.StatusUnauthorized, w.send(r).status, r.path)
		}
		ours := w.call("GET", "/bulk_actions/"+task.id("id"), nil).at("file_url").(string)
		require.Equal(t, http.StatusOK, w.raw("GET", ours, "").status)
		w.clock.add(25 * time.Hour)
		require.Equal(t, http.StatusNotFound, w.raw("GET", ours, "").status, "a day is over")
		require.Nil(t, w.call("GET", "/bulk_actions/"+task.id("id"), nil).at("file_url"))
	})
}

func TestImportRefusesFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	none := w.send(request{method: "POST", path: w.path("/contacts/import"), token: w.token})
	require.Equal(t, http.StatusUnprocessableEntity, none.status)
	require.JSONEq(t, `{"error":"File is blank"}`, none.body)
	bad := w.send(request{method: "POST", path: w.path("/contacts/import"), token: w.token, file: "name,name\nx,y\n"})
	require.Equal(t, http.StatusUnprocessableEntity, bad.status)
	require.Contains(t, bad.body, "has the column name twice; needs a column email, phone_number or identifier")
	require.Equal(t, []any{"import_file"}, bad.at("attributes"))
}
