package helpdesk

import (
	"context"
	"strings"
)

// SignUp is an account and its first administrator, by themselves.
type SignUp struct {
	Account NewAccount // Owner is ignored; without a name it is called after the e-mail's domain
	User    NewUser    // needs a password; SuperAdmin is ignored
	Client  string     // as in Credentials
	Remote  string
}

// SignUp makes an account, a user and the membership that joins them, or nothing,
// and opens a session. Where there is a Mailer, the user is asked to confirm the
// address, and cannot sign in again before. Whoever calls it decides whether
// strangers may. An e-mail that is taken is Invalid.
func (e *Engine) SignUp(ctx context.Context, in SignUp) (*Account, *SignedIn, error) {
	if in.Account.Name == "" {
		_, domain, _ := strings.Cut(in.User.Email, "@")
		in.Account.Name, _, _ = strings.Cut(domain, ".")
	}
	p := problems{}
	p.add(in.User.Password == "", "password", "can't be blank")
	row, err := in.Account.row(e.now())
	p.merge(err)
	p.merge(in.User.Validate())
	if err := p.err(); err != nil {
		return nil, nil, err
	}
	in.User.SuperAdmin = false
	fresh, err := e.makeUser(in.User)
	if err != nil {
		return nil, nil, err
	}
	var made *Account
	var out *SignedIn
	err = e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		account, user := *row, *fresh.User
		user.Confirmed = e.opts.Mailer == nil // else nobody could ever confirm it
		if err := fresh.insert(ctx, tx.Users(), tx.Routes(), &user); err != nil {
			return err
		}
		if err := tx.Accounts().Insert(ctx, &account); err != nil {
			return err
		}
		if err := tx.AddMember(ctx, newMember(account.ID, user.ID, Administrator, e.now())); err != nil {
			return err
		}
		if !user.Confirmed {
			if err := e.askToConfirm(ctx, tx, &user); err != nil {
				return err
			}
		}
		if err := e.auditUser(ctx, tx, user.ID, "sign_up", in.Remote); err != nil {
			return err
		}
		made = &account
		out, err = e.openSession(ctx, tx, &user, in.Client, in.Remote)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	e.runner.poke()
	return made, out, nil
}
