package dashboard_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// contact is somebody known to the account.
func (w *world) contact(name, email, phone string) *helpdesk.Contact {
	w.Helper()
	c, err := w.admin.Contacts.Create(w.Context(), helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Name: &name, Email: &email, Phone: &phone}})
	require.NoError(w, err)
	return c
}

func (w *world) label(title string) {
	w.Helper()
	_, err := w.admin.Labels.Create(w.Context(), helpdesk.LabelInput{Title: &title})
	require.NoError(w, err)
}

// runTasks does what waits.
func (w *world) runTasks() {
	w.Helper()
	for range 5 {
		w.clock.add(time.Second)
		require.NoError(w, w.e.RunDue(w.Context()))
	}
}

func contactPath(c *helpdesk.Contact, more ...string) string {
	return fmt.Sprintf("contacts/%d%s", c.ID, strings.Join(more, ""))
}

const hostileName = `<img src=x onerror=alert(1)> "O'Neil" مرحبا`

func TestContactList(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		ada := w.signIn(w.ada.Email)
		ada.get("contacts").expect(http.StatusOK, "No contacts yet")
		w.label("vip")
		evil := w.contact(hostileName, "evil@x.example", "")
		long := w.contact(strings.Repeat("å", 255), "", "+5511987654321")
		_, err := w.admin.Contacts.SetLabels(w.Context(), long.ID, []string{"vip"})
		require.NoError(w, err)
		all := ada.get("contacts").expect(http.StatusOK, "2 contacts", "&lt;img src=x", "vip", "5511987654321", ">Contacts<").without("<img src=x")
		require.Contains(w, all.Header.Get("Content-Security-Policy"), "default-src 'none'")
		ada.get("contacts?q=EVIL@x").expect(http.StatusOK, "1 contact<", "evil@x.example").without("5511987654321")
		ada.get("contacts?label=vip").expect(http.StatusOK, "1 contact<").without("evil@x.example")
		ada.get("contacts?q=nobody").expect(http.StatusOK, "No contact fits")
		ada.get("contacts?tab=online").expect(http.StatusOK, "Nobody is online")
		first := ada.get("contacts?sort=email").Body
		require.Less(w, indexOf(first, `id="c-`+fmt.Sprint(long.ID)), indexOf(first, `id="c-`+fmt.Sprint(evil.ID)))
		ada.get("contacts?sort=DROP&view=x&where={}").expect(http.StatusOK, "2 contacts")
		ada.get("contacts?where=nonsense").expect(http.StatusOK, "2 contacts", "no longer there")
		ada.get(`contacts?where={"field":"gone","op":"equal_to","values":["1"]}`).expect(http.StatusOK, "2 contacts", "no longer there")
		ada.get("contacts?view=999").expect(http.StatusNotFound)
	})
}

func TestContactListPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 53 {
		w.contact(fmt.Sprintf("N%02d", i), fmt.Sprintf("n%02d@x.example", i), "")
	}
	ada := w.signIn(w.ada.Email)
	one := ada.get("contacts?sort=name").expect(http.StatusOK, "53 contacts", "N49<").without("N50<")
	_, next, _ := strings.Cut(one.Body, `class="contact-more"><a class="button" href="`)
	next, _, _ = strings.Cut(next, `"`)
	ada.get(strings.ReplaceAll(next, "&amp;", "&")).expect(http.StatusOK, "N50<", "N52<").without("N49<", "contact-more")
}

// The builder's filter narrows the list, becomes a view, and what is wrong with it
// is shown with nothing lost.
func TestContactFilterAndViews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.contact("Ann", "ann@x.example", "")
	w.contact("Bea", "bea@x.example", "")
	ada := w.signIn(w.ada.Email)
	fields := func(value string) []string {
		return []string{
			"where", "0", "where.0.join", "and", "where", "0.0", "where.0.0.field", "name", "where.0.0.op", "contains", "where.0.0.value", value,
		}
	}
	ada.post("contacts/filter", append(fields("nn"), "where.do", "row:0")...).expect(http.StatusOK, "is-open", `value="nn"`, "where.0.1.field")
	ada.post("contacts/filter", fields("")...).expect(http.StatusUnprocessableEntity, "Choose or enter a value")
	done := ada.post("contacts/filter", fields("nn")...)
	require.Equal(t, http.StatusSeeOther, done.Status, done.Body)
	list := done.Header.Get("Location")
	ada.get(list).expect(http.StatusOK, "1 contact<", "ann@x.example").without("bea@x.example")

	ada.post("contacts/views", "back", list, "name", "").expect(http.StatusUnprocessableEntity, "can&#39;t be blank")
	saved := ada.post("contacts/views", "back", list, "name", "The <b>Anns</b>")
	require.Equal(t, http.StatusSeeOther, saved.Status)
	view := saved.Header.Get("Location")
	ada.get(view).expect(http.StatusOK, "1 contact<", "The &lt;b&gt;Anns&lt;/b&gt;", "Saved")
	ada.get(view+"&q=bea").expect(http.StatusOK, "No contact fits")
	bob := w.signIn(w.bob.Email)
	bob.get(view).expect(http.StatusNotFound)
	bob.get("contacts").expect(http.StatusOK).without("Anns")
	_, id, _ := strings.Cut(view, "view=")
	bob.post("contacts/views/" + id + "/delete").expect(http.StatusNotFound)
	ada.post("contacts/views/"+id+"/delete").to("contacts").expect(http.StatusOK, "2 contacts").without("Anns")
	off := ada.post("contacts/filter", append(fields("nn"), "back", "https://evil.example/contacts")...)
	require.True(t, strings.HasPrefix(off.Header.Get("Location"), "/app/accounts/"), "no open redirect")
}

func TestContactsInBulk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.label("vip")
	ann, bea := w.contact("Ann", "ann@x.example", ""), w.contact("Bea", "bea@x.example", "")
	ada, bob := w.signIn(w.ada.Email), w.signIn(w.bob.Email)
	ada.post("contacts/change", "add", "vip").expect(http.StatusUnprocessableEntity)
	ada.post("contacts/change", "add", "vip", "contact", fmt.Sprint(ann.ID), "contact", fmt.Sprint(bea.ID)).to("contacts").expect(http.StatusOK, "Working: 0 of 2", "data-poll")
	w.runTasks()
	ada.get("contacts?label=vip").expect(http.StatusOK, "2 contacts changed", "2 contacts<", "<span>vip</span></span></span></td>")
	bob.post("contacts/delete", "contact", fmt.Sprint(ann.ID)).expect(http.StatusForbidden)
	ada.post("contacts/delete", "contact", fmt.Sprint(ann.ID)).to("contacts")
	w.runTasks()
	ada.get("contacts").expect(http.StatusOK, "1 contact<").without("ann@x.example")
}

// Every detail is changed by itself, and what is wrong with it stands there.
func TestContactDetails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn(w.ada.Email)
	row := w.contact("Ann", "ann@x.example", "")
	w.contact("Bea", "bea@x.example", "")
	define := func(key string, kind helpdesk.AttributeType, pattern string, choices ...string) string {
		name := "The <i>" + key
		d, err := w.admin.Attributes.Create(t.Context(), helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: key, Type: kind, Name: &name, Pattern: &pattern, Choices: choices})
		require.NoError(t, err)
		return fmt.Sprintf("attribute-%d", d.ID)
	}
	word, number, money := define("word", helpdesk.TextAttribute, "^a+$"), define("number", helpdesk.NumberAttribute, ""), define("money", helpdesk.CurrencyAttribute, "")
	link, day, plan, paid := define("link", helpdesk.LinkAttribute, ""), define("day", helpdesk.DateAttribute, ""), define("plan", helpdesk.ListAttribute, "", "gold", "tin"), define("paid", helpdesk.CheckboxAttribute, "")
	for _, c := range []struct{ field, bad, wrong, good, shown string }{
		{"name", strings.Repeat("x", 256), "is too long", hostileName, "&lt;img src=x"},
		{"email", "nonsense", "is not an e-mail address", "ann@y.example", "ann@y.example"},
		{"email", "BEA@x.example", "has already been taken", "", ""},
		{"phone_number", "12", "is not a possible phone number", "+5511987654321", "5511987654321"},
		{"company", strings.Repeat("x", 256), "is too long", "Acme & Sons", "Acme &amp; Sons"},
		{"city", strings.Repeat("x", 256), "is too long", "Recife", "Recife"},
		{"country", strings.Repeat("x", 256), "is too long", "Brazil", "Brazil"},
		{"identifier", strings.Repeat("x", 256), "is too long", "id-7", "id-7"},
		{word, "bbb", "has the wrong format", "aaa", `value="aaa"`},
		{number, "many", "must be a number", "12.5", `value="12.5"`},
		{money, "1,5", "must be a number", "99", `value="99"`},
		{link, "javascript:alert(1)", "must be a link", "https://x.example/a", "https://x.example/a"},
		{day, "someday", "must be a date", "2026-02-03", `value="2026-02-03"`},
		{plan, "silver", "must be one of the list", "gold", `<option value="gold" selected>`},
		{paid, "", "", "true", " checked"},
	} {
		if c.bad != "" {
			ada.post(contactPath(row), "field", c.field, c.field, c.bad).expect(http.StatusUnprocessableEntity, `id="n-`+c.field+`" role="alert">`+c.wrong, c.bad)
		}
		if c.shown != "" {
			ada.post(contactPath(row), "field", c.field, c.field, c.good).to(contactPath(row)).expect(http.StatusOK, "Saved", c.shown)
		}
	}
	got, err := w.admin.Contacts.Get(t.Context(), row.ID)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"word": "aaa", "number": 12.5, "money": 99.0, "link": "https://x.example/a", "day": "2026-02-03", "plan": "gold", "paid": true}, got.Attributes)
	ada.post(contactPath(row), "field", number).to(contactPath(row))
	ada.post(contactPath(row), "field", "blocked", "blocked", "true").to(contactPath(row)).expect(http.StatusOK, "Unblock", ">Blocked<")
	_, err = w.admin.Contacts.Update(t.Context(), row.ID, helpdesk.ContactChange{Attributes: map[string]any{"odd <key>": "stray <v>"}})
	require.NoError(t, err)
	ada.get(contactPath(row)).expect(http.StatusOK, "odd &lt;key&gt;", "stray &lt;v&gt;")
	ada.post(contactPath(row), "drop", "odd <key>").to(contactPath(row)).without("odd &lt;key&gt;")
	ada.post(contactPath(row), "field", "attribute-999", "attribute-999", "x").expect(http.StatusNotFound)
	ada.post(contactPath(row), "field", "version", "version", "9").expect(http.StatusNotFound)
	got, err = w.admin.Contacts.Get(t.Context(), row.ID)
	require.NoError(t, err)
	require.NotContains(t, got.Attributes, "number")
	require.NotContains(t, got.Attributes, "odd <key>")
}

func TestContactAround(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.label("vip")
	ada := w.signIn(w.ada.Email)
	m := w.receive("src-1", "hello <b>there</b>\nyou")
	conv, err := w.admin.Conversations.Get(t.Context(), m.Conversation)
	require.NoError(t, err)
	row := &helpdesk.Contact{ID: conv.Contact}
	page := ada.get(contactPath(row)).expect(http.StatusOK, "Conversation #1", "hello &lt;b&gt;there&lt;/b&gt; you", "src-1", "Shop", "Contact created", "Nothing said")
	require.Less(t, indexOf(page.Body, "Conversation #1"), indexOf(page.Body, "Contact created"))

	ada.post(contactPath(row, "/labels"), "add", "vip").to(contactPath(row)).expect(http.StatusOK, `value="vip" aria-label="Remove the label vip"`)
	ada.post(contactPath(row, "/labels"), "remove", "vip").to(contactPath(row)).without(`aria-label="Remove the label vip"`)

	ada.post(contactPath(row, "/notes"), "content", "  ").expect(http.StatusUnprocessableEntity, "can&#39;t be blank")
	ada.post(contactPath(row, "/notes"), "content", "**bold** <script>alert(1)</script> [x](javascript:alert(1))\n\n- one").to(contactPath(row)).
		expect(http.StatusOK, "<strong>bold</strong>", "<li>one</li>", "Ada Lovelace").without("<script>alert", `href="javascript`)
	notes, err := w.admin.Notes.List(t.Context(), row.ID)
	require.NoError(t, err)
	ada.post(contactPath(row, "/notes/", fmt.Sprint(notes[0].ID), "/delete")).to(contactPath(row)).without("<strong>bold")
	ada.post(contactPath(row, "/notes/", fmt.Sprint(notes[0].ID), "/delete")).expect(http.StatusNotFound)

	ada.post(contactPath(row, "/consents"), "category", "marketing", "say", "stop", "note", "on the <i>phone</i>").to(contactPath(row)).
		expect(http.StatusOK, ">Stopped<", "Marketing messages were stopped", "on the &lt;i&gt;phone&lt;/i&gt;", "recorded by hand", "Allow again")
	w.clock.add(time.Minute)
	ada.post(contactPath(row, "/consents"), "category", "marketing", "say", "allow").to(contactPath(row)).expect(http.StatusOK, ">Allowed<")
	ada.post(contactPath(row, "/consents"), "category", "all", "say", "stop", "note", strings.Repeat("x", 1001)).expect(http.StatusUnprocessableEntity, "is too long")

	box := "App"
	other, err := w.admin.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: "api", Name: &box})
	require.NoError(t, err)
	ada.post(contactPath(row, "/addresses"), "inbox_id", fmt.Sprint(other.ID), "source_id", strings.Repeat("x", 1001)).expect(http.StatusUnprocessableEntity, "is too long")
	ada.post(contactPath(row, "/addresses"), "inbox_id", fmt.Sprint(other.ID), "source_id", "app-<7>").to(contactPath(row)).expect(http.StatusOK, "app-&lt;7&gt;")

	ada.send(contactPath(row, "/avatar"), []upload{{"avatar", "a.png", "no picture"}}).expect(http.StatusUnprocessableEntity, `id="n-avatar"`)
	ada.post(contactPath(row, "/avatar")).expect(http.StatusUnprocessableEntity, "Choose a picture first")
	ada.post(contactPath(row, "/delete")).to("contacts").expect(http.StatusOK, "Deleted").without("src-1")
	ada.get(contactPath(row)).expect(http.StatusNotFound)
}

// Ids of another account lead nowhere, and who may not change contacts does not.
func TestContactsOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	row := w.contact("Ann", "ann@x.example", "")
	account, err := w.e.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Other"})
	require.NoError(t, err)
	user, err := w.e.CreateUser(t.Context(), helpdesk.NewUser{Email: "eve@other.example", Name: "Eve", Password: password})
	require.NoError(t, err)
	_, err = w.e.As(w.e.System(account.ID)).Agents.Add(t.Context(), user.ID, helpdesk.AgentInput{Role: helpdesk.Administrator})
	require.NoError(t, err)
	eve := w.signIn("eve@other.example")
	for _, path := range []string{"", "/merge", "/merge?other=1"} {
		eve.get(fmt.Sprintf("/app/accounts/%d/%s%s", account.ID, contactPath(row), path)).expect(http.StatusNotFound)
		eve.get(contactPath(row, path)).expect(http.StatusNotFound)
	}
	for _, path := range []string{"", "/labels", "/notes", "/addresses", "/consents", "/avatar", "/delete", "/merge", "/merge/1/undo", "/notes/1/delete"} {
		eve.post(fmt.Sprintf("/app/accounts/%d/%s%s", account.ID, contactPath(row), path), "field", "name", "name", "x", "content", "x").expect(http.StatusNotFound)
	}
	own, err := w.e.As(w.e.System(account.ID)).Contacts.Create(t.Context(), helpdesk.NewContact{})
	require.NoError(t, err)
	eve.get(fmt.Sprintf("/app/accounts/%d/contacts/%d/merge?other=%d", account.ID, own.ID, row.ID)).expect(http.StatusNotFound)
	eve.post(fmt.Sprintf("/app/accounts/%d/contacts/%d/merge", account.ID, own.ID), "other", fmt.Sprint(row.ID)).expect(http.StatusNotFound)
	eve.get(fmt.Sprintf("/app/accounts/%d/contacts/start?contact=%d", account.ID, row.ID)).expect(http.StatusNotFound)

	bob := w.signIn(w.bob.Email)
	for _, path := range []string{"contacts/import", "contacts/export", "contacts/import/contacts.csv"} {
		bob.get(path).expect(http.StatusForbidden)
	}
	bob.get("contacts").expect(http.StatusOK).without("contacts/import", "contacts/export")
	bob.post(contactPath(row, "/delete")).expect(http.StatusForbidden)
	w.agent("asta@acme.example", "Asta", helpdesk.Assistant)
	asta := w.signIn("asta@acme.example")
	asta.get("contacts").expect(http.StatusForbidden)
	asta.post(contactPath(row), "field", "name", "name", "x").expect(http.StatusForbidden)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, bob.path(contactPath(row)), strings.NewReader(url.Values{"field": {"name"}, "name": {"x"}}.Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	bob.do(r).expect(http.StatusForbidden)
}

func TestNewContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := "Shoe"
	d, err := w.admin.Attributes.Create(t.Context(), helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "shoe", Type: helpdesk.NumberAttribute, Name: &name})
	require.NoError(t, err)
	shoe := fmt.Sprintf("attribute-%d", d.ID)
	ada := w.signIn(w.ada.Email)
	ada.get("contacts/new?phone_number=%2B5511987654321").expect(http.StatusOK, `value="&#43;5511987654321"`)
	ada.post("contacts/new", "company", "Kept").wrong("name", "can&#39;t be blank").expect(http.StatusUnprocessableEntity, `value="Kept"`)
	ada.post("contacts/new", "name", hostileName, "email", "nonsense", shoe, "big").wrong("email", "is not an e-mail address").wrong(shoe, "must be a number")
	saved := ada.post("contacts/new", "name", hostileName, "email", "e@x.example", shoe, "42")
	require.Equal(t, http.StatusSeeOther, saved.Status, saved.Body)
	ada.get(saved.Header.Get("Location")).expect(http.StatusOK, "e@x.example", `value="42"`, "&lt;img src=x").without("<img src=x")
	ada.post("contacts/new", "email", "E@x.example").wrong("email", "has already been taken")
}
