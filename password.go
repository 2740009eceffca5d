package helpdesk

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

const passwordRule = "must have 6 to 128 characters, with an upper and a lower case letter, a digit and a special character"

// goodPassword is the rule for new passwords.
func goodPassword(s string) bool {
	if len(s) < 6 || len(s) > 128 {
		return false
	}
	var upper, lower, digit, other bool
	for _, r := range s {
		switch {
		case unicode.IsUpper(r):
			upper = true
		case unicode.IsLower(r):
			lower = true
		case unicode.IsDigit(r):
			digit = true
		default:
			other = true
		}
	}
	return upper && lower && digit && other
}

// Argon2id's cost: 19 MiB, two passes, one lane.
const (
	argonMemory = 19 * 1024
	argonTime   = 2
	argonLength = 32
)

// hashPassword returns an Argon2id hash in PHC form.
func hashPassword(password string) string {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		panic("helpdesk: no randomness: " + err.Error()) // the platform is unusable
	}
	sum := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, 1, argonLength)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", argonMemory, argonTime, b64(salt), b64(sum))
}

// outdated says that a password which fits the hash should be hashed anew: it
// was brought along from elsewhere, or cost less than it does now.
func outdated(hash string) bool {
	return !strings.HasPrefix(hash, fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$", argonMemory, argonTime))
}

// checkPassword compares a password with a hash: Argon2id, or bcrypt for hashes
// that were brought along from elsewhere. Without a hash it still takes the time
// of one, so that nobody learns who has a password.
func checkPassword(hash, password string) bool {
	if strings.HasPrefix(hash, "$2") {
		return bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil
	}
	known := true
	if hash == "" {
		hash, known = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA", false
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(want)))
	return known && subtle.ConstantTimeCompare(got, want) == 1
}
