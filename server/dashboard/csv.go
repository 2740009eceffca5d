package dashboard

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"
)

// csv answers with a table as a file. A cell that a spreadsheet would take for a
// formula is kept from it; what somebody wrote is text.
func (c *call) csv(name string, rows [][]string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range rows {
		line := make([]string, len(row))
		for i, cell := range row {
			if line[i] = cell; cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				line[i] = "'" + cell
			}
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	if w.Flush(); w.Error() != nil {
		return w.Error()
	}
	h := c.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(b.Bytes()) // the browser left: nobody to tell
	return nil
}

// wantsCSV is whether a page is asked for as a file.
func (c *call) wantsCSV() bool { return c.r.URL.Query().Get("format") == "csv" }

// CSV is for templates: the address of the page's figures as a file.
func (c *call) CSV() string {
	q := c.r.URL.Query()
	q.Set("format", "csv")
	return c.r.URL.Path + "?" + q.Encode()
}
