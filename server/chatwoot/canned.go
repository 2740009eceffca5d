package chatwoot

import (
	"context"
	"mime/multipart"

	"github.com/gohelpdesk/helpdesk"
)

// filesInput are files that a canned response, a macro or a rule keeps, and the
// blob ids of those it gives up; both are additions.
type filesInput struct {
	Files       []*multipart.FileHeader `in:"files"`
	Attachments []*multipart.FileHeader `in:"attachments"`
	Drop        []string                `in:"remove_files"`
}

// change is the engine's form of it. The caller calls close once they are stored.
func (in filesInput) change() (f helpdesk.FileChange, closeFiles func(), err error) {
	f.Drop = in.Drop
	f.Add, closeFiles, err = openFiles(append(in.Files, in.Attachments...))
	return f, closeFiles, err
}

type cannedInput struct {
	ShortCode *string `in:"short_code"`
	Content   *string `in:"content"`
	filesInput
}

type cannedID struct {
	ID helpdesk.CannedID `in:"id"`
}

type cannedChange struct {
	cannedID
	cannedInput
}

type cannedSearch struct {
	Search string `in:"search"`
}

func listCanned(ctx context.Context, c *call, in cannedSearch) ([]cannedView, error) {
	found, err := c.desk.CannedResponses.List(ctx, in.Search)
	return each(found, c.viewCanned), err
}

func createCanned(ctx context.Context, c *call, in cannedInput) (cannedView, error) {
	files, closeFiles, err := in.change()
	if err != nil {
		return cannedView{}, err
	}
	defer closeFiles()
	r, err := c.desk.CannedResponses.Create(ctx, helpdesk.CannedInput{ShortCode: in.ShortCode, Content: in.Content, Files: files})
	return shown(r, err, c.viewCanned)
}

func updateCanned(ctx context.Context, c *call, in cannedChange) (cannedView, error) {
	files, closeFiles, err := in.change()
	if err != nil {
		return cannedView{}, err
	}
	defer closeFiles()
	r, err := c.desk.CannedResponses.Update(ctx, in.ID, helpdesk.CannedInput{ShortCode: in.ShortCode, Content: in.Content, Files: files})
	return shown(r, err, c.viewCanned)
}

func deleteCanned(ctx context.Context, c *call, in cannedID) (empty, error) {
	return empty{}, c.desk.CannedResponses.Delete(ctx, in.ID)
}
