//go:build linux

package bench_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkIdleServer builds the server, starts it on an empty file and, when it
// has had nothing to do for two seconds, asks what memory it holds. ready-ms is
// from the start of the process to its saying that it listens.
func BenchmarkIdleServer(b *testing.B) {
	program := filepath.Join(b.TempDir(), "helpdesk")
	out, err := exec.CommandContext(b.Context(), "go", "build", "-o", program, "../cmd/helpdesk").CombinedOutput()
	require.NoError(b, err, string(out))
	var ready []time.Duration
	var resident []float64
	for b.Loop() {
		took, bytes := idle(b, program)
		ready, resident = append(ready, took), append(resident, bytes)
	}
	b.ReportMetric(0, "ns/op") // mostly the two seconds
	b.ReportMetric(float64(median(ready).Milliseconds()), "ready-ms")
	b.ReportMetric(median(resident)/(1<<20), "resident-MB")
}

func idle(b *testing.B, program string) (ready time.Duration, resident float64) {
	dir := b.TempDir()
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), program, "serve", "--addr", "127.0.0.1:0",
		"--db", "sqlite:"+filepath.Join(dir, "desk.db"), "--data", filepath.Join(dir, "data"))
	cmd.Dir = dir
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	start := time.Now()
	require.NoError(b, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	ready = time.Since(start)
	require.NoError(b, err, log.String())
	require.Contains(b, line, "listening")
	time.Sleep(2 * time.Second)
	resident = residentSize(b, cmd.Process.Pid)
	require.NoError(b, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(b, cmd.Wait(), log.String())
	return ready, resident
}

// residentSize is what the system counts as resident, in bytes.
func residentSize(b *testing.B, pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(b, err)
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(after)
	require.NotEmpty(b, fields)
	kilobytes, err := strconv.ParseFloat(fields[0], 64)
	require.NoError(b, err)
	return kilobytes * 1024
}
