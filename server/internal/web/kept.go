package web

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// KeptNoun is what a kept file belongs to.
type KeptNoun string

const (
	KeptByCanned KeptNoun = "canned"
	KeptByMacro  KeptNoun = "macro"
	KeptByRule   KeptNoun = "rule"
	KeptByPortal KeptNoun = "portal" // a logo

	KeptByScheduled KeptNoun = "scheduled"
)

const keptPurpose = "kept_file"

type keptTicket struct {
	Account helpdesk.AccountID `json:"a"`
	Noun    KeptNoun           `json:"n"`
	Object  int64              `json:"o"`
	File    string             `json:"f"`
	Kind    helpdesk.ActorKind `json:"k"`
	Actor   int64              `json:"i,omitempty"`
}

// KeptURL is the absolute address of a file of a canned response, a macro or a
// rule for the actor, as URL is of an attachment.
func (f Files) KeptURL(actor helpdesk.Actor, noun KeptNoun, object int64, file helpdesk.KeptFile) string {
	t := keptTicket{actor.Account(), noun, object, file.Key, actor.Ref().Kind, actor.Ref().ID}
	token, err := f.Engine.SealToken(keptPurpose, t, f.Engine.Now().Add(fileLife))
	if err != nil {
		return ""
	}
	name := file.Name
	if name == "" {
		name = "file"
	}
	return f.Base + strings.NewReplacer("{token}", token, "{name}", url.PathEscape(name)).Replace(FilePath)
}

// openKept opens the file of a kept file's ticket, as an attachment.
func (f Files) openKept(ctx context.Context, token string) (*helpdesk.Attachment, io.ReadSeekCloser, error) {
	var t keptTicket
	if err := f.Engine.OpenToken(keptPurpose, token, &t); err != nil {
		return nil, nil, err
	}
	d := f.Engine.As(f.actor(fileTicket{Account: t.Account, Kind: t.Kind, Actor: t.Actor}))
	var file helpdesk.KeptFile
	var content io.ReadSeekCloser
	var err error
	switch t.Noun {
	case KeptByCanned:
		file, content, err = d.CannedResponses.OpenFile(ctx, helpdesk.CannedID(t.Object), t.File)
	case KeptByMacro:
		file, content, err = d.Macros.OpenFile(ctx, helpdesk.MacroID(t.Object), t.File)
	case KeptByRule:
		file, content, err = d.Rules.OpenFile(ctx, helpdesk.RuleID(t.Object), t.File)
	case KeptByScheduled:
		file, content, err = d.ScheduledMessages.OpenFile(ctx, helpdesk.ScheduledID(t.Object), t.File)
	case KeptByPortal:
		file, content, err = d.Portals.OpenLogo(ctx, helpdesk.PortalID(t.Object), t.File)
	default:
		err = helpdesk.NotFound
	}
	return &helpdesk.Attachment{Name: file.Name, ContentType: file.ContentType}, content, err
}
