package dashboard_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

var hiddenToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

const importFile = "email;Name;tags;pet;id\nann@x.example;Ann;vip;cat;1\nbroken;Bob;;;2\nc@x.example;<b>C</b>;nolabel;;3\nd@x.example;=1+1;;dog;4\n"

// A file is looked at before it is taken; what was refused can be fetched, and why
// stands on the page.
func TestImport(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		w.label("vip")
		ada := w.signIn(w.ada.Email)
		template := ada.get("contacts/import/contacts.csv").expect(http.StatusOK, "name,email,phone_number,identifier,company,city,country,tags")
		require.Contains(w, template.Header.Get("Content-Disposition"), "attachment")
		ada.post("contacts/import").expect(http.StatusUnprocessableEntity, "Choose a file first")
		for content, wrong := range map[string]string{
			"":                                    "needs a column email, phone_number or identifier",
			"name\nBob\n":                         "needs a column email, phone_number or identifier",
			"email\n":                             "has no rows",
			"email,email\na@x.example,1":          "has the column email twice",
			"email\n" + strings.Repeat("\x00", 9): "is not a text file",
			strings.Repeat("email\n", 2_000_000):  "is larger than 10 MB",
		} {
			ada.send("contacts/import", []upload{{"import_file", "p.csv", content}}).expect(http.StatusUnprocessableEntity, "The file", wrong, `id="n-import_file"`)
		}
		shown := ada.send("contacts/import", []upload{{"import_file", `"><script>.csv`, importFile}}).
			expect(http.StatusOK, "4 rows were found", "ann@x.example", "&lt;b&gt;C&lt;/b&gt;", "Labels to add", "New attribute, as text", "“pet” is no attribute", "Passed over", "Import 4 rows").
			without("<b>C</b>", `"><script>`)
		require.Equal(w, 0, w.countContacts(), "nothing is stored before it is confirmed")
		token := hiddenToken.FindStringSubmatch(shown.Body)[1]
		bob := w.signIn(w.bob.Email)
		bob.post("contacts/import/start", "token", token).expect(http.StatusForbidden)
		ada.post("contacts/import/start", "token", "forged").expect(http.StatusUnprocessableEntity, "choose it again")
		ada.post("contacts/import/start", "token", token).to("contacts/import").expect(http.StatusOK, "The import has started", "Running", `data-poll="tasks"`, "0 of 4 rows taken")
		w.runTasks()
		over := ada.get("contacts/import").expect(http.StatusOK, "2 of 4 rows taken", "2 rows refused", "Line 3:", "is not an e-mail address", "nolabel", "Refused rows").without("data-poll")
		_, link, _ := strings.Cut(over.Body, `class="button small" href="`)
		link, _, _ = strings.Cut(link, `"`)
		ada.get(link).expect(http.StatusOK, "broken", "nolabel", "errors").without("ann@x.example")
		require.Equal(w, 2, w.countContacts())
	})
}

func (w *world) countContacts() int {
	w.Helper()
	_, n, err := w.admin.Contacts.List(w.Context(), helpdesk.ContactFilter{}, helpdesk.Page{Limit: 1})
	require.NoError(w, err)
	return n
}

// What the list shows is what is exported.
func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.label("vip")
	ann := w.contact("Ann", "ann@x.example", "")
	w.contact("=Bea", "bea@x.example", "")
	w.contact("Visitor", "", "")
	_, err := w.admin.Contacts.SetLabels(t.Context(), ann.ID, []string{"vip"})
	require.NoError(t, err)
	ada := w.signIn(w.ada.Email)
	ada.get("contacts/export").expect(http.StatusOK, "2 contacts with an e-mail", "Phone")
	ada.get("contacts/export?label=vip").expect(http.StatusOK, "1 contact with an e-mail", "Label vip")
	ada.get("contacts/export?where=broken").expect(http.StatusUnprocessableEntity)
	ada.post("contacts/export?label=vip", "column_names", strings.Repeat("x", 256)).wrong("column_names", "longer than 255")
	for query, holds := range map[string]string{"?label=vip": "Ann", "?q=bea": "=Bea"} {
		done := ada.post("contacts/export"+query, "column_names", "email", "column_names", "name")
		require.Equal(t, http.StatusSeeOther, done.Status, done.Body)
		ada.get("contacts/export").expect(http.StatusOK, "Running")
		w.runTasks()
		page := ada.get("contacts/export").expect(http.StatusOK, "1 of 1 contacts written", "Download")
		_, link, _ := strings.Cut(page.Body, `class="button small" href="`)
		link, _, _ = strings.Cut(link, `"`)
		file := ada.get(link).expect(http.StatusOK, `"email","name"`, holds)
		require.Equal(t, 2, strings.Count(strings.TrimSpace(file.Body), "\n")+1)
	}
}
