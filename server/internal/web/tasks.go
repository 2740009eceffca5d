package web

import (
	"mime"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

// TaskPath is where the files of tasks are served, in net/http's form.
const TaskPath = helpdesk.TaskFilePath + "{token}/{name}"

// TaskURL is the absolute address of the file that a task came to, for the
// actor; "" = there is none.
func (f Files) TaskURL(actor helpdesk.Actor, t *helpdesk.Task) string {
	if !f.Engine.Now().Before(t.FileUntil()) {
		return ""
	}
	token, err := f.Engine.TaskToken(actor, t)
	if err != nil {
		return ""
	}
	return f.Base + helpdesk.TaskFilePath + token + "/contacts.csv"
}

// ServeTask answers TaskPath. A link that is forged or over, or whose holder may
// not import and export any more, is 404.
func (f Files) ServeTask(w http.ResponseWriter, r *http.Request) {
	file, err := f.Engine.TaskFile(r.Context(), r.PathValue("token"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer file.Content.Close()
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	guard(h)
	h.Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", file.At, file.Content)
}
