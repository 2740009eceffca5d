package helpdesk

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// How long the links in letters work.
const (
	resetLife   = 6 * time.Hour
	confirmLife = 3 * 24 * time.Hour
	inviteLife  = 7 * 24 * time.Hour
)

// letterArgs ask for a mail with a one-time link. The token is made when the
// mail is sent, so that it never lies in the store: a repeated try makes a new
// one, and the newest counts.
type letterArgs struct {
	Purpose TokenPurpose `json:"purpose"`
	User    AgentID      `json:"user,omitempty"`
	Email   string       `json:"email,omitempty"`   // of a reset: who that is turns out when it is sent
	Inviter string       `json:"inviter,omitempty"` // their name
}

// job is the letter as a job; asking for it again before it is sent is asking once.
func (l letterArgs) job() *Job {
	key := string(l.Purpose) + ":" + strconv.FormatInt(int64(l.User), 10)
	if l.Email != "" {
		key = string(l.Purpose) + ":" + hex.EncodeToString(digest(fold(l.Email)))
	}
	return &Job{Kind: jobLetter, Key: key, Args: args(l)}
}

// enqueueGlobal adds a job that belongs to no account.
func (e *Engine) enqueueGlobal(ctx context.Context, tx SystemTx, j *Job) error {
	j.RunAt, j.CreatedAt = e.now(), e.now()
	return tx.Jobs().Enqueue(ctx, j)
}

// sendLetter is the job that writes a letter. What has become pointless since it
// was asked for is not sent, nor what a suspended account asked for.
func (e *Engine) sendLetter(ctx context.Context, j *Job) error {
	var l letterArgs
	if err := json.Unmarshal(j.Args, &l); err != nil {
		return err
	}
	if e.opts.Mailer == nil {
		return errNoMailer() // another process may have one
	}
	token := newToken()
	var m *Mail
	err := e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		m = nil
		u, to, err := l.reader(ctx, tx)
		if err != nil || to == "" {
			return err
		}
		account, err := accountOf(ctx, tx, u.ID, j.Account)
		if err != nil || j.Account != 0 && account != nil && account.Suspended {
			return err
		}
		life := map[TokenPurpose]time.Duration{ResetToken: resetLife, ConfirmToken: confirmLife, InviteToken: inviteLife}[l.Purpose]
		t := UserToken{User: u.ID, Purpose: l.Purpose, Digest: digest(token), Email: to, ExpiresAt: e.now().Add(life)}
		if err := tx.UserTokens().Put(ctx, t); err != nil {
			return err
		}
		m = l.write(u, to, account, e.link(l.Purpose, token))
		return nil
	})
	if err != nil || m == nil {
		return err
	}
	return e.mailOut(ctx, *m)
}

// reader is whom the letter is for, and at which address; "" = nobody any more.
func (l letterArgs) reader(ctx context.Context, tx SystemTx) (u *User, to string, err error) {
	if l.Email != "" {
		u, err = tx.Users().ByEmail(ctx, l.Email)
	} else {
		u, err = tx.Users().Get(ctx, l.User)
	}
	switch {
	case CodeOf(err) == NotFound:
		return nil, "", nil
	case err != nil:
		return nil, "", err
	case l.Purpose == ConfirmToken && u.PendingEmail != "":
		return u, u.PendingEmail, nil
	case l.Purpose == ConfirmToken && u.Confirmed, l.Purpose == InviteToken && u.PasswordHash != "":
		return nil, "", nil
	}
	return u, u.Email, nil
}

// accountOf is the account a letter speaks for: the one it is about, or the one
// its reader used last; nil = none.
func accountOf(ctx context.Context, tx SystemTx, user AgentID, about AccountID) (*Account, error) {
	if about == 0 {
		mine, err := tx.Memberships(ctx, user)
		if err != nil || len(mine) == 0 {
			return nil, err
		}
		last := mine[0]
		for _, a := range mine {
			if a.ActiveAt.After(last.ActiveAt) {
				last = a
			}
		}
		about = last.Account
	}
	a, err := tx.Accounts().Get(ctx, about)
	if CodeOf(err) == NotFound {
		return nil, nil
	}
	return a, err
}

// link is where a letter leads: the paths of Chatwoot's pages.
func (e *Engine) link(purpose TokenPurpose, token string) string {
	base := strings.TrimRight(e.opts.PublicURL, "/")
	if purpose == ConfirmToken {
		return base + "/app/auth/confirmation?confirmation_token=" + url.QueryEscape(token)
	}
	return base + "/app/auth/password/edit?reset_password_token=" + url.QueryEscape(token)
}

// language is what the product speaks to a user: what they chose, else their
// account's.
func language(u *User, a *Account) string {
	chosen, _ := u.UISettings["locale"].(string)
	if a == nil {
		return cmp.Or(chosen, "en")
	}
	return cmp.Or(chosen, a.Locale)
}

// oneLine is a name that people chose, fit for a subject: it breaks no line, and
// is no place for a letter of one's own.
func oneLine(name string) string { return clip(strings.Join(strings.Fields(name), " "), 100) }

func (l letterArgs) write(u *User, to string, a *Account, link string) *Mail {
	name := ""
	if a != nil {
		name = oneLine(a.Name)
	}
	say := func(key textKey) string {
		return text(language(u, a), key, oneLine(u.Name), link, name, cmp.Or(oneLine(l.Inviter), name))
	}
	switch l.Purpose {
	case ConfirmToken:
		return &Mail{To: []string{to}, Subject: say(textConfirmSubject), Text: say(textConfirmLetter)}
	case InviteToken:
		return &Mail{To: []string{to}, Subject: say(textInviteSubject), Text: say(textInviteLetter)}
	default:
		return &Mail{To: []string{to}, Subject: say(textResetSubject), Text: say(textResetLetter)}
	}
}
