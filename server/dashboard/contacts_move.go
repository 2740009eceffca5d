package dashboard

import (
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

func contactMoveRoutes() []route {
	move := helpdesk.MoveContacts
	return []route{
		{"GET /contacts/import", move, (*call).showImport},
		{"GET /contacts/import/contacts.csv", move, (*call).showImportTemplate},
		{"POST /contacts/import", move, (*call).postImport},
		{"POST /contacts/import/start", move, (*call).postImportStart},
		{"GET /contacts/export", move, (*call).showExport},
		{"POST /contacts/export", move, (*call).postExport},
	}
}

// maxImport is what of a file is read before it is looked at; the desk takes less.
const maxImport = 11 << 20

// importPage is where files of contacts come in. With a Preview it shows one.
type importPage struct {
	*call
	Wrong   string // what is wrong with the file
	File    string // its name
	Token   string // of the file, while it waits
	Preview *helpdesk.ImportPreview
}

func (c *call) showImport() error {
	return c.render("contacts/import", http.StatusOK, &importPage{call: c})
}

// showImportTemplate is an empty list of contacts.
func (c *call) showImportTemplate() error {
	columns, err := c.desk.Contacts.ImportColumns(c.ctx())
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="contacts.csv"`)
	h.Set("X-Content-Type-Options", "nosniff")
	w := csv.NewWriter(c.w)
	_ = w.Write(columns) // the browser left: nobody to tell
	w.Flush()
	return nil
}

// postImport shows how a file would be read. The file waits, for a day.
func (c *call) postImport() error {
	if _, err := c.input(); err != nil {
		return err
	}
	p := &importPage{call: c}
	file, head, err := c.r.FormFile("import_file")
	if err != nil {
		p.Wrong = c.T("contacts.import_choose")
		return c.render("contacts/import", http.StatusUnprocessableEntity, p)
	}
	defer file.Close()
	p.File = path.Base(head.Filename)
	p.Preview, err = c.desk.Contacts.PreviewImport(c.ctx(), helpdesk.File{Name: head.Filename, Data: io.LimitReader(file, maxImport)})
	if p.Wrong = c.wrongFile(err); p.Wrong != "" {
		return c.render("contacts/import", http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	row, err := c.desk.Uploads.Store(c.ctx(), helpdesk.File{Name: head.Filename, ContentType: "text/csv", Data: file})
	if err != nil {
		return err
	}
	if p.Token, err = c.e.UploadToken(row); err != nil {
		return err
	}
	return c.render("contacts/import", http.StatusOK, p)
}

// wrongFile is what the desk says of a file; "" = nothing is wrong with it.
func (c *call) wrongFile(err error) string {
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok || e.Code != helpdesk.Invalid {
		return ""
	}
	if says := e.Fields["import_file"]; says != "" {
		return c.T("contacts.the_file", "says", c.wrong(says))
	}
	return e.Message
}

// postImportStart reads the file that waits.
func (c *call) postImportStart() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	row, content, err := c.e.UploadFile(c.ctx(), in.Get("token"))
	if err != nil || row.Account != c.account.ID || row.By != (helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: int64(c.self.ID)}) {
		if err == nil {
			_ = content.Close() // it was only read
		}
		return c.render("contacts/import", http.StatusUnprocessableEntity, &importPage{call: c, Wrong: c.T("contacts.import_again")})
	}
	defer content.Close()
	_, err = c.desk.Contacts.Import(c.ctx(), helpdesk.File{Name: row.Name, Data: content})
	if wrong := c.wrongFile(err); wrong != "" {
		return c.render("contacts/import", http.StatusUnprocessableEntity, &importPage{call: c, Wrong: wrong})
	}
	if err != nil {
		return err
	}
	return c.done(c.path("/contacts/import"), "contacts.import_started")
}

// importColumn is a column of the file as the preview shows it.
type importColumn struct {
	Name, Role, Means string
}

// Columns says what becomes of the file's columns.
func (p *importPage) Columns() []importColumn {
	var out []importColumn
	for _, col := range p.Preview.Columns {
		key := "contacts.role_" + string(col.Role)
		if col.Role == helpdesk.ImportKey || col.Role == helpdesk.ImportField {
			key = "contacts.field_" + col.Name
		}
		out = append(out, importColumn{col.Name, string(col.Role), p.T(key)})
	}
	return out
}

// Left is how many rows the preview does not show.
func (p *importPage) Left() int { return p.Preview.Total - len(p.Preview.Rows) }

// History are the last imports and exports of whoever looks.
func (c *call) moveHistory(kinds ...helpdesk.TaskKind) ([]taskLine, error) {
	tasks, err := c.desk.Tasks.List(c.ctx(), helpdesk.Page{Limit: 100})
	var out []taskLine
	for _, t := range tasks {
		if slices.Contains(kinds, t.Kind) && len(out) < 20 {
			out = append(out, c.taskLine(t))
		}
	}
	return out, err
}

// History are the last imports of whoever looks.
func (p *importPage) History() ([]taskLine, error) { return p.moveHistory(helpdesk.ImportContacts) }

// exportPage is where contacts go out: those that the list showed.
type exportPage struct {
	*call
	List    *contactsPage
	Total   int
	Form    *form
	Problem string
}

func (c *call) exportPage() (*exportPage, error) {
	list, err := c.contactsPage()
	if err != nil {
		return nil, err
	}
	if list.Problem != "" {
		return nil, helpdesk.Errorf(helpdesk.Invalid, "the filter could not be read")
	}
	f := list.filter()
	f.Known, f.Sort = true, "" // as the export counts them
	_, total, err := c.desk.Contacts.List(c.ctx(), f, helpdesk.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	columns, err := c.desk.Contacts.ImportColumns(c.ctx())
	if err != nil {
		return nil, err
	}
	q := field{Name: "column_names", Kind: asChoices, Values: slices.Concat([]string{"id"}, columns)}
	for _, name := range slices.Concat([]string{"id"}, columns, []string{"created_at", "last_activity_at"}) {
		o := option{Value: name, Label: name}
		if key := "contacts.field_" + name; catalogue()[key] != nil {
			o.Label, o.Hint = c.T(key), name
		}
		q.Options = append(q.Options, o)
	}
	return &exportPage{call: c, List: list, Total: total, Form: c.ask("contacts", q)}, nil
}

func (c *call) showExport() error {
	p, err := c.exportPage()
	if err != nil {
		return err
	}
	return c.render("contacts/export", http.StatusOK, p)
}

// postExport starts to write the file.
func (c *call) postExport() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	p, err := c.exportPage()
	if err != nil {
		return err
	}
	p.Form.fill(in.Values)
	f := p.List.filter()
	_, err = c.desk.Contacts.Export(c.ctx(), helpdesk.ContactExport{Where: f.Where, Labels: f.Labels, Query: f.Query, Columns: in.Values["column_names"]})
	if err != nil {
		if p.Form.refuse(c, err) {
			return c.render("contacts/export", http.StatusUnprocessableEntity, p)
		}
		return err
	}
	return c.done(c.path("/contacts/export?", p.List.Query.values().Encode()), "contacts.export_started")
}

// Action is the form's address: with the filter.
func (p *exportPage) Action() string { return p.List.ExportTo() }

// History are the last exports of whoever looks.
func (p *exportPage) History() ([]taskLine, error) { return p.moveHistory(helpdesk.ExportContacts) }

// What says in words which contacts are exported.
func (p *exportPage) What() string {
	q := p.List.Query
	var parts []string
	if v := p.List.View(); v != nil {
		parts = append(parts, v.Name)
	}
	if q.Text != "" {
		parts = append(parts, "“"+q.Text+"”")
	}
	if q.Label != "" {
		parts = append(parts, p.T("contacts.label")+" "+q.Label)
	}
	if q.Where != "" {
		parts = append(parts, p.T("contacts.filter"))
	}
	return strings.Join(parts, " · ")
}
