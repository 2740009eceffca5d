//go:build linux

package bench_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// listeners is how many clients are connected at once.
const listeners = 5000

// BenchmarkConnectedClients builds the server, connects thousands of clients of
// one account to its cable over loopback, each subscribed as the dashboard is,
// and asks how much memory the server holds for each: the growth of its resident
// size, what the kernel keeps for sockets not included. Then one label is made,
// which all are told of: heard-ms is until the last of them has heard.
func BenchmarkConnectedClients(b *testing.B) {
	var limit syscall.Rlimit
	require.NoError(b, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	if limit.Cur < listeners+500 {
		b.Skipf("SKIPPED: this process may open %d files, and needs %d", limit.Cur, listeners+500)
	}
	program := filepath.Join(b.TempDir(), "helpdesk")
	out, err := exec.CommandContext(b.Context(), "go", "build", "-o", program, "../cmd/helpdesk").CombinedOutput()
	require.NoError(b, err, string(out))
	var each []float64
	var heard []time.Duration
	for b.Loop() {
		bytes, took := connected(b, program)
		each, heard = append(each, bytes), append(heard, took)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(each)/1024, "KB/client")
	b.ReportMetric(float64(median(heard).Milliseconds()), "heard-ms")
}

func connected(b *testing.B, program string) (each float64, heard time.Duration) {
	dir := b.TempDir()
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), program, "serve", "--addr", "127.0.0.1:0",
		"--db", "sqlite:"+filepath.Join(dir, "desk.db"), "--data", filepath.Join(dir, "data"))
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "HELPDESK_ADMIN_EMAIL=admin@example.com", "HELPDESK_ADMIN_PASSWORD=Secret-1-secret!")
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(b, err, log.String())
	at := strings.TrimSpace(strings.TrimPrefix(line, "helpdesk is listening on "))
	me := signIn(b, at)

	ctx, hangUp := context.WithCancel(context.WithoutCancel(b.Context()))
	var ready, done sync.WaitGroup
	dials := make(chan struct{}, 50)
	before := settled(b, cmd.Process.Pid)
	for range listeners {
		ready.Add(1)
		done.Add(1)
		go listen(ctx, b, at, me, dials, ready.Done, done.Done)
	}
	ready.Wait()
	each = (settled(b, cmd.Process.Pid) - before) / listeners

	start := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("%s/api/v1/accounts/%d/labels", at, me.Account), strings.NewReader(`{"title":"vip"}`))
	require.NoError(b, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("api_access_token", me.Token)
	res, err := http.DefaultClient.Do(req)
	require.NoError(b, err)
	require.NoError(b, res.Body.Close())
	done.Wait()
	heard = time.Since(start)
	hangUp()
	require.NoError(b, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(b, cmd.Wait(), log.String())
	return each, heard
}

// settled is the resident size once it stays the same for a while: of what was
// needed in between, the collector gives back what it can.
func settled(b *testing.B, pid int) float64 {
	time.Sleep(5 * time.Second)
	return residentSize(b, pid)
}

type me struct {
	ID      int64  `json:"id"`
	Account int64  `json:"account_id"`
	Token   string `json:"access_token"`
	Pubsub  string `json:"pubsub_token"`
}

func signIn(b *testing.B, at string) me {
	var answer struct{ Data me }
	require.Eventually(b, func() bool {
		res, err := http.Post(at+"/auth/sign_in", "application/json", strings.NewReader(`{"email":"admin@example.com","password":"Secret-1-secret!"}`))
		if err != nil {
			return false
		}
		defer func() { _ = res.Body.Close() }()
		return res.StatusCode == http.StatusOK && json.NewDecoder(res.Body).Decode(&answer) == nil
	}, 30*time.Second, 50*time.Millisecond)
	return answer.Data
}

// listen subscribes, says so, and reads until it hears of the label.
func listen(ctx context.Context, b *testing.B, at string, who me, dials chan struct{}, ready, done func()) {
	defer done()
	dials <- struct{}{}
	conn, _, err := websocket.Dial(ctx, at+"/cable", &websocket.DialOptions{Subprotocols: []string{"actioncable-v1-json"}})
	if err == nil {
		id, _ := json.Marshal(fmt.Sprintf(`{"channel":"RoomChannel","pubsub_token":%q,"account_id":%d,"user_id":%d}`, who.Pubsub, who.Account, who.ID))
		err = conn.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"command":"subscribe","identifier":%s}`, id))
	}
	for there := false; err == nil; {
		var frame []byte
		if _, frame, err = conn.Read(ctx); err != nil {
			break
		}
		switch {
		case !there && bytes.Contains(frame, []byte("presence.update")):
			there = true
			<-dials
			ready()
		case bytes.Contains(frame, []byte("cache_invalidated")):
			return // its connection stays until the end
		}
	}
	if ctx.Err() == nil {
		b.Errorf("a client: %v", err)
	}
}
