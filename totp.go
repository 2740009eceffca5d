package helpdesk

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"net/url"
	"slices"
	"strings"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// The second factor is RFC 6238 as authenticator apps know it: six digits, a
// time step of 30 seconds, SHA-1. A code of the step before or after counts too.
const (
	otpPeriod = 30 // seconds
	otpSkew   = 1  // steps
)

// Enrolment is what a user's device is told to make codes.
type Enrolment struct {
	Secret string // base32
	URL    string // otpauth://, usually shown as a QR code
}

// EnrollSecondFactor makes a new secret for the acting agent's user. It counts
// once EnableSecondFactor has seen a code made from it; until then it may be
// called again. Conflict when a second factor is on.
func (s Profile) EnrollSecondFactor(ctx context.Context) (Enrolment, error) {
	var out Enrolment
	_, err := s.edit(ctx, func(u *unit, user *User) error {
		if user.OTPEnabled {
			return errFactorOn()
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: u.e.issuer(), AccountName: user.Email})
		if err != nil {
			return &Error{Code: Internal, Err: err}
		}
		out = Enrolment{key.Secret(), key.URL()}
		user.OTPSecret, err = u.e.seal(key.Secret(), sealOTP)
		user.OTPStep, user.BackupCodes = 0, nil
		return err
	})
	return orNothing(out, err)
}

// EnableSecondFactor asks for a code at every sign-in from now on. code proves
// that the device has the secret: one that is wrong is Invalid. It returns ten
// backup codes, told this once, each of which stands in for a code once.
func (s Profile) EnableSecondFactor(ctx context.Context, code string) ([]string, error) {
	return s.withFactor(ctx, func(u *unit, user *User) ([]string, error) {
		if user.OTPEnabled {
			return nil, errFactorOn()
		}
		if err := u.e.takeFactor(user, code, ""); err != nil {
			return nil, err
		}
		user.OTPEnabled = true
		return user.newBackupCodes(), u.auditFactor(user, false, true)
	})
}

// RenewBackupCodes makes ten new backup codes, and the old ones worthless.
func (s Profile) RenewBackupCodes(ctx context.Context, code string) ([]string, error) {
	return s.withFactor(ctx, func(u *unit, user *User) ([]string, error) {
		if !user.OTPEnabled {
			return nil, errFactorOff()
		}
		if err := u.e.takeFactor(user, code, ""); err != nil {
			return nil, err
		}
		return user.newBackupCodes(), nil
	})
}

// DisableSecondFactor lets the password suffice again. It needs the password and
// a code, or a backup code in its place; of a user who has no password, as one who
// signs in by the host's or a platform's link, the code alone.
func (s Profile) DisableSecondFactor(ctx context.Context, password, code string) error {
	self, err := s.Get(ctx)
	if err != nil {
		return err
	}
	known := s.d.e.opts.Passwords.check(self.PasswordHash, password) // it takes long: not within a transaction
	_, err = s.withFactor(ctx, func(u *unit, user *User) ([]string, error) {
		if !user.OTPEnabled {
			return nil, errFactorOff()
		}
		if !known && self.PasswordHash != "" || user.PasswordHash != self.PasswordHash {
			return nil, problems{"password": "is wrong"}.err()
		}
		if u.e.takeFactor(user, code, "") != nil && u.e.takeFactor(user, "", code) != nil {
			return nil, errCode()
		}
		user.OTPEnabled, user.OTPSecret, user.BackupCodes = false, nil, nil
		return nil, u.auditFactor(user, true, false)
	})
	return err
}

// withFactor changes the acting user's second factor, as often as codes may be
// guessed.
func (s Profile) withFactor(ctx context.Context, fn func(u *unit, user *User) ([]string, error)) ([]string, error) {
	if err := s.d.e.allowGuess(ctx, AgentID(s.d.actor.ref.ID)); err != nil {
		return nil, err
	}
	var codes []string
	_, err := s.edit(ctx, func(u *unit, user *User) (err error) {
		codes, err = fn(u, user)
		return err
	})
	return orNothing(codes, err)
}

func (u *unit) auditFactor(user *User, before, after bool) error {
	return u.audit("update", "user", int64(user.ID), map[string]Change{"otp_enabled": changed(before, after)})
}

func errFactorOn() error  { return Errorf(Conflict, "a second factor is on already") }
func errFactorOff() error { return Errorf(Conflict, "no second factor is on") }
func errCode() error      { return problems{"otp_code": "is wrong"}.err() }

// takeFactor accepts a code once: it changes the user, who is to be stored in
// the same transaction.
func (e *Engine) takeFactor(u *User, code, backup string) error {
	if code == "" {
		return u.takeBackupCode(backup)
	}
	secret, err := e.unseal(u.OTPSecret, sealOTP)
	if err != nil || secret == "" {
		return cmp.Or(err, errCode())
	}
	now := e.now().Unix() / otpPeriod
	for step := max(now-otpSkew, u.OTPStep+1); step <= now+otpSkew; step++ {
		if hotp.Validate(strings.TrimSpace(code), uint64(step), secret) { //nolint:gosec // a time is not negative
			u.OTPStep, u.UpdatedAt = step, e.now()
			return nil
		}
	}
	return errCode()
}

// Backup codes have 60 bits each, so that a plain digest keeps them.
const (
	backupCodes   = 10
	backupLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

func (u *User) newBackupCodes() []string {
	out := make([]string, backupCodes)
	u.BackupCodes = make([][]byte, backupCodes)
	for i := range out {
		raw := make([]byte, 12)
		if _, err := rand.Read(raw); err != nil {
			panic("helpdesk: no randomness: " + err.Error()) // the platform is unusable
		}
		for j, b := range raw {
			raw[j] = backupLetters[b%32]
		}
		out[i] = string(raw[:4]) + "-" + string(raw[4:8]) + "-" + string(raw[8:])
		u.BackupCodes[i] = backupDigest(out[i])
	}
	return out
}

// backupDigest reads a code as people type it: with or without dashes, in any case.
func backupDigest(code string) []byte {
	return digest(strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(code)))
}

func (u *User) takeBackupCode(code string) error {
	sum := backupDigest(code)
	i := slices.IndexFunc(u.BackupCodes, func(left []byte) bool { return bytes.Equal(left, sum) })
	if i < 0 {
		return errCode()
	}
	u.BackupCodes = slices.Delete(slices.Clone(u.BackupCodes), i, i+1)
	return nil
}

// issuer is what authenticator apps call this installation.
func (e *Engine) issuer() string {
	if at, err := url.Parse(e.opts.PublicURL); err == nil && at.Host != "" {
		return at.Host
	}
	return "helpdesk"
}
