package main_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The README's walk-through, word for word but for the ports: what its code
// blocks say is run by a shell in a fresh copy of the repository.
func TestReadmeWalkThrough(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED: %s is not in PATH", tool)
		}
	}
	dir := freshCopy(t)
	text, err := os.ReadFile(filepath.Join(dir, "README.md"))
	require.NoError(t, err)
	_, part, found := strings.Cut(string(text), "\n## Walk-through\n")
	require.True(t, found, "the README has no walk-through")
	part, _, _ = strings.Cut(part, "\n## ")
	script := "set -m\n"
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(part, -1) {
		script += block[1]
	}
	for _, port := range []string{"127.0.0.1:3000", "127.0.0.1:4000"} {
		require.Contains(t, script, port)
		script = strings.ReplaceAll(script, port, freeAddr(t))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second // what a script that broke off left running
	err = cmd.Run()
	require.NoError(t, err, out.String())
	for _, said := range regexp.MustCompile("`(signed [^`]+)`").FindAllStringSubmatch(part, -1) {
		require.Equal(t, 1, strings.Count(out.String(), said[1]), "%q in:\n%s", said[1], &out)
	}
}

// freshCopy is the repository without what git, tools and builds keep in it.
func freshCopy(t *testing.T) string {
	t.Helper()
	root, dir := filepath.Join("..", ".."), t.TempDir()
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	for _, e := range entries {
		from, to := filepath.Join(root, e.Name()), filepath.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), ".") || e.Name() == "bin" || e.Name() == "helpdesk-data":
		case e.IsDir():
			require.NoError(t, os.CopyFS(to, os.DirFS(from)))
		case strings.HasSuffix(e.Name(), ".go") || strings.HasPrefix(e.Name(), "go.") || e.Name() == "README.md":
			text, err := os.ReadFile(from)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(to, text, 0o600))
		}
	}
	return dir
}
