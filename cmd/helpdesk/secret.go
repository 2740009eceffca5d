package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

const secretFile = "secret.key"

// sealer seals with HELPDESK_SECRET, or else with the data directory's key file,
// made when there is none. It opens with the former secrets too, and with the
// file that a secret in the environment replaced.
func sealer(ctx context.Context, c *config, store helpdesk.Store, data string) (helpdesk.Sealer, error) {
	kept, err := readSecret(filepath.Join(data, secretFile))
	if err != nil {
		return nil, err
	}
	if c.secret == "" && kept == "" {
		if kept, err = newSecret(ctx, store, filepath.Join(data, secretFile)); err != nil {
			return nil, err
		}
	}
	var keys []helpdesk.SealKey
	seen := map[string]bool{"": true}
	for _, s := range append([]string{c.secret, kept}, c.oldSecrets...) {
		if !seen[s] {
			seen[s] = true
			keys = append(keys, sealKey(s))
		}
	}
	return helpdesk.NewSealer(keys...)
}

// sealKey derives a key's id from the secret, so that a secret keeps its id
// wherever it stands in the settings.
func sealKey(secret string) helpdesk.SealKey {
	sum := sha256.Sum256([]byte("helpdesk key id " + secret))
	return helpdesk.SealKey{ID: max(1, binary.BigEndian.Uint32(sum[:])), Secret: []byte(secret)}
}

func readSecret(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(text))
	if len(secret) < minSecret {
		return "", fmt.Errorf("%s does not hold a secret of at least %d characters", path, minSecret)
	}
	return secret, nil
}

// newSecret makes the key file. A database in use was sealed with another one:
// going on with a fresh key would break every token in it.
func newSecret(ctx context.Context, store helpdesk.Store, path string) (string, error) {
	used, err := inUse(ctx, store)
	if err != nil {
		return "", err
	}
	if used {
		return "", fmt.Errorf("the database is in use, but %s, which seals its secrets, is missing: "+
			"say where it is with --data, put it back from your backup, or set HELPDESK_SECRET", path)
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	secret := base64.StdEncoding.EncodeToString(raw)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return readSecret(path)
	}
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(secret + "\n")
	return secret, errors.Join(err, f.Sync(), f.Close())
}

// inUse reports whether the store has an account.
func inUse(ctx context.Context, store helpdesk.Store) (used bool, err error) {
	err = store.System(ctx, func(ctx context.Context, tx helpdesk.SystemTx) error {
		n, err := tx.Accounts().Count(ctx, helpdesk.AccountFilter{})
		used = n > 0
		return err
	})
	return used, err
}
