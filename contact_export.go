package helpdesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ContactExport says which contacts to write, and what of them. Contacts without
// e-mail, phone and identifier are left out.
type ContactExport struct {
	Where  *Cond    `json:"where,omitempty"`  // about contacts; nil = everything
	Labels []string `json:"labels,omitempty"` // titles: those that carry any of them
	Query  string   `json:"query,omitempty"`  // as in ContactFilter
	// Columns are id, created_at, last_activity_at, those that Import reads, and
	// keys of custom attributes; up to 200. None = id, name, email, phone_number.
	Columns []string `json:"columns"`
}

const (
	maxExport  = 1_000_000 // contacts
	exportPage = 500       // contacts in one read
)

// Export starts a task that writes contacts to a CSV file, for Tasks.File to
// read: those the actor sees while it runs, in order of id, up to a million. No
// cell of it begins a formula in a spreadsheet; Import reads it back as it was.
func (s Contacts) Export(ctx context.Context, in ContactExport) (*Task, error) {
	return change(ctx, s.d, loadTask, func(u *unit) (*Task, int64, error) {
		if err := u.may(MoveContacts); err != nil {
			return nil, 0, err
		}
		if u.e.opts.Blobs == nil {
			return nil, 0, errNoFiles()
		}
		p := problems{}
		columns := []string{"id", "name", "email", "phone_number"}
		if len(in.Columns) > 0 {
			columns = make([]string, len(in.Columns))
		}
		for i, name := range in.Columns {
			columns[i] = strings.TrimSpace(clean(name))
			p.add(columns[i] == "" || tooLong(columns[i], maxField), "column_names", "hold one that is empty or longer than 255 characters")
		}
		in.Columns = once(columns)
		p.add(len(in.Columns) > maxTableColumns, "column_names", "are too many (maximum is 200)")
		in.Query, in.Labels = clean(in.Query), normalTitles(in.Labels)
		f, err := u.exportFilter(in)
		if err != nil {
			if len(p) == 0 || CodeOf(err) != Invalid {
				return nil, 0, err
			}
			p.add(true, "payload", err.Error())
			return nil, 0, p.err()
		}
		total, err := u.tx.Contacts().Count(u.ctx, f)
		if err != nil {
			return nil, 0, err
		}
		p.add(total > maxExport, "payload", "finds more than 1000000 contacts")
		if err := p.err(); err != nil {
			return nil, 0, err
		}
		t, id, err := u.startFiled(ExportContacts, total, in, newToken())
		if err != nil {
			return nil, 0, err
		}
		return t, id, u.audit("create", "contact_export", id, map[string]Change{"contacts": changed(nil, total), "columns": changed(nil, in.Columns)})
	})
}

// exportFilter asks for the right to the list, too.
func (u *unit) exportFilter(in ContactExport) (f ContactFilter, err error) {
	if err := u.may(ReadContacts); err != nil {
		return f, err
	}
	f = ContactFilter{Known: true, Query: in.Query, Labels: in.Labels}
	f.Where, err = u.condition(in.Where, ContactAttribute)
	return f, err
}

// runExport writes the whole file, page by page, straight into Blobs; cut off, it
// is written anew under the same key.
func (e *Engine) runExport(ctx context.Context, t *Task) error {
	var in ContactExport
	if err := json.Unmarshal(t.Args, &in); err != nil {
		return Permanent(err)
	}
	if e.opts.Blobs == nil {
		return errNoFiles() // another process may have them
	}
	var rows int
	written := make(chan error, 1)
	from, to := io.Pipe()
	go func() {
		var err error
		defer func() { written <- err }()
		rows, err = e.writeExport(ctx, t, in, to)
		_ = to.CloseWithError(err) // never fails
	}()
	stored := e.opts.Blobs.Put(ctx, t.Blob, from)
	_ = from.CloseWithError(errors.Join(io.ErrClosedPipe, stored)) // never fails; the writer stops
	err := <-written
	if err != nil && !isRefusal(err) {
		return err
	}
	if err == nil && stored != nil {
		return stored
	}
	return e.update(ctx, e.System(t.Account), func(u *unit) error {
		t, gone := u.tx.Tasks().Get(u.ctx, t.ID)
		if gone != nil || !t.EndedAt.IsZero() {
			return absent(gone)
		}
		t.Total, t.Next, t.Done = rows, rows, rows
		if err != nil {
			t.Done, t.Failed, t.Failures = 0, rows, []TaskFailure{{0, clip(clean(told(err)), 500)}}
			u.dropTaskBlob(t)
		}
		u.endTask(t)
		return u.tx.Tasks().Update(u.ctx, t)
	})
}

// writeExport writes the contacts that who asked sees, and returns how many.
func (e *Engine) writeExport(ctx context.Context, t *Task, in ContactExport, w io.Writer) (rows int, err error) {
	if err := writeRow(w, in.Columns); err != nil {
		return 0, err
	}
	for after := ""; ; {
		var list []*Contact
		var lines [][]string
		err := e.view(ctx, Actor{account: t.Account, ref: t.By, remote: t.Remote}, func(u *unit) error {
			if err := u.may(MoveContacts); err != nil {
				return err
			}
			f, err := u.exportFilter(in)
			if err != nil {
				return err
			}
			if list, err = u.tx.Contacts().List(u.ctx, f, Page{Limit: exportPage, After: after}); err != nil {
				return err
			}
			lines = make([][]string, len(list))
			for i, c := range list {
				lines[i] = u.cellsOf(c, in.Columns)
			}
			return nil
		})
		if err != nil {
			return rows, err
		}
		for _, line := range lines {
			if err := writeRow(w, line); err != nil {
				return rows, err
			}
		}
		rows += len(list)
		if len(list) < exportPage {
			return rows, nil
		}
		after = IDKey(list[len(list)-1].ID)
		if err := e.noteExport(ctx, t, rows); err != nil {
			return rows, err
		}
	}
}

// noteExport says how far an export is.
func (e *Engine) noteExport(ctx context.Context, t *Task, rows int) error {
	return e.update(ctx, e.System(t.Account), func(u *unit) error {
		t, err := u.tx.Tasks().Get(u.ctx, t.ID)
		if err != nil {
			return err
		}
		if !t.EndedAt.IsZero() {
			return Errorf(Conflict, "the task is over")
		}
		t.Next, t.Done, t.Total, t.UpdatedAt = rows, rows, max(t.Total, rows), u.now
		return u.tx.Tasks().Update(u.ctx, t)
	})
}

// cellsOf is a contact as a row.
func (u *unit) cellsOf(c *Contact, columns []string) []string {
	fields := map[string]string{
		"id": itoa(c.ID), "name": c.Name, "email": c.Email, "phone_number": c.Phone, "identifier": c.Identifier, "company": c.Company,
		"city": c.City, "country": c.Country, "tags": strings.Join(u.cfg.labelTitles(c.Labels), ", "), "created_at": cellTime(c.CreatedAt),
		"last_activity_at": cellTime(c.LastActivityAt),
	}
	out := make([]string, len(columns))
	for i, name := range columns {
		if field, ok := fields[name]; ok {
			out[i] = field
		} else if v := c.Attributes[name]; v != nil {
			out[i] = cellOf(v)
		}
	}
	return out
}

func cellTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// cellOf is a custom attribute's value as a cell.
func cellOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any, []any, float64:
		return string(args(v))
	default:
		return fmt.Sprint(v)
	}
}
