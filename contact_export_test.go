package helpdesk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func (w *world) exported(in helpdesk.ContactExport) [][]string {
	w.t.Helper()
	task, err := w.admin.Contacts.Export(w.ctx, in)
	require.NoError(w.t, err)
	w.runDue()
	task = w.task(task.ID)
	rows := w.file(w.admin, task.ID)
	require.Equal(w.t, []int{len(rows) - 1, len(rows) - 1, 0}, []int{task.Total, task.Done, task.Failed})
	return rows
}

func TestExportWritesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		var file strings.Builder
		file.WriteString("name,email,phone_number,plan\n")
		for i := range 1203 { // three pages
			fmt.Fprintf(&file, "P%d,p%d@mail.example,,%s\n", i, i, map[bool]string{true: "gold", false: "free"}[i%100 == 0])
		}
		w.imported(file.String())
		w.write(w.inbox("Shop"), "visitor", "hello") // of whom nothing is known
		rows := w.exported(helpdesk.ContactExport{})
		require.Equal(t, []string{"id", "name", "email", "phone_number"}, rows[0])
		require.Len(t, rows, 1204)
		seen := map[string]bool{}
		for _, row := range rows[1:] {
			require.False(t, seen[row[0]], "each once")
			seen[row[0]] = true
		}
		require.Equal(t, "p1202@mail.example", rows[1203][2])

		gold := &helpdesk.Cond{Field: "plan", Model: helpdesk.ContactAttribute, Op: helpdesk.Equal, Values: []any{"gold"}}
		_, err := w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "plan", Type: helpdesk.TextAttribute, Name: ptr("Plan")})
		require.NoError(t, err)
		rows = w.exported(helpdesk.ContactExport{Where: gold, Columns: []string{"email", "plan", "nothing", "email"}})
		require.Equal(t, []string{"email", "plan", "nothing"}, rows[0])
		require.Equal(t, []string{"p100@mail.example", "gold", ""}, rows[2])
		require.Len(t, rows, 14)
		_, err = w.admin.Contacts.SetLabels(w.ctx, w.contacts()[4].ID, []string{"vip", "old"})
		require.NoError(t, err)
		rows = w.exported(helpdesk.ContactExport{Labels: []string{"VIP"}, Columns: []string{"name", "tags"}})
		require.Equal(t, [][]string{{"name", "tags"}, {"P4", "old, vip"}}, rows)
		require.Len(t, w.exported(helpdesk.ContactExport{Query: "p120"}), 5)

		_, err = w.admin.Contacts.Export(w.ctx, helpdesk.ContactExport{Columns: []string{"name", " "}})
		require.ErrorIs(t, err, helpdesk.Invalid)
		nope := &helpdesk.Cond{Field: "nope", Op: helpdesk.Equal, Values: []any{1}}
		_, err = w.admin.Contacts.Export(w.ctx, helpdesk.ContactExport{Where: nope})
		require.ErrorIs(t, err, helpdesk.Invalid)
		_, err = w.admin.Contacts.Export(w.ctx, helpdesk.ContactExport{Where: nope, Columns: []string{" "}})
		e, _ := errors.AsType[*helpdesk.Error](err)
		require.NotNil(t, e)
		require.Len(t, e.Fields, 2, "all at once: %v", e)
	})
}

// No cell begins a formula, telephone numbers keep their plus, and what comes
// back is what went.
func TestExportIsHarmlessAndComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	names := []string{
		`=HYPERLINK("http://evil.example";"x")`, "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "'=quoted", "''@twice", "\"q\",;\nx", "plain", "-5", "+55",
	}
	for i, name := range names {
		_, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{
			Name: &name, Identifier: ptr(fmt.Sprint("@id", i)), Phone: ptr(fmt.Sprintf("+55119876543%02d", i)), Attributes: map[string]any{"=key": "=1"},
		}})
		require.NoError(t, err)
	}
	task, err := w.admin.Contacts.Export(w.ctx, helpdesk.ContactExport{Columns: []string{"identifier", "phone_number", "name", "=key", "id"}})
	require.NoError(t, err)
	w.runDue()
	f, err := w.admin.Tasks.File(w.ctx, task.ID)
	require.NoError(t, err)
	raw, err := io.ReadAll(f.Content)
	require.NoError(t, err)
	for _, row := range w.file(w.admin, task.ID) {
		for i, cell := range row {
			if cell == "-5" || cell == "+55" || i == 1 {
				continue // numbers
			}
			require.NotContains(t, "=+-@＝", string([]rune(cell + " ")[0]), cell)
		}
	}
	require.Contains(t, string(raw), `"+5511987654300"`)

	before := w.contacts()
	for _, c := range before {
		_, err := w.admin.Contacts.Update(w.ctx, c.ID, helpdesk.ContactChange{Name: ptr("lost"), Attributes: map[string]any{"=key": nil}})
		require.NoError(t, err)
	}
	require.Equal(t, len(names), w.imported(string(raw)).Done)
	after := w.contacts()
	require.Len(t, after, len(names))
	for i, c := range after {
		require.Equal(t, names[i], c.Name)
		require.Equal(t, map[string]any{"=key": "=1"}, c.Attributes)
	}
}

func TestExportHasTheRightsOfItsTurn(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		w.imported("email\na@mail.example\n")
		eve := w.agent("eve", helpdesk.Administrator)
		task, err := w.as(eve).Contacts.Export(w.ctx, helpdesk.ContactExport{})
		require.NoError(t, err)
		done, err := w.as(eve).Contacts.Export(w.ctx, helpdesk.ContactExport{})
		require.NoError(t, err)
		w.runDue()
		link, err := w.engine.TaskToken(w.engine.Agent(w.account, eve), w.task(done.ID))
		require.NoError(t, err)
		f, err := w.engine.TaskFile(w.ctx, link)
		require.NoError(t, err)
		require.NoError(t, f.Content.Close())
		waits, err := w.as(eve).Contacts.Export(w.ctx, helpdesk.ContactExport{})
		require.NoError(t, err)
		_, err = w.admin.Agents.Update(w.ctx, eve, helpdesk.AgentInput{Role: helpdesk.Supervisor})
		require.NoError(t, err)
		_, err = w.engine.TaskFile(w.ctx, link)
		require.ErrorIs(t, err, helpdesk.NotFound, "the link has the rights of who was given it")
		w.runDue()
		ended := w.task(waits.ID)
		require.False(t, ended.EndedAt.IsZero())
		require.Equal(t, 0, ended.Done)
		require.Len(t, ended.Failures, 1)
		_, err = w.admin.Tasks.File(w.ctx, waits.ID)
		require.ErrorIs(t, err, helpdesk.NotFound)
		_, err = w.as(eve).Contacts.Export(w.ctx, helpdesk.ContactExport{})
		require.ErrorIs(t, err, helpdesk.Forbidden)
		_, err = w.admin.Tasks.File(w.ctx, task.ID)
		require.NoError(t, err, "administrators have everybody's")
		_, err = w.as(w.agent("bob", helpdesk.AgentRole)).Tasks.File(w.ctx, task.ID)
		require.ErrorIs(t, err, helpdesk.NotFound)
	})
}

// Whoever asked is mailed the figures, and a link while there is a file.
func TestImportAndExportAreMailed(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		post := &taskPost{}
		w.engine = w.newEngine(helpdesk.Options{Mailer: post, PublicURL: "https://desk.example/"})
		w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
		w.imported("email\na@mail.example\n")
		w.imported("email\nb@mail.example\nbroken\n")
		_, err := w.admin.Contacts.Export(w.ctx, helpdesk.ContactExport{})
		require.NoError(t, err)
		w.runDue()
		_, err = w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Locale: ptr("pt_BR")})
		require.NoError(t, err)
		w.imported("email\nc@mail.example\n")
		require.Len(t, post.sent, 4)
		require.Equal(t, []string{"owner@acme.test"}, post.sent[0].To)
		require.Contains(t, post.sent[0].Text, "1 rows were taken, 0 were refused")
		require.NotContains(t, post.sent[0].Text, "https://", "there is no file")
		require.Contains(t, post.sent[1].Text, "1 rows were taken, 1 were refused")
		require.Contains(t, post.sent[2].Text, "it has 2 rows")
		require.Contains(t, post.sent[3].Subject, "[Acme] Sua importação")
		for i, want := range map[int]string{1: "broken", 2: "b@mail.example"} {
			_, rest, _ := strings.Cut(post.sent[i].Text, "https://desk.example"+helpdesk.TaskFilePath)
			token, _, _ := strings.Cut(rest, "/")
			f, err := w.engine.TaskFile(w.ctx, token)
			require.NoError(t, err)
			raw, err := io.ReadAll(f.Content)
			require.NoError(t, err)
			require.Contains(t, string(raw), want)
			w.clock.Advance(time.Minute)
			_, err = w.engine.TaskFile(w.ctx, "x"+token)
			require.ErrorIs(t, err, helpdesk.NotFound)
		}
	})
}

type taskPost struct {
	mu   sync.Mutex
	sent []helpdesk.Mail
}

func (p *taskPost) SendMail(_ context.Context, m helpdesk.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, m)
	return nil
}

// Upsert is a row of an import, for programs.
func TestUpsert(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		bob := w.as(w.agent("bob", helpdesk.AgentRole))
		made, err := bob.Contacts.Upsert(w.ctx, helpdesk.ContactRow{Email: "dora@mail.example", Name: ptr("Dora"), Attributes: map[string]any{"pet": "cat"}})
		require.NoError(t, err)
		again, err := bob.Contacts.Upsert(w.ctx, helpdesk.ContactRow{Email: "DORA@mail.example", Phone: "11 98765-4321", City: ptr("Recife"), Attributes: map[string]any{"pet": nil}})
		require.NoError(t, err)
		require.Equal(t, []any{made.ID, "Dora", "", "Recife", map[string]any{}}, []any{again.ID, again.Name, again.Phone, again.City, again.Attributes})
		_, err = bob.Contacts.Upsert(w.ctx, helpdesk.ContactRow{Name: ptr("x"), Phone: "12", AddLabels: []string{"none"}})
		require.ErrorIs(t, err, helpdesk.Invalid)
		for _, what := range []string{"phone_number", "tags"} {
			require.Contains(t, err.Error(), what)
		}
		_, err = bob.Contacts.Upsert(w.ctx, helpdesk.ContactRow{Name: ptr("x")})
		require.ErrorIs(t, err, helpdesk.Invalid)
		_, err = w.as(w.agent("assi", helpdesk.Assistant)).Contacts.Upsert(w.ctx, helpdesk.ContactRow{Email: "dora@mail.example"})
		require.ErrorIs(t, err, helpdesk.Forbidden)
	})
}
