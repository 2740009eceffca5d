package main_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// binary is the program under test, built once: what these tests promise is
// about a real process.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "helpdesk-cmd-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "helpdesk")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the server: %v\n%s", err, out)
		return 1
	}
	return browsertest.Run(m)
}

// database names a fresh store for a process, and opens it for the test.
type database struct {
	name string // for --db
	open func(ctx context.Context) (helpdesk.Store, error)
}

// onBoth runs a test on a SQLite file and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, db database)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "desk.db")
		test(t, database{"sqlite:" + path, func(ctx context.Context) (helpdesk.Store, error) {
			return sqlite.Open(ctx, path, sqlite.Options{})
		}})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		dsn := postgrestest.DSN(t)
		test(t, database{dsn, func(ctx context.Context) (helpdesk.Store, error) {
			return postgres.Open(ctx, dsn, postgres.Options{})
		}})
	})
}

const (
	adminEmail    = "admin@example.com"
	adminPassword = "Secret-1-secret!"
	secret        = "0123456789abcdef0123456789abcdef"
)

// asAdmin is an environment in which the first start makes the administrator.
func asAdmin() []string {
	return []string{"HELPDESK_ADMIN_EMAIL=" + adminEmail, "HELPDESK_ADMIN_PASSWORD=" + adminPassword, "HELPDESK_SECRET=" + secret}
}

// environment is all a process under test sees: nothing of whoever runs the tests.
func environment(env []string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH")}, env...)
}

// command runs the program to its end.
func command(t *testing.T, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env, cmd.Dir = environment(env), t.TempDir()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the exit code says it
	require.NotNil(t, cmd.ProcessState, "the program did not start")
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// process is a running server.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	url string
	log *buffer
	out *buffer

	listens chan string   // gets the address, once
	done    chan struct{} // closed when it ended
}

// start runs "helpdesk serve" and waits until it is ready. A test that ends
// takes its servers with it.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := launch(t, env, args...)
	p.waitReady()
	return p
}

// launch is start without the waiting.
func launch(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(binary, append([]string{"serve"}, args...)...)
	cmd.Env, cmd.Dir = environment(env), t.TempDir()
	p := &process{t: t, cmd: cmd, log: &buffer{}, out: &buffer{}, listens: make(chan string, 1), done: make(chan struct{})}
	cmd.Stderr = p.log
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(io.TeeReader(stdout, p.out))
		for lines.Scan() {
			if at, ok := strings.CutPrefix(lines.Text(), "helpdesk is listening on "); ok {
				p.listens <- at
			}
		}
		_ = cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended already
		<-p.done
		if t.Failed() {
			t.Logf("log of the server:\n%s", last(p.log.String(), 8000))
		}
	})
	return p
}

func (p *process) waitReady() {
	p.t.Helper()
	select {
	case p.url = <-p.listens:
	case <-p.done:
		p.t.Fatalf("the server ended at once: %s", p.log)
	case <-time.After(time.Minute):
		p.t.Fatal("the server does not listen")
	}
	for end := time.Now().Add(time.Minute); !p.isReady(); time.Sleep(10 * time.Millisecond) {
		select {
		case <-p.done:
			p.t.Fatalf("the server ended before it was ready: %s", p.log)
		default:
		}
		require.True(p.t, time.Now().Before(end), "the server is not ready")
	}
}

// says waits until the process has printed what matches, and returns it: what it
// prints before it is ready may be read a moment later.
func (p *process) says(pattern string) (found string) {
	p.t.Helper()
	what := regexp.MustCompile(pattern)
	require.Eventually(p.t, func() bool {
		found = what.FindString(p.out.String())
		return found != ""
	}, time.Minute, 5*time.Millisecond, "it does not print %q", pattern)
	return found
}

func (p *process) isReady() bool {
	res, err := http.Get(p.url + "/readyz")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// kill ends the process as a power cut would end it: no handler runs.
func (p *process) kill() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Kill())
	p.wait()
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(s))
}

// stop asks politely, and insists on a clean end.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	p.wait()
	require.Equal(p.t, 0, p.cmd.ProcessState.ExitCode(), "exit code after SIGTERM; log: %s", p.log)
}

func (p *process) wait() {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		p.t.Fatal("the server does not end")
	}
}

// freeAddr is a port that was free a moment ago, for servers that must come back
// at the same place.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// buffer is written by a process and read by a test.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func last(s string, n int) string { return s[max(0, len(s)-n):] }
