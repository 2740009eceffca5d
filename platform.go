package helpdesk

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// PlatformApp is a program that runs parts of the installation from outside:
// it makes accounts, users and bots, and reaches those it made or was granted.
type PlatformApp struct {
	ID   PlatformAppID
	Name string

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// GrantKind is a kind of object that platform apps may reach.
type GrantKind string

const (
	AccountGrant GrantKind = "account"
	UserGrant    GrantKind = "user"
	BotGrant     GrantKind = "agent_bot"
)

// CreatePlatformApp makes a program known to the installation. Its token is
// returned this once. It is the installation's own act: whoever holds the token
// may make accounts, and take any user by e-mail who is no super administrator.
func (e *Engine) CreatePlatformApp(ctx context.Context, name string) (app *PlatformApp, token string, err error) {
	name, p := strings.TrimSpace(clean(name)), problems{}
	p.add(name == "", "name", "can't be blank")
	p.add(tooLong(name, 255), "name", "is too long (maximum is 255 characters)")
	if err := p.err(); err != nil {
		return nil, "", err
	}
	token = newToken()
	err = e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		app = &PlatformApp{Name: name, CreatedAt: e.now(), UpdatedAt: e.now()}
		if err := tx.PlatformApps().Insert(ctx, app); err != nil {
			return err
		}
		return tx.Routes().Put(ctx, Route{Kind: PlatformRoute, Object: int64(app.ID)}, token)
	})
	return app, token, err
}

// GrantPlatformApp lets an app reach an object that it did not make. NotFound
// when there is none.
func (e *Engine) GrantPlatformApp(ctx context.Context, app PlatformAppID, kind GrantKind, object int64) error {
	return e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		if _, err := tx.PlatformApps().Get(ctx, app); err != nil {
			return err
		}
		if err := granted(ctx, tx, kind, object); err != nil {
			return err
		}
		return tx.Grants().Add(ctx, app, kind, object)
	})
}

// granted fails as NotFound when there is no such object.
func granted(ctx context.Context, tx SystemTx, kind GrantKind, object int64) (err error) {
	switch kind {
	case AccountGrant:
		_, err = tx.Accounts().Get(ctx, AccountID(object))
	case UserGrant:
		_, err = tx.Users().Get(ctx, AgentID(object))
	case BotGrant:
		_, err = tx.Bots().Get(ctx, AgentID(object))
	default:
		err = notFound("object")
	}
	return err
}

// Platform is what one app may do with the installation. It stands beside Desk:
// a desk is of one account, this of none. An object that does not exist is
// NotFound, one that the app may not reach Forbidden.
//
// A write under WithIdempotencyKey happens once, as a desk's does; the keys are
// the installation's, kept under account 0 (see StoredAnswer).
type Platform struct {
	e   *Engine
	app PlatformAppID
	at  string // where from, for the audit log
}

// Platform returns what an app may do. remote is the address of whoever is
// behind it, for the audit log; "" = not known.
func (e *Engine) Platform(app PlatformAppID, remote string) *Platform {
	return &Platform{e, app, clean(remote)}
}

// in is the app acting in an account.
func (p *Platform) in(account AccountID) Actor {
	return Actor{account: account, ref: ActorRef{ByApp, int64(p.app)}, remote: p.at}
}

// reach asks whether the app may reach an object.
func (p *Platform) reach(ctx context.Context, tx SystemTx, kind GrantKind, object int64) error {
	if err := granted(ctx, tx, kind, object); err != nil {
		return err
	}
	return p.holds(ctx, tx.Grants(), kind, object)
}

func (p *Platform) holds(ctx context.Context, g Grants, kind GrantKind, object int64) error {
	has, err := g.Has(ctx, p.app, kind, object)
	if err == nil && !has {
		err = Errorf(Forbidden, "this app may not reach the %s", kind)
	}
	return err
}

// look is a read of one object that the app may reach.
func (p *Platform) look(ctx context.Context, kind GrantKind, object int64, fn func(ctx context.Context, tx SystemTx) error) error {
	return p.e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		if err := p.reach(ctx, tx, kind, object); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}

// system runs fn in one transaction over what belongs to no account, once for an
// idempotency key. load finds what the first call came to.
func platformChange[T any](ctx context.Context, p *Platform, load, fn func(ctx context.Context, tx SystemTx, id int64) (T, int64, error)) (out T, err error) {
	k := idempotencyFrom(ctx)
	err = p.e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		var id int64
		if k == nil {
			out, _, err = fn(ctx, tx, 0)
			return err
		}
		found, err := tx.Idempotency().Begin(ctx, k.scope, k.key, k.fingerprint, p.e.now())
		if err != nil {
			return err
		}
		if found != nil {
			if string(found.Fingerprint) != string(k.fingerprint) {
				return errKeyReused()
			}
			k.repeated.Store(true)
			out, _, err = load(ctx, tx, found.ID)
			return err
		}
		if out, id, err = fn(ctx, tx, 0); err != nil {
			return err
		}
		return tx.Idempotency().Result(ctx, k.scope, k.key, "", id)
	})
	return orNothing(out, err)
}

// change is Desk's change in one of the app's accounts. The app's right is asked
// in the transaction that writes.
func accountChange[T any](ctx context.Context, p *Platform, account AccountID, load func(u *unit, id int64) (T, error), fn func(u *unit) (T, int64, error)) (T, error) {
	return change(globalKeys(ctx), p.e.As(p.in(account)), load, func(u *unit) (out T, id int64, err error) {
		if err := p.holds(u.ctx, u.tx.Grants(), AccountGrant, int64(account)); err != nil {
			return out, 0, err
		}
		return fn(u)
	})
}

// PlatformAccount is what an app says of an account; in an update nil leaves a
// field alone.
type PlatformAccount struct {
	Name, Locale, Domain, SupportEmail *string

	Suspended  *bool
	Features   map[string]bool // merged
	Attributes map[string]any  // replace what was
}

func (in PlatformAccount) apply(a *Account, now time.Time) error {
	p := problems{}
	setText(p, &a.Name, in.Name, "name", 255)
	setText(p, &a.Locale, in.Locale, "locale", 10)
	setText(p, &a.Domain, in.Domain, "domain", 100)
	setText(p, &a.SupportEmail, in.SupportEmail, "support_email", 100)
	p.add(a.Name == "", "name", "can't be blank")
	setBool(&a.Suspended, in.Suspended)
	if in.Features != nil {
		features := make(map[string]bool)
		for name, on := range a.Features {
			features[name] = on
		}
		for name, on := range in.Features {
			features[clean(name)] = on
		}
		a.Features = features
	}
	if in.Attributes != nil {
		a.Attributes = cleanMap(in.Attributes)
	}
	a.Locale, a.UpdatedAt = cmp.Or(a.Locale, "en"), now
	return p.err()
}

// Accounts lists the accounts the app may reach.
func (p *Platform) Accounts(ctx context.Context) (list []*Account, err error) {
	err = p.e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		list = nil
		ids, err := tx.Grants().Of(ctx, p.app, AccountGrant)
		if err != nil {
			return err
		}
		for _, id := range ids {
			a, err := tx.Accounts().Get(ctx, AccountID(id))
			if err != nil {
				return err
			}
			list = append(list, a)
		}
		return nil
	})
	return list, err
}

// Account returns one account.
func (p *Platform) Account(ctx context.Context, id AccountID) (a *Account, err error) {
	err = p.look(ctx, AccountGrant, int64(id), func(ctx context.Context, tx SystemTx) error {
		a, err = tx.Accounts().Get(ctx, id)
		return err
	})
	return orNil(a, err)
}

// CreateAccount makes an account, which the app may reach.
func (p *Platform) CreateAccount(ctx context.Context, in PlatformAccount) (*Account, error) {
	load := func(ctx context.Context, tx SystemTx, id int64) (*Account, int64, error) {
		a, err := tx.Accounts().Get(ctx, AccountID(id))
		return a, id, err
	}
	return platformChange(ctx, p, load, func(ctx context.Context, tx SystemTx, _ int64) (*Account, int64, error) {
		a := &Account{CreatedAt: p.e.now()}
		if err := in.apply(a, p.e.now()); err != nil {
			return nil, 0, err
		}
		if err := tx.Accounts().Insert(ctx, a); err != nil {
			return nil, 0, err
		}
		return a, int64(a.ID), tx.Grants().Add(ctx, p.app, AccountGrant, int64(a.ID))
	})
}

// UpdateAccount changes an account. Suspending one works at once on every
// surface: nobody acts in it, and what customers write is kept but not handled.
func (p *Platform) UpdateAccount(ctx context.Context, id AccountID, in PlatformAccount) (*Account, error) {
	load := func(u *unit, _ int64) (*Account, error) { return u.tx.Account(u.ctx) }
	return accountChange(ctx, p, id, load, func(u *unit) (*Account, int64, error) {
		a, err := u.tx.Account(u.ctx)
		if err != nil {
			return nil, 0, err
		}
		before := *a
		if err := in.apply(a, u.now); err != nil {
			return nil, 0, err
		}
		if err := u.tx.UpdateAccount(u.ctx, a); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged})
		return a, int64(id), record(u, "account", int64(id), &before, a)
	})
}

// Members lists who is an agent of an account, bots left out.
func (p *Platform) Members(ctx context.Context, account AccountID) ([]*Agent, error) {
	if _, err := p.Account(ctx, account); err != nil {
		return nil, err
	}
	return p.e.As(p.in(account)).Agents.List(ctx, AgentFilter{Persons: true})
}

// SetMember makes a user an agent of an account, or changes the role of one who
// is. A user who is none yet must be one the app may reach.
func (p *Platform) SetMember(ctx context.Context, account AccountID, user AgentID, in AgentInput) (*Agent, error) {
	return accountChange(ctx, p, account, loadAgent, func(u *unit) (*Agent, int64, error) {
		if a := u.cfg.agents[user]; a != nil && !a.Bot {
			a, err := u.updateAgent(user, in)
			return a, int64(user), err
		}
		if _, err := u.tx.Users().Get(u.ctx, user); err != nil {
			return nil, 0, err
		}
		if err := p.holds(u.ctx, u.tx.Grants(), UserGrant, int64(user)); err != nil {
			return nil, 0, err
		}
		return u.addAgent(user, in)
	})
}

// RemoveMember ends a user's membership, as Agents.Remove does; somebody who is
// no member is no error.
func (p *Platform) RemoveMember(ctx context.Context, account AccountID, user AgentID) error {
	load := func(*unit, int64) (struct{}, error) { return struct{}{}, nil }
	_, err := accountChange(ctx, p, account, load, func(u *unit) (none struct{}, id int64, err error) {
		a, err := u.tx.Agents().Get(u.ctx, user)
		if err != nil || a.Bot {
			return none, 0, absent(err)
		}
		if err := u.removeAgent(a); err != nil {
			return none, 0, err
		}
		return none, 0, record(u, "agent", int64(user), a, nil)
	})
	return err
}
