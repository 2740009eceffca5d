package chatwoot

import (
	"context"
	"mime/multipart"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

type importInput struct {
	File *multipart.FileHeader `in:"import_file"`
}

func importContacts(ctx context.Context, c *call, in importInput) (empty, error) {
	file, closeFile, err := openFile(in.File)
	if err != nil {
		return empty{}, err
	}
	defer closeFile()
	if file == nil {
		return empty{}, refused(http.StatusUnprocessableEntity, "File is blank")
	}
	_, err = c.desk.Contacts.Import(ctx, *file)
	return empty{}, err
}

// showImportTemplate is an empty list of contacts, with the names of its columns.
func showImportTemplate(ctx context.Context, c *call, _ none) (csvFile, error) {
	columns, err := c.desk.Contacts.ImportColumns(ctx)
	return csvFile{[][]string{columns}}, err
}

type exportInput struct {
	Payload []condition `in:"payload"`
	Label   string      `in:"label"`
	Query   string      `in:"q"` // an addition
	Columns []string    `in:"column_names"`
}

// exportContacts takes a filter or a label; a filter beats the label.
func exportContacts(ctx context.Context, c *call, in exportInput) (empty, error) {
	out := helpdesk.ContactExport{Query: in.Query, Columns: in.Columns}
	if len(in.Payload) > 0 {
		where, err := readConditions(in.Payload)
		if err != nil {
			return empty{}, err
		}
		out.Where = &where
	} else if in.Label != "" {
		out.Labels = []string{in.Label}
	}
	_, err := c.desk.Contacts.Export(ctx, out)
	return empty{}, err
}

type contactRow struct {
	Name       *string        `in:"name"`
	Email      string         `in:"email"`
	Phone      string         `in:"phone_number"`
	Identifier string         `in:"identifier"`
	Company    *string        `in:"company"`
	City       *string        `in:"city"`
	Country    *string        `in:"country"`
	Attributes map[string]any `in:"custom_attributes"`
	Tags       []string       `in:"tags"`
}

// upsertContact is one row of an import.
func upsertContact(ctx context.Context, c *call, in contactRow) (payload[contactView], error) {
	row, err := c.desk.Contacts.Upsert(ctx, helpdesk.ContactRow{
		Email: in.Email, Phone: in.Phone, Identifier: in.Identifier, Name: in.Name, Company: in.Company, City: in.City, Country: in.Country,
		Attributes: in.Attributes, AddLabels: in.Tags,
	})
	return c.oneContact(ctx, row, err)
}

func listBulk(ctx context.Context, c *call, in pageInput) (payload[[]taskView], error) {
	tasks, err := c.desk.Tasks.List(ctx, in.page(contactsPerPage))
	if err != nil {
		return payload[[]taskView]{}, err
	}
	return wrap(each(tasks, c.task)), nil
}
