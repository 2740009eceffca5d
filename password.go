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

// PasswordCost is what hashing a password costs, and what guessing one does. The
// zero value is what OWASP recommends for Argon2id. A password that was hashed at
// another cost is hashed anew when it is next used.
type PasswordCost struct {
	Memory int // KiB, at least 8; 0 = 19 MiB
	Passes int // 0 = 2
}

const argonLength = 32

func (c PasswordCost) params() string {
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$", c.Memory, c.Passes)
}

// hash returns an Argon2id hash in PHC form.
func (c PasswordCost) hash(password string) string {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		panic("helpdesk: no randomness: " + err.Error()) // the platform is unusable
	}
	sum := argon2.IDKey([]byte(password), salt, uint32(c.Passes), uint32(c.Memory), 1, argonLength)
	b64 := base64.RawStdEncoding.EncodeToString
	return c.params() + b64(salt) + "$" + b64(sum)
}

// outdated says that a password which fits the hash should be hashed anew: it
// was brought along from elsewhere, or cost more or less than it does now.
func (c PasswordCost) outdated(hash string) bool { return !strings.HasPrefix(hash, c.params()) }

// check compares a password with a hash: Argon2id, or bcrypt for hashes
// that were brought along from elsewhere. Without a hash it still takes the time
// of one, so that nobody learns who has a password.
func (c PasswordCost) check(hash, password string) bool {
	if strings.HasPrefix(hash, "$2") {
		return bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil
	}
	known := true
	if hash == "" {
		hash, known = c.params()+"AAAAAAAAAAAAAAAAAAAAAA$AAAA", false
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
