package helpdesk

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"
)

// Mail is a mail that the desk itself sends: a password's reset, a transcript, a
// notification. What customers and agents write to each other goes through
// channels.
type Mail struct {
	To      []string // plain addresses
	Subject string   // one line
	Text    string
	HTML    string // "" = Text alone
	ReplyTo string // "" = none
}

// Mailer sends the desk's own mail. SendMail may be called by several
// goroutines; Permanent and RetryAfter class its errors, and any other error is
// tried again.
type Mailer interface {
	SendMail(ctx context.Context, m Mail) error
}

func errNoMailer() error {
	return Errorf(Unsupported, "this desk sends no mail: it has no mailer")
}

// mail sends m once this commit is durable. Without a Mailer it is Unsupported,
// so that nobody waits for what never comes.
func (u *unit) mail(m Mail) error {
	if u.e.opts.Mailer == nil {
		return errNoMailer()
	}
	u.enqueue(&Job{Kind: jobMail, Args: args(m)})
	return nil
}

// sendMail is the job behind mail. Nothing leaves an account that has been
// suspended since.
func (e *Engine) sendMail(ctx context.Context, j *Job) error {
	var m Mail
	if err := json.Unmarshal(j.Args, &m); err != nil {
		return err
	}
	if e.opts.Mailer == nil {
		return errNoMailer() // another process may have one
	}
	suspended := false
	err := e.view(ctx, e.System(j.Account), func(u *unit) error {
		suspended = u.cfg.account.Suspended
		return nil
	})
	if err != nil || suspended {
		return err
	}
	return e.mailOut(ctx, m)
}

// mailOut gives a mail to the Mailer. Subjects hold what people and customers are
// called: whatever they hold, a subject is one line, so that nobody writes headers
// of their own.
func (e *Engine) mailOut(ctx context.Context, m Mail) error {
	m.Subject = strings.Join(strings.FieldsFunc(m.Subject, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }), " ")
	return e.opts.Mailer.SendMail(ctx, m)
}
