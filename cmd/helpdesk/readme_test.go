package main_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The README's walk-through runs word for word, but for ports and places that
// others use too.
func TestReadmeWalkThrough(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("README's walk-through skipped: there is no %s", tool)
		}
	}
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, walk, found := strings.Cut(string(readme), "\n## Walk-through\n")
	require.True(t, found)
	walk, _, _ = strings.Cut(walk, "\n## ")
	script := "set -meu\n"
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(walk, -1) {
		script += block[1]
	}
	place := t.TempDir()
	_, desk, _ := net.SplitHostPort(freeAddr(t))
	_, hook, _ := net.SplitHostPort(freeAddr(t))
	script = strings.NewReplacer(
		"127.0.0.1:3000", "127.0.0.1:"+desk, "127.0.0.1:4000", "127.0.0.1:"+hook, "bin/helpdesk", filepath.Join(place, "helpdesk"),
		"walk.db", filepath.Join(place, "walk.db"), "walk-data", filepath.Join(place, "data"),
	).Replace(script)

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.Dir, cmd.WaitDelay = "../..", 5*time.Second
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	said := string(out)
	require.Equal(t, 1, strings.Count(said, "signed message_created incoming Where is my parcel?"), said)
	require.Equal(t, 1, strings.Count(said, "signed message_created outgoing It arrives today."), said)
	require.Contains(t, said, "User\n", "the conversation is not hers")
}

// The README's first screen is the program in examples/readme, word for word.
func TestReadmeProgram(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	program, err := os.ReadFile("../../examples/readme/main.go")
	require.NoError(t, err)
	_, code, _ := strings.Cut(string(program), "\n") // but for the comment on top
	require.Contains(t, string(readme), "```go\n"+code+"```")
}
