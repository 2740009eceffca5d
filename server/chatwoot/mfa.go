package chatwoot

import (
	"context"
	"errors"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

type mfaView struct {
	Available   bool `json:"feature_available"`
	Enabled     bool `json:"enabled"`
	BackupCodes bool `json:"backup_codes_generated"`
}

func showMFA(_ context.Context, c *call, _ none) (mfaView, error) {
	return mfaView{true, c.who.user.OTPEnabled, len(c.who.user.BackupCodes) > 0}, nil
}

type enrolmentView struct {
	URL    string `json:"provisioning_url"`
	Secret string `json:"secret"`
}

func enrollMFA(ctx context.Context, c *call, _ none) (enrolmentView, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return enrolmentView{}, err
	}
	made, err := desk.Profile.EnrollSecondFactor(ctx)
	return enrolmentView{made.URL, made.Secret}, mfaRefusal(err, "MFA is already enabled")
}

type mfaInput struct {
	Code     string `in:"otp_code"`
	Password string `in:"password"`
}

type mfaEnabled struct {
	Enabled     bool     `json:"enabled"`
	BackupCodes []string `json:"backup_codes,omitempty"`
}

func verifyMFA(ctx context.Context, c *call, in mfaInput) (mfaEnabled, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return mfaEnabled{}, err
	}
	codes, err := desk.Profile.EnableSecondFactor(ctx, in.Code)
	return mfaEnabled{true, codes}, mfaRefusal(err, "MFA is already enabled")
}

func disableMFA(ctx context.Context, c *call, in mfaInput) (mfaEnabled, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return mfaEnabled{}, err
	}
	return mfaEnabled{}, mfaRefusal(desk.Profile.DisableSecondFactor(ctx, in.Password, in.Code), "MFA is not enabled")
}

type backupCodes struct {
	Codes []string `json:"backup_codes"`
}

func renewBackupCodes(ctx context.Context, c *call, in mfaInput) (backupCodes, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return backupCodes{}, err
	}
	codes, err := desk.Profile.RenewBackupCodes(ctx, in.Code)
	return backupCodes{codes}, mfaRefusal(err, "MFA is not enabled")
}

// mfaRefusal words what can go wrong; conflict is what a Conflict is called.
func mfaRefusal(err error, conflict string) error {
	told, ok := errors.AsType[*helpdesk.Error](err)
	switch {
	case !ok:
		return err
	case told.Code == helpdesk.Conflict:
		return refused(http.StatusUnprocessableEntity, conflict)
	case told.Fields["password"] != "":
		return refused(http.StatusUnprocessableEntity, "Invalid credentials or verification code")
	case told.Fields["otp_code"] != "":
		return refused(http.StatusUnprocessableEntity, "Invalid verification code")
	}
	return err
}
