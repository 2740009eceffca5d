package helpdesk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// errorsColumn holds the reasons in the file of refused rows.
const errorsColumn = "errors"

// contactKeys are the columns of which a list of contacts needs one.
var contactKeys = []string{"email", "phone_number", "identifier"}

// importColumns are the columns that are no custom attributes; passedOver are
// those that only the desk's own files have.
var (
	importColumns = []string{"name", "email", "phone_number", "identifier", "company", "city", "country", "tags"}
	passedOver    = []string{"id", "created_at", "updated_at", "last_activity_at", errorsColumn}
)

type importArgs struct {
	Name string `json:"name"` // of the file
}

// ImportColumns are the names of the columns that Import reads, in order: those
// of every contact, then the account's custom attributes.
func (s Contacts) ImportColumns(ctx context.Context) ([]string, error) {
	return read(ctx, s.d, func(u *unit) ([]string, error) {
		if err := u.may(MoveContacts); err != nil {
			return nil, err
		}
		out := slices.Clone(importColumns)
		for _, def := range u.cfg.attributes {
			if def.Model == ContactAttribute {
				out = append(out, def.Key)
			}
		}
		return out, nil
	})
}

// Import starts a task that reads contacts from a CSV file, by the rules of
// Upsert. The first line names the columns: name, email, phone_number,
// identifier, company, city and country; tags, of labels to add, with commas
// between them; any other is the key of a custom attribute. A column that is
// there overwrites, and an empty cell in it clears. A number without a country
// code takes the account's.
//
// A file of more than 10 MB, 100,000 rows or 200 columns, one that is broken, and
// one without a key column is Invalid, and nothing of it is stored. A row that is
// refused leaves the others alone: see Tasks.File. The file itself is removed when
// the task has ended, or a day later when rows were refused.
func (s Contacts) Import(ctx context.Context, f File) (*Task, error) {
	if err := s.d.view(ctx, func(u *unit) error { return u.may(MoveContacts) }); err != nil {
		return nil, err
	}
	if s.d.e.opts.Blobs == nil {
		return nil, errNoFiles()
	}
	t, err := readImport(f)
	if err != nil {
		return nil, err
	}
	key := newToken()
	if err := s.d.e.opts.Blobs.Put(ctx, key, bytes.NewReader(args(t))); err != nil {
		return nil, &Error{Code: Unavailable, Message: "the file could not be stored", Err: err}
	}
	made, err := change(ctx, s.d, loadTask, func(u *unit) (*Task, int64, error) {
		if err := u.may(MoveContacts); err != nil {
			return nil, 0, err
		}
		name := safeName(f.Name)
		made, id, err := u.startFiled(ImportContacts, len(t.Rows), importArgs{name}, key)
		if err != nil {
			return nil, 0, err
		}
		return made, id, u.audit("create", "contact_import", id, map[string]Change{"file": changed(nil, name), "rows": changed(nil, len(t.Rows))})
	})
	s.d.e.dropUnused(ctx, err, []*Attachment{{Blob: key}}, func(key string) bool { return made != nil && made.Blob == key })
	return made, err
}

// ImportPreview is how Import would read a file.
type ImportPreview struct {
	Columns []ImportColumn
	Rows    [][]string // the first ten, with a cell for each column
	Total   int        // rows in all
}

// ImportColumn is a column of a file, and what becomes of it.
type ImportColumn struct {
	Name string
	Role ImportRole
}

// ImportRole is what a column of a file is read as.
type ImportRole string

const (
	ImportKey       ImportRole = "key"       // says which contact is meant
	ImportField     ImportRole = "field"     // of every contact
	ImportLabels    ImportRole = "labels"    // to add
	ImportAttribute ImportRole = "attribute" // a custom attribute
	ImportUnknown   ImportRole = "unknown"   // a custom attribute that nobody has defined: kept as text
	ImportPassed    ImportRole = "passed"    // passed over: only the desk's own files have it
)

const previewRows = 10

// PreviewImport reads a file as Import would, refuses it for the same reasons, and
// stores nothing.
func (s Contacts) PreviewImport(ctx context.Context, f File) (*ImportPreview, error) {
	if err := s.d.view(ctx, func(u *unit) error { return u.may(MoveContacts) }); err != nil {
		return nil, err
	}
	t, err := readImport(f)
	if err != nil {
		return nil, err
	}
	return read(ctx, s.d, func(u *unit) (*ImportPreview, error) {
		out := &ImportPreview{Total: len(t.Rows)}
		for _, name := range t.Columns {
			out.Columns = append(out.Columns, ImportColumn{name, u.importRole(name)})
		}
		for _, row := range t.Rows[:min(previewRows, len(t.Rows))] {
			cells := make([]string, len(t.Columns))
			for i := range min(len(cells), len(row.Cells)) {
				cells[i] = strings.TrimSpace(alive(row.Cells[i]))
			}
			out.Rows = append(out.Rows, cells)
		}
		return out, nil
	})
}

func (u *unit) importRole(column string) ImportRole {
	switch {
	case slices.Contains(contactKeys, column):
		return ImportKey
	case column == "tags":
		return ImportLabels
	case slices.Contains(importColumns, column):
		return ImportField
	case slices.Contains(passedOver, column):
		return ImportPassed
	case u.cfg.attribute(ContactAttribute, column) != nil:
		return ImportAttribute
	}
	return ImportUnknown
}

// readImport is a file of contacts, or all that is wrong with it.
func readImport(f File) (*table, error) {
	t, faults, err := readTable(f.Data)
	if err != nil {
		return nil, err
	}
	if t != nil {
		faults = append(faults, t.readColumns()...)
	}
	if len(faults) > 0 {
		return nil, problems{"import_file": strings.Join(faults, "; ")}.err()
	}
	return t, nil
}

// readColumns brings the names of columns into the form that rows are read by,
// and returns all that is wrong with them.
func (t *table) readColumns() (faults []string) {
	if len(t.Columns) > maxTableColumns {
		return []string{"has more than 200 columns"}
	}
	seen := make(map[string]bool)
	fault := func(bad bool, format string, of ...any) {
		if bad && len(faults) < maxTableFaults {
			faults = append(faults, fmt.Sprintf(format, of...))
		}
	}
	for i, name := range t.Columns {
		name = strings.TrimSpace(clean(alive(name)))
		if lower := strings.ToLower(name); slices.Contains(importColumns, lower) || slices.Contains(passedOver, lower) {
			name = lower
		}
		t.Columns[i] = name
		reserved := slices.Contains(reservedKeys(ContactAttribute), name) && !slices.Contains(importColumns, name) && !slices.Contains(passedOver, name)
		fault(name == "", "has no name for column %d", i+1)
		fault(name != "" && seen[name], "has the column %s twice", clip(name, maxField))
		fault(reserved, "has the column %s, which cannot be imported", name)
		fault(tooLong(name, maxField), "has a name of more than 255 characters for column %d", i+1)
		seen[name] = true
	}
	fault(!slices.ContainsFunc(contactKeys, func(k string) bool { return seen[k] }), "needs a column email, phone_number or identifier")
	fault(len(t.Rows) == 0, "has no rows")
	return faults
}

// importSteps is a task's file, row by row.
func (e *Engine) importSteps(ctx context.Context, task *Task) (*steps, error) {
	if e.opts.Blobs == nil {
		return nil, errNoFiles() // another process may have them
	}
	file, err := e.opts.Blobs.Open(ctx, task.Blob)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var t table
	if err := json.NewDecoder(file).Decode(&t); err != nil {
		return nil, err
	}
	if len(t.Rows) != task.Total {
		return nil, Permanent(Errorf(Internal, "the file of task %d has %d rows, not %d", task.ID, len(t.Rows), task.Total))
	}
	return &steps{
		batch: 10, // a row writes up to ten
		name:  func(i int) int64 { return int64(t.Rows[i].Line) },
		do: func(u *unit, i int) (skipped bool, err error) {
			if err := u.may(MoveContacts); err != nil {
				return false, err
			}
			in, err := u.rowOf(t.Columns, t.Rows[i].Cells)
			if err != nil {
				return false, untouched{err}
			}
			named, known, err := u.readRow(in)
			if isRefusal(err) {
				return false, untouched{err}
			}
			if err == nil {
				_, err = u.applyRow(named, known, in)
			}
			return false, err
		},
	}, nil
}

// rowOf reads the cells of a row by the names of their columns.
func (u *unit) rowOf(columns, cells []string) (in ContactRow, err error) {
	if len(cells) != len(columns) {
		return in, Errorf(Invalid, "the row has %d cells, the first line %d", len(cells), len(columns))
	}
	in.Attributes = make(map[string]any)
	for i, column := range columns {
		cell := strings.TrimSpace(alive(cells[i]))
		switch column {
		case "email":
			in.Email = cell
		case "phone_number":
			in.Phone = cell
		case "identifier":
			in.Identifier = cell
		case "name":
			in.Name = &cell
		case "company":
			in.Company = &cell
		case "city":
			in.City = &cell
		case "country":
			in.Country = &cell
		case "tags":
			in.AddLabels = strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ';' })
		default:
			if !slices.Contains(passedOver, column) {
				in.Attributes[column] = u.attributeOf(column, cell)
			}
		}
	}
	return in, nil
}

// attributeOf is a cell as a custom attribute's value: of the attribute's type
// where it can be read as that; nil = none.
func (u *unit) attributeOf(key, cell string) any {
	if cell == "" {
		return nil
	}
	for _, def := range u.cfg.attributes {
		if def.Model != ContactAttribute || def.Key != key {
			continue
		}
		switch def.Type {
		case NumberAttribute, CurrencyAttribute, PercentAttribute:
			if n, err := strconv.ParseFloat(cell, 64); err == nil && checkNumber(cell) == "" {
				return n
			}
		case CheckboxAttribute:
			if yes := fold(cell); yes == "true" || yes == "false" {
				return yes == "true"
			}
		case TextAttribute, LinkAttribute, DateAttribute, ListAttribute:
		}
	}
	return cell
}
