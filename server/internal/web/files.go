package web

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// FilePath is the pattern under which Files serves, in net/http's form.
const FilePath = "/rails/active_storage/blobs/redirect/{token}/{name}"

const (
	filePurpose = "attachment"
	fileLife    = 7 * 24 * time.Hour
)

// Files gives attachments addresses that anybody may follow for a week, on
// behalf of whoever was shown them: who may not see the conversation any more
// does not see its files either.
type Files struct {
	Engine *helpdesk.Engine
	Base   string // "https://desk.example", without a slash at the end
}

type fileTicket struct {
	Account    helpdesk.AccountID      `json:"a"`
	Attachment helpdesk.AttachmentID   `json:"f"`
	Kind       helpdesk.ActorKind      `json:"k"`
	Actor      int64                   `json:"i,omitempty"`
	Address    helpdesk.ContactInboxID `json:"c,omitempty"`
}

// URL is the absolute address of an attachment for the actor; where the file was
// never stored here, it is the address it was linked under.
func (f Files) URL(actor helpdesk.Actor, a *helpdesk.Attachment) string {
	if a.Blob == "" {
		return a.URL
	}
	t := fileTicket{actor.Account(), a.ID, actor.Ref().Kind, actor.Ref().ID, actor.Address()}
	token, err := f.Engine.SealToken(filePurpose, t, f.Engine.Now().Add(fileLife))
	if err != nil {
		return ""
	}
	name := a.Name
	if name == "" {
		name = "file"
	}
	return f.Base + strings.NewReplacer("{token}", token, "{name}", url.PathEscape(name)).Replace(FilePath)
}

// actor is who the link was made for.
func (f Files) actor(t fileTicket) helpdesk.Actor {
	switch t.Kind {
	case helpdesk.ByAgent:
		return f.Engine.Agent(t.Account, helpdesk.AgentID(t.Actor))
	case helpdesk.ByBot:
		return f.Engine.Bot(t.Account, helpdesk.AgentID(t.Actor))
	case helpdesk.ByContact:
		return f.Engine.Contact(t.Account, helpdesk.ContactID(t.Actor), t.Address)
	default:
		return f.Engine.System(t.Account)
	}
}

// ServeHTTP answers FilePath, ranges included. A link that is forged or over, or
// whose holder may not see the file any more, is 404.
func (f Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, content, err := f.open(r.Context(), r.PathValue("token"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer content.Close()
	ServeFile(w, r, a, content)
}

// ServeFile answers with a file that a stranger made: ranges included, and nothing
// that a browser would run.
func ServeFile(w http.ResponseWriter, r *http.Request, a *helpdesk.Attachment, content io.ReadSeeker) {
	h := w.Header()
	h.Set("Content-Type", a.ContentType)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition(a.ContentType), map[string]string{"filename": a.Name}))
	guard(h)
	http.ServeContent(w, r, "", a.CreatedAt, content)
}

func (f Files) open(ctx context.Context, token string) (*helpdesk.Attachment, io.ReadSeekCloser, error) {
	var t fileTicket
	if err := f.Engine.OpenToken(filePurpose, token, &t); err != nil {
		return f.openKept(ctx, token) // a forged one is none of these either
	}
	d := f.Engine.As(f.actor(t))
	a, err := d.Messages.Attachment(ctx, t.Attachment)
	if err != nil {
		return nil, nil, err
	}
	content, err := d.Messages.OpenFile(ctx, a)
	return a, content, err
}

// disposition lets a browser show what cannot run anything, and save the rest.
func disposition(contentType string) string {
	kind, sub, _ := strings.Cut(contentType, "/")
	switch {
	case kind == "image" && !strings.HasPrefix(sub, "svg"), kind == "audio", kind == "video", contentType == "application/pdf":
		return "inline"
	}
	return "attachment"
}
