package main_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// mailServer is a real SMTP server on loopback, which knows one user.
type mailServer struct{ got chan string }

func (s *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &mailSession{server: s}, nil
}

type mailSession struct {
	server *mailServer
	known  bool
}

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if s.known = user == "desk" && password == "let me/in"; !s.known {
			return errors.New("no")
		}
		return nil
	}), nil
}

func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.server.got <- strings.ReplaceAll(strings.ReplaceAll(string(text), "=\r\n", ""), "=3D", "=")
	return err
}

func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }

func startMail(t *testing.T) (address string, got <-chan string) {
	s := &mailServer{make(chan string, 10)}
	server := smtp.NewServer(s)
	server.AllowInsecureAuth, server.Domain = true, "localhost"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String(), s.got
}

func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	address, mails := startMail(t)
	env := []string{"HELPDESK_ADMIN_EMAIL=ada@example.com", "HELPDESK_ADMIN_PASSWORD=" + adminPassword, "HELPDESK_SMTP_URL=smtp://desk:let%20me%2Fin@" + address}
	free, err := net.Listen("tcp", "127.0.0.1:0") // links need an address that is known before
	require.NoError(t, err)
	at := "http://" + free.Addr().String()
	require.NoError(t, free.Close())
	p := start(t, env, "--addr", free.Addr().String(), "--db", "sqlite::memory:", "--public-url", at, "--mail-from", "Desk <desk@example.com>")
	status, _, _ := post(t, at+"/auth/password", url.Values{"email": {"ada@example.com"}})
	require.Equal(t, http.StatusOK, status)
	var mail string
	select {
	case mail = <-mails:
	case <-time.After(30 * time.Second):
		t.Fatal("no mail came:\n" + p.log.String())
	}
	require.Contains(t, mail, `From: "Desk" <desk@example.com>`)
	require.Contains(t, mail, "To: <ada@example.com>")
	require.Contains(t, mail, "Auto-Submitted: auto-generated")
	link := regexp.MustCompile(regexp.QuoteMeta(at) + `(/app/auth/password/edit\?reset_password_token=(\w+))`).FindStringSubmatch(mail)
	require.NotNil(t, link, mail)

	status, page, _ := fetch(t, at+link[1])
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, link[2])
	form := url.Values{"token": {link[2]}, "password": {"weak"}, "again": {"other"}}
	status, page, _ = post(t, at+"/app/auth/password/edit", form)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, page, "password-wrong")
	require.Contains(t, page, "again-wrong")
	form = url.Values{"token": {link[2]}, "password": {"N3w-secret"}, "again": {"N3w-secret"}}
	status, _, _ = post(t, at+"/app/auth/password/edit", form)
	require.Equal(t, http.StatusOK, status)
	status, _, _ = post(t, at+"/app/auth/password/edit", form)
	require.Equal(t, http.StatusNotFound, status)
	status, _, _ = post(t, at+"/auth/sign_in", url.Values{"email": {"ada@example.com"}, "password": {"N3w-secret"}})
	require.Equal(t, http.StatusOK, status)

	status, page, _ = fetch(t, at+"/app/auth/confirmation?confirmation_token=x")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, `value="x"`)
	status, _, _ = post(t, at+"/app/auth/confirmation", url.Values{"token": {"x"}})
	require.Equal(t, http.StatusNotFound, status)
	require.NotContains(t, p.log.String(), "let me/in")
}

func TestMailSettings(t *testing.T) {
	t.Parallel()
	_, stderr, code := command(t, []string{"HELPDESK_SIGN_UP=perhaps"}, "serve", "--smtp-url", "http://u:hidden@x")
	require.Equal(t, 2, code)
	for _, s := range []string{"--smtp-url", "--mail-from", "--public-url", "HELPDESK_SIGN_UP"} {
		require.Contains(t, stderr, s)
	}
	require.NotContains(t, stderr, "hidden")
}
