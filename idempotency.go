package helpdesk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync/atomic"
)

type idempotencyContext struct{}

type idempotencyKey struct {
	scope, key  string
	fingerprint []byte
	global      bool // kept with the installation, not with an account

	repeated *atomic.Bool // the work was done before
}

// WithIdempotencyKey makes the one write done under ctx happen once: a second
// call with the same scope and key returns the first one's result, for 24 hours,
// across restarts and however close together they come. request is what the key
// stands for: with another request the same key is refused as Invalid.
//
// Scope separates callers, so that two of them may choose the same key; a host
// passes something that names the caller.
func WithIdempotencyKey(ctx context.Context, scope, key string, request []byte) context.Context {
	sum := sha256.Sum256(request)
	return context.WithValue(ctx, idempotencyContext{}, &idempotencyKey{scope: storable(scope), key: storable(key), fingerprint: sum[:], repeated: new(atomic.Bool)})
}

// Repeated reports whether the write under ctx had been done before, so that it
// had no effect and its result is of that time as far as it can be told now. It
// is of use once the write has returned.
func Repeated(ctx context.Context) bool {
	k := idempotencyFrom(ctx)
	return k != nil && k.repeated.Load()
}

// globalKeys keeps the key of ctx with the installation, for the write of a
// caller who belongs to no account.
func globalKeys(ctx context.Context) context.Context {
	k := idempotencyFrom(ctx)
	if k == nil {
		return ctx
	}
	own := *k
	own.global = true
	return context.WithValue(ctx, idempotencyContext{}, &own)
}

// of is where a unit keeps its key.
func (k *idempotencyKey) of(tx Tx) Idempotency {
	if k.global {
		return tx.GlobalKeys()
	}
	return tx.Idempotency()
}

// storable is a key that every store can hold: one that is long, or no clean
// text, goes by its digest.
func storable(key string) string {
	if len(key) <= 255 && clean(key) == key {
		return key
	}
	return "sha256:" + hex.EncodeToString(digest(key))
}

func idempotencyFrom(ctx context.Context) *idempotencyKey {
	k, _ := ctx.Value(idempotencyContext{}).(*idempotencyKey)
	return k
}

func errKeyReused() error {
	return &Error{
		Code: Invalid, Message: "this idempotency key belongs to another request",
		Fields: map[string]string{"Idempotency-Key": "was used with another request"},
	}
}

// StoredAnswer returns the answer rendered for the request key of ctx: nil when
// the key is new, when the process stopped between doing the work and storing
// its answer, or when the answer was sealed with a key that is lost (then calling
// the verb again gives the result). Account 0 is the installation, where the keys
// of Platform are.
func (e *Engine) StoredAnswer(ctx context.Context, account AccountID) (*IdempotentResult, error) {
	found, err := e.findKey(ctx, account)
	if err != nil || found == nil || found.Status == 0 {
		return nil, err
	}
	if len(found.Body) > 0 {
		if found.Body, err = e.opts.Sealer.Open(found.Body, sealAnswer); err != nil {
			return nil, nil
		}
	}
	return found, nil
}

// RequestDone reports whether the work under the request key of ctx is
// committed, with or without its answer: then whatever a repeat comes to, such as
// not finding what the first one deleted, is no failure of the request.
func (e *Engine) RequestDone(ctx context.Context, account AccountID) (bool, error) {
	found, err := e.findKey(ctx, account)
	return found != nil, err
}

// findKey reads the request key of ctx; nil when it is new.
func (e *Engine) findKey(ctx context.Context, account AccountID) (found *IdempotentResult, err error) {
	k := idempotencyFrom(ctx)
	if k == nil {
		return nil, nil
	}
	find := func(ctx context.Context, keys Idempotency) (err error) {
		found, err = keys.Find(ctx, k.scope, k.key)
		return err
	}
	if account == 0 {
		err = e.lookup(ctx, func(ctx context.Context, tx SystemTx) error { return find(ctx, tx.Idempotency()) })
	} else {
		err = e.store.View(ctx, account, func(ctx context.Context, tx Tx) error { return find(ctx, tx.Idempotency()) })
	}
	switch {
	case CodeOf(err) == NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case string(found.Fingerprint) != string(k.fingerprint):
		return nil, errKeyReused()
	}
	return found, nil
}

// StoreAnswer keeps the rendered answer for repeats of the request, sealed: it may
// hold tokens.
func (e *Engine) StoreAnswer(ctx context.Context, account AccountID, status int, contentType string, body []byte) error {
	k := idempotencyFrom(ctx)
	if k == nil {
		return nil
	}
	if len(body) > 0 {
		sealed, err := e.opts.Sealer.Seal(body, sealAnswer)
		if err != nil {
			return err
		}
		body = sealed
	}
	if account == 0 {
		return e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
			return tx.Idempotency().Answer(ctx, k.scope, k.key, status, contentType, body)
		})
	}
	return e.store.Update(ctx, account, func(ctx context.Context, tx Tx) error {
		return tx.Idempotency().Answer(ctx, k.scope, k.key, status, contentType, body)
	})
}
