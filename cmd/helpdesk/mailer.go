package main

import (
	"context"
	"errors"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/gohelpdesk/helpdesk"
)

// readMail checks the settings of the desk's own mail.
func (c *config) readMail(wrong *problems) {
	if c.smtpURL == "" {
		return
	}
	u, err := url.Parse(c.smtpURL)
	good := err == nil && (u.Scheme == "smtp" || u.Scheme == "smtps") && u.Hostname() != "" && (u.Path == "" || u.Path == "/") && u.RawQuery == ""
	// What is wrong is not repeated: it may hold a password.
	wrong.add(!good, "--smtp-url: is not an address like smtp://user:password@mail.example.com:587")
	if good {
		c.smtp = u
	}
	_, err = mail.ParseAddress(c.mailFrom)
	wrong.add(err != nil, "--mail-from: %q is not an e-mail address; it is required with --smtp-url", c.mailFrom)
	wrong.add(c.publicURL == "", "--public-url: is required with --smtp-url: links in mails begin with it")
}

// smtpTimeout is how long a mail may take to be handed over.
const smtpTimeout = time.Minute

// smtpMailer hands the desk's own mail to a server.
type smtpMailer struct {
	from    string
	host    string
	options []gomail.Option
}

func newMailer(c *config) (*smtpMailer, error) {
	m := &smtpMailer{from: c.mailFrom, host: c.smtp.Hostname(), options: []gomail.Option{gomail.WithTimeout(smtpTimeout)}}
	port, auth := 587, gomail.SMTPAuthAutoDiscover
	switch {
	case c.smtp.Scheme == "smtps":
		port = 465
		m.options = append(m.options, gomail.WithSSL())
	case local(m.host):
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
		auth = gomail.SMTPAuthPlain // which discovery leaves out without TLS
	default:
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if p := c.smtp.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return nil, err
		}
		port = int(n)
	}
	m.options = append(m.options, gomail.WithPort(port))
	if password, given := c.smtp.User.Password(); given {
		m.options = append(m.options, gomail.WithSMTPAuth(auth),
			gomail.WithUsername(c.smtp.User.Username()), gomail.WithPassword(password))
	}
	_, err := gomail.NewClient(m.host, m.options...) // tells of a bad setting now
	return m, err
}

// local reports whether a host is this machine, to which mail goes in clear.
func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// SendMail implements helpdesk.Mailer. What the server refuses for good is
// Permanent; a connection is made for each mail, since they are few.
func (m *smtpMailer) SendMail(ctx context.Context, in helpdesk.Mail) error {
	msg := gomail.NewMsg()
	err := errors.Join(msg.From(m.from), msg.To(in.To...))
	if in.ReplyTo != "" {
		err = errors.Join(err, msg.ReplyTo(in.ReplyTo))
	}
	if err != nil {
		return helpdesk.Permanent(err)
	}
	msg.Subject(in.Subject)
	msg.SetMessageID()
	msg.SetDate()
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // nobody's out-of-office answers
	msg.SetBodyString(gomail.TypeTextPlain, in.Text)
	if in.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, in.HTML)
	}
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return helpdesk.Permanent(err)
	}
	ctx, cancel := context.WithTimeout(ctx, smtpTimeout)
	defer cancel()
	err = client.DialAndSendWithContext(ctx, msg)
	var refused *gomail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
		return helpdesk.Permanent(err)
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return helpdesk.RetryAfter(err, 10*time.Minute) // longer than a name server's bad minute
	}
	return err
}
