package helpdesk

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
)

// remove takes an object from the installation: fn says what that begins with,
// and a job does the rest.
func (p *Platform) remove(ctx context.Context, kind GrantKind, object int64, fn func(ctx context.Context, tx SystemTx) error) error {
	load := func(context.Context, SystemTx, int64) (none struct{}, id int64, err error) { return none, 0, nil }
	_, err := platformChange(ctx, p, load, func(ctx context.Context, tx SystemTx, _ int64) (none struct{}, id int64, err error) {
		if err := p.reach(ctx, tx, kind, object); err != nil {
			return none, 0, err
		}
		if err := tx.Grants().Drop(ctx, kind, object); err != nil {
			return none, 0, err
		}
		return none, 0, fn(ctx, tx)
	})
	if err == nil {
		p.e.runner.poke()
	}
	return err
}

// DeleteAccount removes an account. It is gone for everybody at once; what it
// held, files included, is removed by a job.
func (p *Platform) DeleteAccount(ctx context.Context, id AccountID) error {
	err := p.remove(ctx, AccountGrant, int64(id), func(ctx context.Context, tx SystemTx) error {
		if err := tx.Accounts().Delete(ctx, id); err != nil {
			return err
		}
		return p.e.enqueueAccountDrop(ctx, tx, id)
	})
	if err == nil {
		p.e.moved(id)
	}
	return err
}

// DeleteUser removes a user. They can do nothing from now on; a job hands what
// they own back to each of their accounts, and then forgets them.
func (p *Platform) DeleteUser(ctx context.Context, id AgentID) error {
	return p.remove(ctx, UserGrant, int64(id), func(ctx context.Context, tx SystemTx) error {
		u, err := tx.Users().Get(ctx, id)
		if err != nil {
			return err
		}
		u.setPassword("", p.e)
		if err := tx.Users().Update(ctx, u); err != nil {
			return err
		}
		if err := errors.Join(tx.Sessions().DeleteUser(ctx, id), dropPasswordLinks(ctx, tx.UserTokens(), id)); err != nil {
			return err
		}
		if err := tx.Routes().DropObject(ctx, AccessTokenRoute, 0, int64(id)); err != nil {
			return err
		}
		return p.e.enqueueMemberDrop(ctx, tx, id)
	})
}

// dropArgs are of both jobs, which belong to the installation: to account 0.
type dropArgs struct {
	Account AccountID `json:"account,omitempty"`
	Member  AgentID   `json:"member,omitempty"`
}

func (e *Engine) enqueueAccountDrop(ctx context.Context, tx SystemTx, id AccountID) error {
	return tx.Jobs().Enqueue(ctx, &Job{
		Kind: jobAccountDrop, Key: strconv.FormatInt(int64(id), 10), Args: args(dropArgs{Account: id}), Lane: Bulk, RunAt: e.now(),
	})
}

func (e *Engine) enqueueMemberDrop(ctx context.Context, tx SystemTx, id AgentID) error {
	return tx.Jobs().Enqueue(ctx, &Job{
		Kind: jobMemberDrop, Key: strconv.FormatInt(int64(id), 10), Args: args(dropArgs{Member: id}), Lane: Bulk, RunAt: e.now(),
	})
}

// A transaction removes purgeRows, and one run of the job purgeRuns times that.
const (
	purgeRows = 100
	purgeRuns = 500
)

// dropAccount is the account.drop job: everything of an account whose row is
// gone, some at a time. A file that cannot be removed is told of and left.
func (e *Engine) dropAccount(ctx context.Context, j *Job) error {
	var a dropArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var failed error
	for range purgeRuns {
		var blobs []string
		var more bool
		err := e.store.Update(ctx, a.Account, func(ctx context.Context, tx Tx) (err error) {
			blobs, more, err = tx.Purge(ctx, purgeRows)
			return err
		})
		if err != nil {
			return err
		}
		for _, key := range blobs {
			if e.opts.Blobs != nil {
				failed = errors.Join(failed, e.opts.Blobs.Delete(ctx, key))
			}
		}
		if !more {
			return failed
		}
	}
	if failed != nil {
		e.opts.Logger.Error("removing an account's files", "account", a.Account, "err", failed)
	}
	// Enqueued anew while it runs, it runs once more.
	return e.store.System(ctx, func(ctx context.Context, tx SystemTx) error { return e.enqueueAccountDrop(ctx, tx, a.Account) })
}

// dropMember is the member.drop job: a user, or a bot of the installation,
// leaves each account in turn, and then is no more.
func (e *Engine) dropMember(ctx context.Context, j *Job) error {
	var a dropArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var left []*Agent
	err := e.lookup(ctx, func(ctx context.Context, tx SystemTx) (err error) {
		left, err = tx.Memberships(ctx, a.Member)
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range left {
		if err := absent(e.As(e.System(m.Account)).Agents.Remove(ctx, a.Member)); err != nil {
			return err
		}
	}
	return e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		if user, err := tx.Users().Get(ctx, a.Member); CodeOf(err) != NotFound {
			if err == nil {
				err = e.dropPictureOf(ctx, tx, user.Avatar)
			}
			if err == nil {
				err = tx.Users().Delete(ctx, a.Member)
			}
			return err
		}
		b, err := tx.Bots().Get(ctx, a.Member)
		if err == nil {
			err = e.dropPictureOf(ctx, tx, b.Avatar)
		}
		if err == nil {
			err = tx.Bots().Delete(ctx, a.Member)
		}
		return absent(err)
	})
}
