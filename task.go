package helpdesk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// TaskKind says what a task does.
type TaskKind string

const (
	ChangeConversations TaskKind = "conversations.change"
	ChangeContacts      TaskKind = "contacts.change"
	ImportContacts      TaskKind = "contacts.import"
	ExportContacts      TaskKind = "contacts.export"
)

// Task is work on many things that somebody asked for. It goes on after they
// were answered, in the bulk lane, with the rights they have by then; it goes on
// after a crash where it was, does no item twice, and says how far it is. It is
// forgotten 30 days after its end.
type Task struct {
	Account AccountID
	ID      TaskID
	Kind    TaskKind
	By      ActorRef // who asked for it
	Remote  string   // where from, for the audit log
	Args    json.RawMessage

	Total   int // items in all
	Next    int // items gone through: Done + Skipped + Failed
	Done    int
	Skipped int // what By does not see, or what is gone
	Failed  int
	// Failures says why, for the first 100.
	Failures []TaskFailure
	// Blob is the key in Blobs of what an import reads, or an export writes;
	// "" = none, or none any more. Tasks.File is how to read it.
	Blob string

	CreatedAt time.Time
	UpdatedAt time.Time
	EndedAt   time.Time // zero = not over
	Version   int64
}

// TaskFailure is an item that was refused.
type TaskFailure struct {
	Item   int64  `json:"item"` // as the request named it, of an import its line; 0 = all that were left
	Reason string `json:"reason"`
}

const (
	maxTaskItems    = 5000
	maxTaskFailures = 100
	taskBatches     = 100                 // of one run of the job: its lease must last
	keepTasks       = 30 * 24 * time.Hour // after their end
)

// Tasks is the service for work in bulk. Services that start a task say so.
type Tasks struct{ d *Desk }

func loadTask(u *unit, id int64) (*Task, error) { return u.tx.Tasks().Get(u.ctx, TaskID(id)) }

// Get returns a task of the actor's own, or, for those who may change the
// settings, anybody's.
func (s Tasks) Get(ctx context.Context, id TaskID) (*Task, error) {
	return read(ctx, s.d, func(u *unit) (*Task, error) {
		t, err := u.tx.Tasks().Get(u.ctx, id)
		if err == nil && t.By != u.actor.ref && u.may(EditSettings) != nil {
			err = notFound("task")
		}
		return orNil(t, err)
	})
}

type taskArgs struct {
	Task TaskID `json:"task"`
}

// startTask records a task, and the job that runs it.
func (u *unit) startTask(kind TaskKind, items int, of any) (*Task, int64, error) {
	return u.startFiled(kind, items, of, "")
}

// startFiled is startTask for work on a file, which is the task's from then on.
func (u *unit) startFiled(kind TaskKind, items int, of any, blob string) (*Task, int64, error) {
	t := &Task{
		Account: u.actor.account, Kind: kind, By: u.actor.ref, Remote: u.actor.remote, Args: args(of), Total: items, Blob: blob,
		CreatedAt: u.now, UpdatedAt: u.now,
	}
	if err := u.tx.Tasks().Insert(u.ctx, t); err != nil {
		return nil, 0, err
	}
	u.enqueue(t.job())
	return t, int64(t.ID), nil
}

func (t *Task) job() *Job {
	return &Job{Kind: jobTask, Key: itoa(t.ID), Args: args(taskArgs{t.ID}), Lane: Bulk}
}

// steps is how a task goes through its items.
type steps struct {
	batch int               // items in one transaction
	name  func(i int) int64 // what the request called the i-th item
	// do does one item as the unit's actor. skipped says that it is not there
	// for them; that, and untouched, may be said only while nothing was written.
	do func(u *unit, i int) (skipped bool, err error)
}

// untouched is a refusal that came before anything was written: the other items
// of the batch stand.
type untouched struct{ error }

func (e untouched) Unwrap() error { return e.error }

// stepsOf is the list of everything that is done item by item.
func (e *Engine) stepsOf(ctx context.Context, t *Task) (*steps, error) {
	switch t.Kind {
	case ChangeConversations:
		return stepsWith(t, ConversationsChange.steps)
	case ChangeContacts:
		return stepsWith(t, ContactsChange.steps)
	case ImportContacts:
		return e.importSteps(ctx, t)
	case ExportContacts: // is done page by page: see runTask
	}
	return nil, Permanent(Errorf(Internal, "this version does not know the task %q", t.Kind))
}

func stepsWith[T any](t *Task, make func(T) *steps) (*steps, error) {
	var in T
	if err := json.Unmarshal(t.Args, &in); err != nil {
		return nil, Permanent(err)
	}
	return make(in), nil
}

// runTask carries a task on, batch by batch.
func (e *Engine) runTask(ctx context.Context, j *Job) error {
	var in taskArgs
	if err := json.Unmarshal(j.Args, &in); err != nil {
		return Permanent(err)
	}
	var s *steps
	for range taskBatches {
		t, err := e.task(ctx, j.Account, in.Task)
		if CodeOf(err) == NotFound || err == nil && !t.EndedAt.IsZero() {
			return nil
		}
		if err != nil {
			return err
		}
		if t.Kind == ExportContacts {
			return e.runExport(ctx, t)
		}
		if s == nil {
			s, err = e.stepsOf(ctx, t)
		}
		if err == nil {
			err = e.runBatch(ctx, t, s)
		}
		if err != nil {
			return err
		}
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error { // it comes again behind others
		u.enqueue((&Task{ID: in.Task}).job())
		return nil
	})
}

func (e *Engine) task(ctx context.Context, account AccountID, id TaskID) (t *Task, err error) {
	err = e.view(ctx, e.System(account), func(u *unit) (err error) {
		t, err = u.tx.Tasks().Get(u.ctx, id)
		return err
	})
	return t, err
}

// runBatch does the next items in one transaction. An item that is refused takes
// its batch with it; then each is done alone, so that only it is left out.
func (e *Engine) runBatch(ctx context.Context, t *Task, s *steps) error {
	n := min(s.batch, t.Total-t.Next)
	err := e.advance(ctx, t, s, t.Next, n)
	if !isRefusal(err) {
		return err
	}
	if CodeOf(err) == Unauthenticated || CodeOf(err) == Forbidden && t.Kind == ImportContacts {
		return e.failItems(ctx, t, t.Next, t.Total-t.Next, 0, err) // nobody is left to do it
	}
	for i := t.Next; i < t.Next+n; i++ {
		err := e.advance(ctx, t, s, i, 1)
		if isRefusal(err) {
			err = e.failItems(ctx, t, i, 1, s.name(i), err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isRefusal tells what the desk said no to from what may pass.
func isRefusal(err error) bool {
	return err != nil && slices.Contains([]Code{Invalid, Unauthenticated, Forbidden, NotFound, Conflict, Limited, Unsupported}, CodeOf(err))
}

// advance does items from..from+n as whoever asked for the task.
func (e *Engine) advance(ctx context.Context, t *Task, s *steps, from, n int) error {
	actor := Actor{account: t.Account, ref: t.By, remote: t.Remote}
	return e.update(ctx, actor, func(u *unit) error {
		t, err := u.tx.Tasks().Get(u.ctx, t.ID)
		if err != nil || t.Next != from {
			return err // somebody else has been here
		}
		for i := from; i < from+n; i++ {
			skipped, err := s.do(u, i)
			if refusal, ok := errors.AsType[untouched](err); ok {
				if err := u.refuseItems(t, i, 1, s.name(i), refusal.error); err != nil {
					return err
				}
				continue
			}
			switch {
			case err != nil:
				return err
			case skipped:
				t.Skipped++
			default:
				t.Done++
			}
		}
		return u.passTask(t, n)
	})
}

// failItems records that n items from one on were refused.
func (e *Engine) failItems(ctx context.Context, t *Task, from, n int, item int64, refusal error) error {
	return e.update(ctx, e.System(t.Account), func(u *unit) error {
		t, err := u.tx.Tasks().Get(u.ctx, t.ID)
		if err != nil || t.Next != from {
			return err
		}
		if err := u.refuseItems(t, from, n, item, refusal); err != nil {
			return err
		}
		return u.passTask(t, n)
	})
}

// refuseItems counts n items from one on as refused, and says why.
func (u *unit) refuseItems(t *Task, from, n int, item int64, refusal error) error {
	reason := clip(clean(told(refusal)), 500)
	t.Failed += n
	if len(t.Failures) < maxTaskFailures {
		t.Failures = append(t.Failures, TaskFailure{item, reason})
	}
	if t.Kind != ImportContacts {
		return nil
	}
	return u.tx.TaskRefusals().Add(u.ctx, TaskRefusal{Task: t.ID, From: from, Items: n, Reason: reason})
}

// told is a refusal as people may read it: the cause is for operators.
func told(refusal error) string {
	e, ok := errors.AsType[*Error](refusal)
	if !ok {
		return refusal.Error()
	}
	whole := (&Error{Code: e.Code, Message: e.Message, Fields: e.Fields}).Error()
	if e.Code == Invalid && len(e.Fields) > 0 {
		return strings.TrimPrefix(whole, e.Message+"; ") // it names the fields, as they do
	}
	return whole
}

func (u *unit) passTask(t *Task, n int) error {
	t.Next += n
	t.UpdatedAt = u.now
	if t.Next >= t.Total {
		u.endTask(t)
	}
	return u.tx.Tasks().Update(u.ctx, t)
}

// endTask ends a task: what it read is kept only for the sake of what was
// refused, and who waits for it is told.
func (u *unit) endTask(t *Task) {
	t.EndedAt, t.UpdatedAt = u.now, u.now
	if t.Kind == ImportContacts && t.Failed == 0 {
		u.dropTaskBlob(t)
	}
	u.mailTask(t)
}

// dropTasks forgets tasks that ended long ago, and returns how many.
func (u *unit) dropTasks() (int, error) {
	old, err := u.tx.Tasks().List(u.ctx, TaskFilter{EndedBy: u.now.Add(-keepTasks)}, Page{Limit: sweepBatch})
	if err != nil {
		return 0, err
	}
	for _, t := range old {
		if err := u.tx.Tasks().Delete(u.ctx, t.ID); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
