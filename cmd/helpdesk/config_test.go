package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBadSettingsAreAllNamedAtOnce(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		env  []string
		args []string
		says []string
	}{
		{"no command", nil, nil, []string{"a command is missing", "helpdesk serve"}},
		{"unknown command", nil, []string{"sevre"}, []string{`no command "sevre"`}},
		{"unknown flag and more", []string{"HELPDESK_DEMO=perhaps"}, []string{"serve", "--port", "3000"}, []string{"-port", "HELPDESK_DEMO", `"perhaps"`}},
		{"arguments", nil, []string{"serve", "now"}, []string{`"now" is not expected`}},
		{
			"flags", nil,
			[]string{"serve", "--addr", "3000", "--db", "mysql://x", "--public-url", "desk.example.com"},
			[]string{"--addr", `"3000"`, "--db", "--public-url", `"desk.example.com"`},
		},
		{
			"environment",
			[]string{
				"HELPDESK_ADDR=localhost:99999", "HELPDESK_DB=sqlite:", "HELPDESK_PUBLIC_URL=ftp://x", "HELPDESK_SECRET=short",
				"HELPDESK_SECRET_OLD=short", "HELPDESK_ADMIN_EMAIL=a@example.com", "HELPDESK_WEBHOOK_ALLOW=10.0.0.0/8,10.0.0.1/99", "HELPDESK_PROXIES=all",
			},
			[]string{"serve"},
			[]string{
				"--addr", "--db", "--public-url", "HELPDESK_SECRET:", "HELPDESK_SECRET_OLD:", "HELPDESK_ADMIN_PASSWORD",
				`HELPDESK_WEBHOOK_ALLOW: "10.0.0.1/99"`, `HELPDESK_PROXIES: "all"`,
			},
		},
		{"postgres without a secret", nil, []string{"serve", "--db", "postgres://u:hidden@127.0.0.1:1/x"}, []string{"HELPDESK_SECRET: is required with Postgres", "openssl rand"}},
		{"a flag beats the environment", []string{"HELPDESK_ADDR=127.0.0.1:0"}, []string{"serve", "--addr", "nowhere"}, []string{`"nowhere"`}},
		{
			"bad administrator",
			[]string{"HELPDESK_ADMIN_EMAIL=nobody", "HELPDESK_ADMIN_PASSWORD=weak"},
			[]string{"serve", "--addr", "127.0.0.1:0", "--db", "sqlite::memory:"},
			[]string{"HELPDESK_ADMIN_EMAIL", "email is not an e-mail address", "password must have"},
		},
		{
			"apps at Meta",
			[]string{"HELPDESK_FACEBOOK_APP=12", "HELPDESK_INSTAGRAM_APP=12:hidden", "HELPDESK_META_HUMAN_AGENT=maybe"},
			[]string{"serve", "--addr", "127.0.0.1:0", "--db", "sqlite::memory:"},
			[]string{"HELPDESK_FACEBOOK_APP: must be", "HELPDESK_META_VERIFY_TOKEN: is required", `HELPDESK_META_HUMAN_AGENT: "maybe"`},
		},
		{"token without e-mail", nil, []string{"token"}, []string{"--email is required"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, stderr, code := command(t, c.env, c.args...)
			require.Equal(t, 2, code, stderr)
			for _, s := range c.says {
				require.Contains(t, stderr, s)
			}
			require.NotContains(t, stderr, "hidden", "a password of the DSN is shown")
		})
	}
}

func TestHelpIsNoError(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"help"}, {"--help"}, {"serve", "--help"}} {
		out, stderr, code := command(t, nil, args...)
		require.Equal(t, 0, code, stderr)
		require.Contains(t, out, "HELPDESK_WEBHOOK_ALLOW")
	}
}

func TestVersionAndMigrate(t *testing.T) {
	t.Parallel()
	out, _, code := command(t, nil, "version")
	require.Equal(t, 0, code)
	require.Regexp(t, `^helpdesk \S+ go1`, out)
	db := "sqlite:" + filepath.Join(t.TempDir(), "new", "desk.db")
	for range 2 {
		out, stderr, code := command(t, nil, "migrate", "--db", db)
		require.Equal(t, 0, code, stderr)
		require.Contains(t, out, "up to date")
	}
}

func TestTokenNeedsWhatItReads(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	token := []string{"token", "--email", "x@example.com", "--db", "sqlite:" + path}
	_, stderr, code := command(t, nil, token...)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "there is no database")
	require.NoFileExists(t, path, "a database was made where one should be read")

	require.NoError(t, os.WriteFile(path, nil, 0o600))
	_, stderr, code = command(t, nil, token...)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "migrate it first")
}

func TestSecretKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, key := "sqlite:"+filepath.Join(dir, "desk.db"), filepath.Join(dir, "desk-data", "secret.key")
	admin := asAdmin()[:2] // without HELPDESK_SECRET
	args := []string{"--addr", "127.0.0.1:0", "--db", db}
	start(t, admin, args...).stop()
	for _, path := range []string{key, filepath.Join(dir, "desk.db")} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), path)
	}
	token, stderr, code := command(t, nil, "token", "--email", adminEmail, "--db", db)
	require.Equal(t, 0, code, stderr)
	require.Regexp(t, `^\w{24}\n$`, token)

	// A secret in the environment takes over; what the file sealed still opens.
	same, stderr, code := command(t, []string{"HELPDESK_SECRET=" + secret}, "token", "--email", "ADMIN@example.com", "--db", db)
	require.Equal(t, 0, code, stderr)
	require.Equal(t, token, same)

	// With another secret it is the former one that opens.
	old, err := os.ReadFile(key)
	require.NoError(t, err)
	require.NoError(t, os.Remove(key))
	same, stderr, code = command(t, []string{"HELPDESK_SECRET=" + secret, "HELPDESK_SECRET_OLD=" + string(old)}, "token", "--email", adminEmail, "--db", db)
	require.Equal(t, 0, code, stderr)
	require.Equal(t, token, same)

	_, stderr, code = command(t, []string{"HELPDESK_SECRET=" + secret}, "token", "--email", adminEmail, "--db", db)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "sealed with a key")

	// And a database in use does not get a fresh key.
	_, stderr, code = command(t, admin, append([]string{"serve"}, args...)...)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "secret.key, which seals its secrets, is missing")
	require.NoFileExists(t, key)
}
