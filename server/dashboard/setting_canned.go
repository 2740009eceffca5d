package dashboard

import (
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// cannedSetting is /settings/canned.
func cannedSetting() setting {
	return setting{
		Path: "canned", May: helpdesk.ReadCanned, Edit: helpdesk.EditCanned, List: cannedList, Form: cannedForm, Save: saveCanned,
		Delete: func(c *call, id int64) error { return c.desk.CannedResponses.Delete(c.ctx(), helpdesk.CannedID(id)) },
	}
}

func cannedList(c *call) (*table, error) {
	list, err := c.desk.CannedResponses.List(c.ctx(), c.r.URL.Query().Get("q"))
	t := &table{Columns: []string{"canned.short_code", "canned.content", "canned.files"}, Search: true}
	for _, r := range list {
		files := ""
		if len(r.Files) > 0 {
			files = str(len(r.Files))
		}
		t.Rows = append(t.Rows, tableRow{ID: int64(r.ID), Cells: []cell{{Text: "/" + r.ShortCode}, {Text: excerpt(r.Content, 160)}, {Text: files}}})
	}
	return t, err
}

// excerpt is the beginning of a text.
func excerpt(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

func (c *call) canned(id int64) (*helpdesk.CannedResponse, error) {
	if id == 0 {
		return &helpdesk.CannedResponse{}, nil
	}
	return c.desk.CannedResponses.Get(c.ctx(), helpdesk.CannedID(id))
}

func cannedForm(c *call, id int64) (*form, error) {
	r, err := c.canned(id)
	if err != nil {
		return nil, err
	}
	fields := []field{
		{Name: "short_code", Kind: asText, Value: r.ShortCode, Required: true},
		{Name: "content", Kind: asArea, Value: r.Content, Required: true},
	}
	if len(r.Files) > 0 {
		keep := field{Name: "keep", Kind: asChoices}
		for _, file := range r.Files {
			keep.Options = append(keep.Options, option{Value: file.Key, Label: file.Name, Hint: size(file.Size)})
			keep.Values = append(keep.Values, file.Key)
		}
		fields = append(fields, keep)
	}
	f := c.ask("canned", append(fields, field{Name: "files", Kind: asFile, Many: true})...)
	f.Title = "/" + r.ShortCode
	return f, nil
}

func saveCanned(c *call, id int64, in input) (int64, error) {
	r, err := c.canned(id)
	if err != nil {
		return 0, err
	}
	files, done, err := c.uploads("files")
	if err != nil {
		return 0, err
	}
	defer done()
	change := helpdesk.CannedInput{ShortCode: in.text("short_code"), Content: in.area("content"), Files: helpdesk.FileChange{Add: files}}
	for _, file := range r.Files {
		if !slices.Contains(in.Values["keep"], file.Key) {
			change.Files.Drop = append(change.Files.Drop, file.Key)
		}
	}
	if id == 0 {
		r, err = c.desk.CannedResponses.Create(c.ctx(), change)
	} else {
		r, err = c.desk.CannedResponses.Update(c.ctx(), helpdesk.CannedID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(r.ID), nil
}
