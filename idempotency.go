package helpdesk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
)

type idempotencyContext struct{}

type idempotencyKey struct {
	scope, key  string
	fingerprint []byte
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
	return context.WithValue(ctx, idempotencyContext{}, &idempotencyKey{storable(scope), storable(key), sum[:]})
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
// the key is new, or when the process stopped between doing the work and
// storing its answer (then calling the verb again gives the result).
func (e *Engine) StoredAnswer(ctx context.Context, account AccountID) (*IdempotentResult, error) {
	k := idempotencyFrom(ctx)
	if k == nil {
		return nil, nil
	}
	var found *IdempotentResult
	err := e.store.View(ctx, account, func(ctx context.Context, tx Tx) (err error) {
		found, err = tx.Idempotency().Find(ctx, k.scope, k.key)
		return err
	})
	switch {
	case CodeOf(err) == NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case string(found.Fingerprint) != string(k.fingerprint):
		return nil, errKeyReused()
	case found.Status == 0:
		return nil, nil
	}
	return found, nil
}

// StoreAnswer keeps the rendered answer for repeats of the request.
func (e *Engine) StoreAnswer(ctx context.Context, account AccountID, status int, contentType string, body []byte) error {
	k := idempotencyFrom(ctx)
	if k == nil {
		return nil
	}
	return e.store.Update(ctx, account, func(ctx context.Context, tx Tx) error {
		return tx.Idempotency().Answer(ctx, k.scope, k.key, status, contentType, body)
	})
}
