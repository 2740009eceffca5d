package helpdesk_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/gohelpdesk/helpdesk"
)

func (w *world) importing(content string) *helpdesk.Task {
	w.t.Helper()
	task, err := w.admin.Contacts.Import(w.ctx, helpdesk.File{Name: "people.csv", Data: strings.NewReader(content)})
	require.NoError(w.t, err)
	return task
}

func (w *world) imported(content string) *helpdesk.Task {
	w.t.Helper()
	task := w.importing(content)
	w.runDue()
	task = w.task(task.ID)
	require.False(w.t, task.EndedAt.IsZero())
	return task
}

// file is the file that a task came to, read as CSV.
func (w *world) file(d *helpdesk.Desk, id helpdesk.TaskID) [][]string {
	w.t.Helper()
	f, err := d.Tasks.File(w.ctx, id)
	require.NoError(w.t, err)
	defer f.Content.Close()
	rows, err := csv.NewReader(f.Content).ReadAll()
	require.NoError(w.t, err)
	return rows
}

func (w *world) contacts() []*helpdesk.Contact {
	w.t.Helper()
	list, _, err := w.admin.Contacts.List(w.ctx, helpdesk.ContactFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(w.t, err)
	return list
}

// What is shown of a file before it is taken in is how it is read; nothing is stored.
func TestImportPreview(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	name := "Shoe"
	_, err := w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "shoe", Type: helpdesk.NumberAttribute, Name: &name})
	require.NoError(t, err)
	file := "id;EMAIL;Name;tags;shoe;pet\n1;a@x.example;'=1+1;vip;42\n" + strings.Repeat("2;b@x.example;B;;;;too many\n", 20)
	got, err := w.admin.Contacts.PreviewImport(w.ctx, helpdesk.File{Name: "p.csv", Data: strings.NewReader(file)})
	require.NoError(t, err)
	require.Equal(t, []helpdesk.ImportColumn{
		{Name: "id", Role: helpdesk.ImportPassed},
		{Name: "email", Role: helpdesk.ImportKey},
		{Name: "name", Role: helpdesk.ImportField},
		{Name: "tags", Role: helpdesk.ImportLabels},
		{Name: "shoe", Role: helpdesk.ImportAttribute},
		{Name: "pet", Role: helpdesk.ImportUnknown},
	}, got.Columns)
	require.Equal(t, 21, got.Total)
	require.Len(t, got.Rows, 10)
	require.Equal(t, []string{"1", "a@x.example", "=1+1", "vip", "42", ""}, got.Rows[0])
	require.Empty(t, w.contacts())

	_, err = w.admin.Contacts.PreviewImport(w.ctx, helpdesk.File{Data: strings.NewReader("name\nB\n")})
	require.Equal(t, helpdesk.Invalid, helpdesk.CodeOf(err))
	require.ErrorContains(t, err, "needs a column email, phone_number or identifier")
	_, err = w.engine.As(w.engine.System(w.account+1)).Contacts.PreviewImport(w.ctx, helpdesk.File{Data: strings.NewReader(file)})
	require.Error(t, err)
}

// The rules of a row: keys match and stay, what is there overwrites, what is
// empty clears, what is absent stays, and what is refused is told.
func TestImportGoesByTheRules(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		known, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{
			Name: ptr("Old"), Email: ptr("Dora@Mail.Example"), Phone: ptr("+5511987654321"), City: ptr("Recife"), Country: ptr("Brazil"),
			Attributes: map[string]any{"pet": "cat", "shoe": "42"},
		}})
		require.NoError(t, err)
		_, err = w.admin.Labels.Create(w.ctx, helpdesk.LabelInput{Title: ptr("vip")})
		require.NoError(t, err)
		_, err = w.admin.Labels.Create(w.ctx, helpdesk.LabelInput{Title: ptr("loyal")})
		require.NoError(t, err)
		_, err = w.admin.Contacts.SetLabels(w.ctx, known.ID, []string{"vip"})
		require.NoError(t, err)
		_, err = w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "points", Type: helpdesk.NumberAttribute, Name: ptr("Points")})
		require.NoError(t, err)

		task := w.imported("Name,EMAIL,phone_number,identifier,city,tags,pet,points,errors\n" +
			"Dora,dora@mail.example,,cust-7,,Loyal,,12.5,old reason\n" + // the e-mail matches; identifier is not taken over
			"Dora D,,(11) 8765-4321,,Olinda,,dog,7,\n" + // her number without the ninth digit, and without the country
			"Eve,eve@mail.example,+44 20 7946 0018,,London,\"vip, loyal\",,,\n" +
			",,,,,,,,\n" +
			"Nobody,,,,,,,,\n" +
			"Bad,no address,12,,,nolabel,,many,\n" +
			"Both,eve@mail.example,+5511987654321,,,,,,\n" +
			"Short,short@mail.example\n" +
			"Fay,,5.51199E+12,,,,,,\n")
		require.Equal(t, []int{8, 3, 0, 5}, []int{task.Total, task.Done, task.Skipped, task.Failed})
		require.Equal(t, helpdesk.ImportContacts, task.Kind)
		require.Equal(t, int64(6), task.Failures[0].Item, "its line")

		dora, err := w.admin.Contacts.Get(w.ctx, known.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"Dora D", "Dora@Mail.Example", "+5511987654321", "", "Olinda", "Brazil"},
			[]string{dora.Name, dora.Email, dora.Phone, dora.Identifier, dora.City, dora.Country})
		require.Equal(t, map[string]any{"pet": "dog", "shoe": "42", "points": float64(7)}, dora.Attributes)
		titles, err := w.admin.Labels.Titles(w.ctx, dora.Labels)
		require.NoError(t, err)
		require.Equal(t, []string{"loyal", "vip"}, titles)
		require.Len(t, w.contacts(), 2)
		eve := w.contacts()[1]
		require.Equal(t, []string{"Eve", "+442079460018", "London"}, []string{eve.Name, eve.Phone, eve.City})
		require.Empty(t, eve.Attributes, "empty cells set nothing")
		require.Len(t, eve.Labels, 2)

		refused := w.file(w.admin, task.ID)
		require.Equal(t, []string{"name", "email", "phone_number", "identifier", "city", "tags", "pet", "points", "errors", "errors"}, refused[0])
		require.Len(t, refused, 6)
		reason := func(i int) string { return refused[i][len(refused[i])-1] }
		require.Contains(t, reason(1), "phone_number or identifier is needed")
		for _, what := range []string{"email is not an e-mail address", "phone_number is not a possible", "points must be a number", "tags hold a label that is none: nolabel"} {
			require.Contains(t, reason(2), what, "all that is wrong at once")
		}
		require.Contains(t, reason(3), "somebody else")
		require.Contains(t, reason(4), "2 cells")
		require.Equal(t, "Short", refused[4][0])
		require.Contains(t, reason(5), "phone_number")
	})
}

// The file of refused rows can be mended and imported as it is.
func TestImportOfItsOwnRefusals(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		task := w.imported("name,email\n=1+1,broken\n")
		f, err := w.admin.Tasks.File(w.ctx, task.ID)
		require.NoError(t, err)
		raw, err := io.ReadAll(f.Content)
		require.NoError(t, err)
		require.Contains(t, string(raw), `"'=1+1"`)
		require.Zero(t, w.imported(strings.Replace(string(raw), "broken", "mended@mail.example", 1)).Failed)
		list := w.contacts()
		require.Len(t, list, 1)
		require.Equal(t, "=1+1", list[0].Name)
		require.Empty(t, list[0].Attributes)
	})
}

// Files as programs write them, and as they should not.
func TestImportReadsWhatPeopleSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	encoded := func(s string, err error) string { require.NoError(t, err); return s }
	const plain = "name;email\r\n\"João; \"\"Zé\"\"\nFilho\";joao@mail.example\r\n\r\n"
	for name, file := range map[string]string{
		"utf-8": plain, "mark": "\ufeff" + plain, "latin": encoded(charmap.Windows1252.NewEncoder().String(plain)),
		"utf-16": encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)),
		"big":    encoded(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(plain)),
		"comma":  strings.NewReplacer("name;email", "name,email", "\";j", "\",j").Replace(plain),
		"tab":    strings.NewReplacer("name;email", "name\temail", "\";j", "\"\tj").Replace(plain),
	} {
		require.Zero(t, w.imported(file).Failed, name)
		list := w.contacts()
		require.Len(t, list, 1, name)
		require.Equal(t, "João; \"Zé\"\nFilho", list[0].Name, name)
		_, err := w.admin.Contacts.Update(w.ctx, list[0].ID, helpdesk.ContactChange{Name: ptr("")})
		require.NoError(t, err)
	}
	require.Zero(t, w.imported("email\ra@mail.example\rb@mail.example\r").Failed, "an old Mac's")

	long := strings.Repeat("x", 10_001)
	for name, c := range map[string]struct{ file, says string }{
		"empty":        {"", "needs a column email, phone_number or identifier; has no rows"},
		"blank":        {"\n \n,,\n", "needs a column"},
		"no rows":      {"email\n", "has no rows"},
		"no keys":      {"name,plan\nA,b\n", "needs a column email"},
		"many faults":  {"name,Name,,blocked\nA,b\n", "has the column name twice; has no name for column 3; has the column blocked, which cannot be imported; needs a column"},
		"binary":       {"PK\x03\x04\x00\x00email\n", "is not a text file"},
		"half utf-16":  {"\xff\xfee\x00m", "needs a column"},
		"open quote":   {"email\na@b.example\n\"c", "is broken at line"},
		"bare quote":   {"email\na\"b\n", "is broken at line 2"},
		"huge cell":    {"email,name\na@b.example," + long + "\n", "has a cell of more than 10000 characters in line 2"},
		"huge quote":   {"email,name\na@b.example,\"" + strings.Repeat(long, 3) + "\n", "is broken at line"},
		"huge file":    {"email\n" + strings.Repeat("a@b.example\n", 1_000_000), "is larger than 10 MB"},
		"many rows":    {"email\n" + strings.Repeat("a@b.example\n", 100_001), "has more than 100000 rows"},
		"many columns": {"email" + strings.Repeat(",x", 300) + "\na\n", "has more than 200 columns"},
		"NUL":          {"email\na\x00@b.example\n", "is not a text file"},
	} {
		_, err := w.admin.Contacts.Import(w.ctx, helpdesk.File{Data: strings.NewReader(c.file)})
		require.ErrorIs(t, err, helpdesk.Invalid, name)
		require.Contains(t, err.Error(), c.says, name)
	}
	tasks, err := w.admin.Tasks.List(w.ctx, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(t, err)
	require.Len(t, tasks, 8, "nothing of them was stored")
	require.Len(t, w.contacts(), 3)
}

// cutting is a store that is gone once a task has got so far.
type cutting struct {
	helpdesk.Store
	task helpdesk.TaskID
	at   int
}

func (b *cutting) Update(ctx context.Context, account helpdesk.AccountID, fn func(context.Context, helpdesk.Tx) error) error {
	return b.Store.Update(ctx, account, func(ctx context.Context, tx helpdesk.Tx) error {
		t, err := tx.Tasks().Get(ctx, b.task)
		if err != nil || t.Next >= b.at {
			return helpdesk.Errorf(helpdesk.Unavailable, "the store is gone")
		}
		return fn(ctx, tx)
	})
}

// A process that dies in the middle of an import loses no row and does none
// twice, refused ones included, however often that happens.
func TestImportGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		blobs, err := helpdesk.NewDirBlobs(t.TempDir())
		require.NoError(t, err)
		t.Cleanup(func() { _ = blobs.Close() })
		w.engine = w.newEngine(helpdesk.Options{Blobs: blobs})
		w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
		file := strings.Builder{}
		file.WriteString("name,email\n")
		for i := range 57 {
			at := "@"
			if i%10 == 3 {
				at = " at "
			}
			fmt.Fprintf(&file, "Person %d,p%d%smail.example\n", i, i, at)
		}
		task := w.importing(file.String())
		for _, at := range []int{10, 20, 40} {
			cut, err := helpdesk.New(&cutting{w.store, task.ID, at}, helpdesk.Options{Now: w.clock.Now, Blobs: blobs})
			require.NoError(t, err)
			_ = cut.RunDue(w.ctx) // the store fails in the middle
			require.Equal(t, at, w.task(task.ID).Next)
			w.clock.Advance(10 * time.Minute)
		}
		w.runDue()
		task = w.task(task.ID)
		require.Equal(t, []int{57, 57, 51, 6}, []int{task.Total, task.Next, task.Done, task.Failed})
		require.Len(t, w.contacts(), 51)
		require.Len(t, w.file(w.admin, task.ID), 7)
		created := 0
		for _, ev := range w.log() {
			if ev.Kind == helpdesk.ContactCreated {
				created++
			}
			require.NotEqual(t, helpdesk.ContactUpdated, ev.Kind, "who is made is not changed")
		}
		require.Equal(t, 51, created)

		again := w.imported(file.String())
		require.Equal(t, 51, again.Done)
		require.Len(t, w.contacts(), 51, "a second time they are known")
		for _, ev := range w.log() {
			require.NotEqual(t, helpdesk.ContactUpdated, ev.Kind, "and nothing of them changed")
		}
	})
}

// A role taken away while an import waits ends it, and the file of what was
// refused is for nobody but administrators.
func TestImportHasTheRightsOfItsTurn(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		eve := w.agent("eve", helpdesk.Administrator)
		task, err := w.as(eve).Contacts.Import(w.ctx, helpdesk.File{Data: strings.NewReader("email\n" + strings.Repeat("a@mail.example\n", 30))})
		require.NoError(t, err)
		_, err = w.admin.Agents.Update(w.ctx, eve, helpdesk.AgentInput{Role: helpdesk.AgentRole})
		require.NoError(t, err)
		w.runDue()
		task = w.task(task.ID)
		require.Equal(t, []int{0, 30}, []int{task.Done, task.Failed})
		require.Len(t, task.Failures, 1)
		require.Empty(t, w.contacts())
		require.Len(t, w.file(w.admin, task.ID), 31)
		_, err = w.as(eve).Tasks.File(w.ctx, task.ID)
		require.ErrorIs(t, err, helpdesk.Forbidden, "it is hers, and she may not")
		_, err = w.as(eve).Contacts.Import(w.ctx, helpdesk.File{Data: strings.NewReader("email\na@b.example\n")})
		require.ErrorIs(t, err, helpdesk.Forbidden)
	})
}

// The files of imports and exports are gone a day after the end, those of tasks
// that nobody carries on likewise.
func TestTaskFilesAreSwept(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		kept := w.keepFiles()
		w.imported("email\na@mail.example\n")
		require.Empty(t, kept, "nothing was refused: nothing is kept")
		task := w.imported("email\nbroken\n")
		export, err := w.admin.Contacts.Export(w.ctx, helpdesk.ContactExport{})
		require.NoError(t, err)
		w.runDue()
		require.Len(t, kept, 2)
		w.clock.Advance(24*time.Hour - time.Minute)
		w.runDue()
		require.Len(t, w.file(w.admin, task.ID), 2)
		require.Len(t, w.file(w.admin, export.ID), 2)
		w.clock.Advance(2 * time.Minute)
		for _, id := range []helpdesk.TaskID{task.ID, export.ID} {
			_, err := w.admin.Tasks.File(w.ctx, id)
			require.ErrorIs(t, err, helpdesk.NotFound, "before any sweep")
		}
		w.clock.Advance(time.Hour)
		w.runDue()
		require.Empty(t, kept)
		require.Equal(t, 1, w.task(task.ID).Failed, "the figures stay")

		w.importing("email\nb@mail.example\n")
		lost := w.importing("email\nc@mail.example\n")
		clear(kept) // a disk that is gone: the task cannot go on
		_ = w.engine.RunDue(w.ctx)
		w.clock.Advance(25 * time.Hour)
		_ = w.engine.RunDue(w.ctx)
		w.clock.Advance(time.Hour)
		_ = w.engine.RunDue(w.ctx)
		lost = w.task(lost.ID)
		require.False(t, lost.EndedAt.IsZero(), "it was given up")
		require.Equal(t, 1, lost.Failed)
	})
}

// countedBlobs knows which files there are.
type countedBlobs struct {
	helpdesk.Blobs
	keys map[string]bool
}

func (b *countedBlobs) Put(ctx context.Context, key string, r io.Reader) error {
	err := b.Blobs.Put(ctx, key, r)
	b.keys[key] = err == nil
	return err
}

func (b *countedBlobs) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if !b.keys[key] {
		return nil, helpdesk.Errorf(helpdesk.NotFound, "file not found")
	}
	return b.Blobs.Open(ctx, key)
}

func (b *countedBlobs) Delete(ctx context.Context, key string) error {
	delete(b.keys, key)
	return b.Blobs.Delete(ctx, key)
}

// keepFiles begins anew with files, and returns the keys of those there are.
func (w *world) keepFiles() map[string]bool {
	w.t.Helper()
	keys := map[string]bool{}
	w.engine = w.newEngine(helpdesk.Options{Blobs: &countedBlobs{w.blobs(), keys}})
	w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
	return keys
}

func (w *world) blobs() helpdesk.Blobs {
	blobs, err := helpdesk.NewDirBlobs(w.t.TempDir())
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = blobs.Close() })
	return blobs
}
