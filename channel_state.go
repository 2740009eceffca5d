package helpdesk

import (
	"context"
	"fmt"
)

// channelState is an inbox's own storage: one transaction a call, sealed.
func (e *Engine) channelState(account AccountID, inbox InboxID) *sealedState {
	return &sealedState{e: e, account: account, inbox: inbox}
}

type sealedState struct {
	e       *Engine
	account AccountID
	inbox   InboxID
}

func (s *sealedState) purpose() string { return fmt.Sprint(sealState, " ", s.account, " ", s.inbox) }

func (s *sealedState) Get(ctx context.Context, key string) (value []byte, err error) {
	err = s.e.store.View(ctx, s.account, func(ctx context.Context, tx Tx) error {
		sealed, err := tx.State(s.inbox).Get(ctx, key)
		if err == nil {
			value, err = s.e.opts.Sealer.Open(sealed, s.purpose())
		}
		return err
	})
	return value, err
}

func (s *sealedState) List(ctx context.Context, prefix string) (values map[string][]byte, err error) {
	err = s.e.store.View(ctx, s.account, func(ctx context.Context, tx Tx) error {
		if values, err = tx.State(s.inbox).List(ctx, prefix); err != nil {
			return err
		}
		for k, sealed := range values {
			if values[k], err = s.e.opts.Sealer.Open(sealed, s.purpose()); err != nil {
				return err
			}
		}
		return nil
	})
	return values, err
}

func (s *sealedState) Write(ctx context.Context, values map[string][]byte) error {
	sealed := make(map[string][]byte, len(values))
	for k, v := range values {
		if v == nil {
			sealed[k] = nil
			continue
		}
		var err error
		if sealed[k], err = s.e.opts.Sealer.Seal(v, s.purpose()); err != nil {
			return err
		}
	}
	return s.e.store.Update(ctx, s.account, func(ctx context.Context, tx Tx) error {
		return tx.State(s.inbox).Write(ctx, sealed)
	})
}

// keep writes a value unless there is one, and returns what is there then.
func (s *sealedState) keep(ctx context.Context, key string, value []byte) (kept []byte, err error) {
	sealed, err := s.e.opts.Sealer.Seal(value, s.purpose())
	if err != nil {
		return nil, err
	}
	err = s.e.store.Update(ctx, s.account, func(ctx context.Context, tx Tx) (err error) {
		kept, err = tx.State(s.inbox).Keep(ctx, key, sealed)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.e.opts.Sealer.Open(kept, s.purpose())
}
