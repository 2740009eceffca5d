package main_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// setupLink is what the server printed.
func (p *process) setupLink() string {
	p.t.Helper()
	return p.says(`http://\S+/setup/\S+`)
}

func fetch(t *testing.T, address string) (int, string, http.Header) {
	t.Helper()
	res, err := http.Get(address)
	require.NoError(t, err)
	return body(t, res)
}

func post(t *testing.T, address string, form url.Values) (int, string, http.Header) {
	t.Helper()
	res, err := http.PostForm(address, form)
	require.NoError(t, err)
	return body(t, res)
}

func body(t *testing.T, res *http.Response) (int, string, http.Header) {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(b), res.Header
}

func goodForm() url.Values {
	return url.Values{"account": {"Velo <Co>"}, "name": {"Ada"}, "email": {"ada@example.com"}, "password": {adminPassword}}
}

func TestSetupPage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		env := []string{"HELPDESK_SECRET=" + secret}
		args := []string{"--addr", "127.0.0.1:0", "--db", db.name, "--data", filepath.Join(t.TempDir(), "data")}
		p := start(t, env, args...)
		first := p.setupLink()
		p.stop()
		p = start(t, env, args...)
		link := p.setupLink()

		status, page, _ := fetch(t, strings.Replace(first, regexp.MustCompile(`^http://[^/]+`).FindString(first), p.url, 1))
		require.Equal(t, http.StatusNotFound, status, "an older link still works")
		require.Contains(t, page, "does not work")

		status, page, head := fetch(t, link)
		require.Equal(t, http.StatusOK, status)
		require.NotContains(t, page, "<script")
		require.NotContains(t, page, "style=")
		require.Contains(t, head.Get("Content-Security-Policy"), "default-src 'none'")
		require.Equal(t, "no-referrer", head.Get("Referrer-Policy"))
		require.Equal(t, "no-store", head.Get("Cache-Control"))

		status, page, _ = post(t, link, url.Values{"account": {" "}, "email": {"ada"}, "name": {"<b>"}})
		require.Equal(t, http.StatusUnprocessableEntity, status)
		require.Contains(t, page, `id="account-wrong">can&#39;t be blank`)
		require.Contains(t, page, `id="email-wrong">is not an e-mail address`, "all that is wrong, at once")
		require.Contains(t, page, `id="password-wrong">can&#39;t be blank`)
		require.Contains(t, page, `value="&lt;b&gt;"`)

		bad := goodForm()
		bad.Set("email", "ada")
		bad.Set("password", "weak")
		status, page, _ = post(t, link, bad)
		require.Equal(t, http.StatusUnprocessableEntity, status)
		require.Contains(t, page, `id="email-wrong">is not an e-mail address`)
		require.Contains(t, page, `id="password-wrong">must have`)
		require.NotContains(t, page, "weak", "the password is shown")

		status, page, _ = post(t, link, goodForm())
		require.Equal(t, http.StatusOK, status, page)
		require.Contains(t, page, "Velo &lt;Co&gt; is there")
		shown := regexp.MustCompile(`class="token">(\w+)<`).FindStringSubmatch(page)
		require.NotNil(t, shown, page)

		token, stderr, code := command(t, env, append([]string{"token", "--email", "ada@example.com"}, args[2:]...)...)
		require.Equal(t, 0, code, stderr)
		require.Equal(t, shown[1]+"\n", token)

		for range 2 {
			status, page, _ = post(t, link, goodForm())
			require.Equal(t, http.StatusNotFound, status)
			require.Contains(t, page, "Set up already")
		}
		p.stop()
		require.NotContains(t, p.log.String(), link[strings.LastIndex(link, "/")+1:], "the set-up token is in the log")
		require.NotContains(t, start(t, env, args...).out.String(), "/setup/", "a desk that is set up prints a link")
	})
}

// halfPost sends the head and half the body of a set-up form, and returns when
// the server is answering it.
func halfPost(t *testing.T, link string) (conn net.Conn, rest string) {
	t.Helper()
	u, err := url.Parse(link)
	require.NoError(t, err)
	conn, err = net.Dial("tcp", u.Host)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	form := goodForm().Encode()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n%s",
		u.Path, u.Host, len(form), form[:10])
	line, err := bufio.NewReaderSize(conn, 16).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "100 Continue")
	return conn, form[10:]
}

func TestStopFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	args := []string{"--addr", "127.0.0.1:0", "--db", "sqlite:" + filepath.Join(t.TempDir(), "desk.db")}
	p := start(t, nil, args...)
	conn, rest := halfPost(t, p.setupLink())
	p.signal(syscall.SIGTERM)
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err == nil {
			c.Close()
		}
		return err != nil
	}, time.Minute, 10*time.Millisecond, "a stopping server still accepts")

	_, err := io.WriteString(conn, rest)
	require.NoError(t, err)
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(answer), "HTTP/1.1 200 OK")
	require.Contains(t, string(answer), "Your desk is ready")
	p.wait()
	require.Equal(t, 0, p.cmd.ProcessState.ExitCode(), p.log)
	require.NotContains(t, start(t, nil, args...).out.String(), "/setup/", "what was answered is lost")
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--addr", "127.0.0.1:0", "--db", "sqlite::memory:")
	halfPost(t, p.setupLink())
	p.signal(syscall.SIGINT)
	require.Eventually(t, func() bool { return strings.Contains(p.log.String(), "a second signal") }, time.Minute, 10*time.Millisecond)
	p.signal(syscall.SIGINT)
	p.wait()
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.True(t, status.Signaled(), "the process ended by itself")
}

func TestServersThatStartTogetherMakeOneAccount(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		var all []*process
		for range 3 {
			all = append(all, launch(t, asAdmin(), "--addr", "127.0.0.1:0", "--db", db.name, "--data", filepath.Join(t.TempDir(), "data")))
		}
		for _, p := range all {
			p.waitReady()
		}
		for _, p := range all {
			p.stop()
		}
		store, err := db.open(t.Context())
		require.NoError(t, err)
		defer store.Close()
		require.NoError(t, store.System(t.Context(), func(ctx context.Context, tx helpdesk.SystemTx) error {
			n, err := tx.Accounts().Count(ctx, helpdesk.AccountFilter{})
			require.Equal(t, 1, n)
			return err
		}))
	})
}
