package helpdesk

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
)

// keepTaskFiles is how long what an import refused, or an export wrote, can be
// fetched after the task's end. Who is erased is out of every file a day later.
const keepTaskFiles = 24 * time.Hour

// TaskRefusal is a run of items of a task that were refused for one reason.
type TaskRefusal struct {
	Task   TaskID
	From   int // the first item, from 0
	Items  int
	Reason string
}

// FileUntil is until when Tasks.File gives the file that the task came to: what
// an export wrote, or the rows that an import refused. Zero = there is none.
func (t *Task) FileUntil() time.Time {
	if t.EndedAt.IsZero() || t.Blob == "" {
		return time.Time{}
	}
	return t.EndedAt.Add(keepTaskFiles)
}

// TaskFile is the file that a task came to, CSV in UTF-8.
type TaskFile struct {
	Name    string // "contacts.csv"
	At      time.Time
	Content io.ReadSeekCloser
}

// File returns the file that a task came to, for 24 hours after its end. It is
// for whoever may import and export, their own or, for those who may change the
// settings, anybody's. The caller closes Content.
func (s Tasks) File(ctx context.Context, id TaskID) (*TaskFile, error) {
	var refused []TaskRefusal
	t, err := read(ctx, s.d, func(u *unit) (*Task, error) {
		t, err := u.tx.Tasks().Get(u.ctx, id)
		if err != nil {
			return nil, err
		}
		if t.By != u.actor.ref && u.may(EditSettings) != nil {
			return nil, notFound("task")
		}
		if err := u.may(MoveContacts); err != nil {
			return nil, err
		}
		if !u.now.Before(t.FileUntil()) || u.e.opts.Blobs == nil {
			return nil, notFound("file")
		}
		if t.Kind == ImportContacts {
			refused, err = u.refusals(t.ID)
		}
		return t, err
	})
	if err != nil {
		return nil, err
	}
	content, err := s.d.e.opts.Blobs.Open(ctx, t.Blob)
	if err == nil && t.Kind == ImportContacts {
		content, err = refusedRows(content, refused)
	}
	if err != nil {
		return nil, err
	}
	name := "contacts.csv"
	if t.Kind == ImportContacts {
		name = "refused_contacts.csv"
	}
	return &TaskFile{name, t.EndedAt, content}, nil
}

// List returns the actor's own tasks, newest first.
func (s Tasks) List(ctx context.Context, p Page) ([]*Task, error) {
	return read(ctx, s.d, func(u *unit) ([]*Task, error) {
		if err := u.may(EditSelf); err != nil {
			return nil, err
		}
		return u.tx.Tasks().List(u.ctx, TaskFilter{By: u.actor.ref}, p)
	})
}

func (u *unit) refusals(id TaskID) (out []TaskRefusal, err error) {
	for after := -1; ; after = out[len(out)-1].From {
		more, err := u.tx.TaskRefusals().List(u.ctx, id, after, MaxPage)
		out = append(out, more...)
		if err != nil || len(more) < MaxPage {
			return out, err
		}
	}
}

// refusedRows is what an import read, as far as it was refused, with the reasons
// in a column of their own: once mended it can be imported as it is.
func refusedRows(file io.ReadCloser, refused []TaskRefusal) (io.ReadSeekCloser, error) {
	defer file.Close()
	var in table
	if err := json.NewDecoder(file).Decode(&in); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := writeRow(&out, append(in.Columns, errorsColumn)); err != nil {
		return nil, err
	}
	for _, r := range refused {
		for _, row := range in.Rows[min(r.From, len(in.Rows)):min(r.From+r.Items, len(in.Rows))] {
			cells := make([]string, len(in.Columns), len(in.Columns)+1)
			copy(cells, row.Cells)
			if err := writeRow(&out, append(cells, r.Reason)); err != nil {
				return nil, err
			}
		}
	}
	return memoryFile{bytes.NewReader(out.Bytes())}, nil
}

type memoryFile struct{ *bytes.Reader }

func (memoryFile) Close() error { return nil }

// TaskFilePath is where handlers serve the files of tasks, the token and a slash
// and a name behind it: the desk's mails link there, below Options.PublicURL.
const TaskFilePath = "/rails/active_storage/tasks/"

const taskTokens = "task file"

type taskTicket struct {
	Account AccountID `json:"a"`
	Task    TaskID    `json:"t"`
	By      ActorRef  `json:"b"`
}

// TaskToken lets whoever holds it fetch the file of a task, with the rights that
// the actor has by then, for as long as there is one.
func (e *Engine) TaskToken(a Actor, t *Task) (string, error) {
	return e.SealToken(taskTokens, taskTicket{a.account, t.ID, a.ref}, t.FileUntil())
}

// TaskFile is Tasks.File for the holder of a token. Every reason for refusing it
// is the same NotFound.
func (e *Engine) TaskFile(ctx context.Context, token string) (*TaskFile, error) {
	var t taskTicket
	if err := e.OpenToken(taskTokens, token, &t); err != nil {
		return nil, err
	}
	f, err := e.As(Actor{account: t.Account, ref: t.By}).Tasks.File(ctx, t.Task)
	if isRefusal(err) {
		return nil, notFound("link")
	}
	return f, err
}

// mailTask arms the mail that tells what an import or export came to.
func (u *unit) mailTask(t *Task) {
	if (t.Kind == ImportContacts || t.Kind == ExportContacts) && t.By.Kind == ByAgent && u.e.opts.Mailer != nil {
		u.enqueue(&Job{Kind: jobTaskMail, Key: itoa(t.ID), Args: args(taskArgs{t.ID})})
	}
}

// sendTaskMail is the job behind mailTask. The link is made here, so that it lies
// nowhere.
func (e *Engine) sendTaskMail(ctx context.Context, j *Job) error {
	var in taskArgs
	if err := json.Unmarshal(j.Args, &in); err != nil {
		return Permanent(err)
	}
	if e.opts.Mailer == nil {
		return errNoMailer() // another process may have one
	}
	var m *Mail
	err := e.view(ctx, e.System(j.Account), func(u *unit) error {
		m = nil
		if u.cfg.account.Suspended {
			return nil
		}
		t, err := u.tx.Tasks().Get(u.ctx, in.Task)
		if err != nil {
			return absent(err)
		}
		agent := u.cfg.agents[AgentID(t.By.ID)]
		if agent == nil || !agent.Confirmed {
			return nil
		}
		m, err = u.taskMail(t, agent)
		return err
	})
	if err != nil || m == nil {
		return err
	}
	return e.opts.Mailer.SendMail(ctx, *m)
}

func (u *unit) taskMail(t *Task, agent *Agent) (*Mail, error) {
	subject, letter := textImportSubject, textImportLetter
	if t.Kind == ExportContacts {
		subject, letter = textExportSubject, textExportLetter
	}
	locale := u.cfg.account.Locale
	body := text(locale, letter, oneLine(agent.Name), strconv.Itoa(t.Done), strconv.Itoa(t.Failed))
	switch {
	case !t.FileUntil().IsZero():
		token, err := u.e.TaskToken(u.e.Agent(t.Account, agent.ID), t)
		if err != nil {
			return nil, err
		}
		body += "\n" + text(locale, textTaskFile, strings.TrimRight(u.e.opts.PublicURL, "/")+TaskFilePath+token+"/contacts.csv")
	case t.Kind == ExportContacts && len(t.Failures) > 0:
		body = text(locale, textExportFailed, oneLine(agent.Name))
	}
	return &Mail{To: []string{agent.Email}, Subject: "[" + oneLine(u.cfg.account.Name) + "] " + text(locale, subject), Text: body}, nil
}

// dropTaskBlob removes a task's file; the caller writes the row.
func (u *unit) dropTaskBlob(t *Task) {
	if t.Blob != "" {
		u.dropBlobs([]string{t.Blob})
		t.Blob = ""
	}
}

// dropTaskFiles removes the files of tasks that ended a day ago, or that nothing
// has moved for a day: those end. It returns how many there were.
func (u *unit) dropTaskFiles() (int, error) {
	old, err := u.tx.Tasks().List(u.ctx, TaskFilter{FiledBy: u.now.Add(-keepTaskFiles)}, Page{Limit: sweepBatch})
	if err != nil {
		return 0, err
	}
	for _, t := range old {
		u.dropTaskBlob(t)
		if t.EndedAt.IsZero() {
			t.Failed += t.Total - t.Next
			t.Next, t.EndedAt = t.Total, u.now
			t.Failures = append(t.Failures, TaskFailure{0, "was given up: it did not get on for a day"})
		}
		if err := u.tx.Tasks().Update(u.ctx, t); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
