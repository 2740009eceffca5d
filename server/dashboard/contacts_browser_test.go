package dashboard_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// An afternoon with contacts: somebody is found and edited, a file is imported with
// rows that are refused, two become one and two again.
func TestContactsInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.label("vip")
	name := "Plan"
	_, err := w.admin.Attributes.Create(t.Context(), helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "plan", Type: helpdesk.NumberAttribute, Name: &name})
	require.NoError(t, err)
	ann := w.contact(hostileName, "ann@x.example", "")
	w.contact("Annie Other", "annie@x.example", "+5511987654321")
	for i := range 60 {
		w.contact(fmt.Sprintf("Extra %02d", i), fmt.Sprintf("extra%02d@x.example", i), "")
	}
	p := w.open(w.ada.Email, browsertest.Options{})
	p.Goto(w.at("contacts"))
	ready(p)
	p.WaitText(".contact-total", "62 contacts")
	p.Axe()
	p.Click("a >> Show more")
	p.WaitFor("document.querySelectorAll('[data-rows] > tr').length == 62")
	p.WaitGone("a >> Show more")
	w.searchAndChange(p)
	w.editContact(p, ann)
	w.importFile(p)
	w.mergeAndUndo(p, ann)
	p.Shot("contacts-timeline")
}

// searchAndChange finds by typing and by the builder, keeps a view, labels in bulk.
func (w *world) searchAndChange(p *browsertest.Page) {
	w.Helper()
	p.Type("input[name=q]", "annie")
	p.WaitText(".contact-total", "1 contact")
	p.WaitURL("q=annie")
	require.Equal(w, "annie", p.Value("input[name=q]"))
	p.Fill("input[name=q]", "")
	p.WaitText(".contact-total", "62 contacts")

	p.Click("button >> Filter")
	p.Click("#filter button >> Condition")
	p.Select("#filter [name='where.0.0.field']", "email")
	p.WaitFor("document.querySelector('#filter [name=\"where.0.0.was\"]').value.startsWith('email')")
	p.Select("#filter [name='where.0.0.op']", "contains")
	p.Fill("#filter [name='where.0.0.value']", "@X.example")
	p.Axe()
	p.Click("#filter button >> Apply")
	p.WaitURL("where=")
	p.Click("button >> Filter")
	p.Fill("#filter [name='where.0.0.value']", "ann")
	p.Click("#filter button >> Apply")
	p.WaitText(".contact-total", "2 contacts")
	p.Click("summary >> Save view")
	p.Type("#view-name", "Anns")
	p.Press("Enter")
	p.WaitText("#views [aria-current]", "Anns")

	p.Click("[data-all]")
	p.WaitText("[data-chosen]", "2 chosen")
	p.Select("#bulk-add", "vip")
	p.WaitText("#work", "Working")
	w.runTasks()
	p.WaitText("#work", "2 contacts changed")
	p.WaitText("[data-rows] .chip", "vip")
}

// editContact changes details where they stand.
func (w *world) editContact(p *browsertest.Page, ann *helpdesk.Contact) {
	w.Helper()
	p.Click("[data-rows] a >> O'Neil")
	p.WaitText("h1", `<img src=x onerror=alert(1)>`)
	p.Axe()
	p.Tolerate("422")
	p.Fill("#f-company", "Acme")
	p.Press("Tab")
	p.WaitText("#notice", "Saved")
	p.WaitText("#head", "Acme")
	p.Fill("#f-email", "nonsense")
	p.Press("Enter")
	p.WaitText("#n-email", "is not an e-mail address")
	require.Equal(w, "nonsense", p.Value("#f-email"))
	p.Fill("#f-email", "ann@y.example")
	p.Press("Enter")
	p.WaitGone("#n-email")
	plan := "#details input[name^=attribute]"
	p.Fill(plan, "many")
	p.Press("Tab")
	p.WaitText("#details .wrong", "must be a number")
	p.Fill(plan, "7.5")
	p.Press("Tab")
	p.WaitGone("#details .wrong")
	p.Type("#f-content", "**urgent** matter")
	p.Press("Control+Enter")
	p.WaitText(".prose strong", "urgent")
	require.Empty(w, p.Value("#f-content"))
	p.Click("#consents button >> Stop")
	p.WaitText("#timeline", "Marketing messages were stopped")

	city := "Natal" // somebody else is at it too
	_, err := w.admin.Contacts.Update(w.Context(), ann.ID, helpdesk.ContactChange{City: &city})
	require.NoError(w, err)
	p.WaitFor("document.querySelector('#f-city').value == 'Natal'")
	got, err := w.admin.Contacts.Get(w.Context(), ann.ID)
	require.NoError(w, err)
	require.Equal(w, "ann@y.example", got.Email)
	require.Equal(w, map[string]any{"plan": 7.5}, got.Attributes)
}

// importFile takes a file in, some of whose rows are refused, and sees it end.
func (w *world) importFile(p *browsertest.Page) {
	w.Helper()
	file := filepath.Join(w.TempDir(), "people.csv")
	require.NoError(w, os.WriteFile(file, []byte(importFile), 0o600))
	p.Goto(w.at("contacts/import"))
	ready(p)
	p.Axe()
	p.Files("#f-import_file", file)
	p.Click("button >> Preview")
	p.WaitText(".preview", "<b>C</b>")
	p.Axe()
	p.Shot("contacts-import")
	p.Click("button >> Import 4 rows")
	p.WaitText("#tasks", "Running")
	w.runTasks()
	p.WaitText("#tasks", "2 of 4 rows taken")
	p.WaitText("#tasks", "2 rows refused")
	p.Click("summary >> Why")
	p.WaitText("#tasks li", "is not an e-mail address")
	p.WaitText("#tasks a", "Refused rows")
	p.Axe()
}

func (w *world) mergeAndUndo(p *browsertest.Page, ann *helpdesk.Contact) {
	w.Helper()
	p.Goto(w.at(contactPath(ann, "/merge")))
	ready(p)
	p.Type("input[name=q]", "annie")
	p.Click(".found a >> Annie Other")
	p.WaitText("table", "5511987654321")
	p.Axe()
	p.Shot("contacts-merge")
	p.Click("button >> Merge")
	p.WaitText("#timeline", "Annie Other was merged into this contact")
	p.WaitFor("document.querySelector('#f-phone_number').value.includes('5511987654321')")
	p.Click("#timeline button >> Undo")
	p.Click("#dialog button[value=yes]")
	p.WaitText("#timeline", "and the merge undone")
	p.WaitFor("document.querySelector('#f-phone_number').value == ''")
}

// On a phone, in the dark and in Portuguese nothing is wider than the screen.
func TestContactsOnAPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *helpdesk.Options) { o.Channels = append(o.Channels, &paper{}) })
	name := "Paper"
	box, err := w.admin.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: "paper", Name: &name})
	require.NoError(t, err)
	_, err = w.admin.MessageTemplates.Sync(t.Context(), box.ID)
	require.NoError(t, err)
	w.label("vip")
	ann := w.contact(strings.Repeat("WidestName", 25), "a.very.long.address.of.somebody@a-long-domain.example", "+5511987654321")
	rtl := w.contact("مرحبا بالعالم", "rtl@x.example", "")
	_, err = w.admin.Contacts.SetLabels(t.Context(), ann.ID, []string{"vip"})
	require.NoError(t, err)
	_, err = w.admin.Notes.Create(t.Context(), ann.ID, strings.Repeat("long", 200))
	require.NoError(t, err)
	_, err = w.admin.Accounts.Update(t.Context(), helpdesk.AccountChange{Locale: new("pt_BR")})
	require.NoError(t, err)
	p := w.open(w.ada.Email, browsertest.Options{Phone: true, Dark: true})
	for _, path := range []string{
		"contacts", contactPath(ann), contactPath(rtl), contactPath(ann, fmt.Sprintf("/merge?other=%d", rtl.ID)),
		"contacts/new", "contacts/import", "contacts/export", startPath(ann), "contacts/start?q=ann",
	} {
		p.Goto(w.at(path))
		ready(p)
		p.WaitFor("document.querySelector('h1')")
		p.WaitFor("document.querySelector('main').scrollWidth <= innerWidth")
		p.Axe()
		p.Shot("contacts-phone-" + strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path))
	}
	p.Goto(w.at(startPath(ann)))
	ready(p)
	p.Type("#f-content", "Bom dia")
	p.Click("button >> Iniciar a conversa")
	p.WaitURL("/conversations/1")
	p.WaitText("body", "Bom dia")

	// A template is asked for where the channel demands one, and filled in as it is typed.
	p.Goto(w.at(startPath(ann)))
	ready(p)
	p.Select("#f-inbox", fmt.Sprint(box.ID))
	p.WaitText("#start", "modelo aprovado")
	p.Select("#f-template", "order|en")
	p.WaitText(".template-preview", "Hello {{name}}, your order")
	p.Fill("[name='body.name']", "Ann")
	p.Press("Tab")
	p.WaitText(".template-preview", "Hello Ann, your order")
	p.Axe()
	p.Shot("contacts-phone-template")
	p.Tolerate("422")
	p.Click("button >> Iniciar a conversa")
	p.WaitText(".field.is-wrong", "não pode ficar em branco")
	require.Equal(t, "Ann", p.Value("[name='body.name']"))
}
