package chatwoot

import (
	"context"
	"errors"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

type messageText struct {
	Message string `json:"message"`
}

type emailInput struct {
	Email string `in:"email"`
}

// askPasswordReset says the same for every address.
func askPasswordReset(ctx context.Context, c *call, in emailInput) (messageText, error) {
	err := c.e.AskPasswordReset(ctx, in.Email)
	return messageText{"If somebody here has this address, a mail with a link to set a new password is on its way."}, err
}

type newPasswordInput struct {
	Token    string  `in:"reset_password_token"`
	Password string  `in:"password"`
	Again    *string `in:"password_confirmation"`
}

// deadLink is the answer to a mailed token that leads nowhere.
type deadLink struct {
	Message     string `json:"message"`
	RedirectURL string `json:"redirect_url"`
}

func dead(text string) error { return &refusal{http.StatusUnprocessableEntity, deadLink{text, "/"}} }

func resetPassword(ctx context.Context, c *call, in newPasswordInput) (entered, error) {
	got, err := c.e.ResetPassword(ctx, helpdesk.NewPassword{Token: in.Token, Password: in.Password, Confirmation: in.Again, Remote: c.remote()})
	if helpdesk.CodeOf(err) == helpdesk.NotFound {
		return nil, dead("Invalid token")
	}
	if err != nil {
		return nil, err
	}
	return c.signedIn(ctx, got)
}

type confirmationInput struct {
	Token string `in:"confirmation_token"`
}

func confirmAddress(ctx context.Context, c *call, in confirmationInput) (entered, error) {
	got, err := c.e.Confirm(ctx, helpdesk.Confirmation{Token: in.Token, Remote: c.remote()})
	switch helpdesk.CodeOf(err) {
	case "":
		return c.signedIn(ctx, got)
	case helpdesk.NotFound:
		return nil, dead("Invalid token")
	case helpdesk.Conflict:
		return nil, dead("Already confirmed")
	case helpdesk.Invalid:
		return nil, dead("Failure")
	default:
		return nil, err
	}
}

type signUpInput struct {
	Account  string `in:"account_name"`
	Name     string `in:"user_full_name"`
	Email    string `in:"email"`
	Password string `in:"password"`
	Locale   string `in:"locale"`
}

type signedUp struct {
	ID          helpdesk.AgentID   `json:"id"`
	Provider    string             `json:"provider"`
	UID         string             `json:"uid"`
	Name        string             `json:"name"`
	DisplayName *string            `json:"display_name"`
	Email       string             `json:"email"`
	AccountID   helpdesk.AccountID `json:"account_id"`
	CreatedAt   iso                `json:"created_at"`
	PubsubToken string             `json:"pubsub_token"`
	Role        string             `json:"role"`
	InviterID   *helpdesk.AgentID  `json:"inviter_id"`
	Confirmed   bool               `json:"confirmed"`
	AvatarURL   string             `json:"avatar_url"`
	AccessToken string             `json:"access_token"`
	Accounts    []signedUpAccount  `json:"accounts"`
}

type signedUpAccount struct {
	ID       helpdesk.AccountID `json:"id"`
	Name     string             `json:"name"`
	ActiveAt iso                `json:"active_at"`
	Role     string             `json:"role"`
	Locale   string             `json:"locale"`
}

func signUp(ctx context.Context, c *call, in signUpInput) (data[signedUp], error) {
	var none data[signedUp]
	if !c.o.SignUp {
		return none, &helpdesk.Error{Code: helpdesk.NotFound, Message: "not found"}
	}
	account, got, err := c.e.SignUp(ctx, helpdesk.SignUp{
		Account: helpdesk.NewAccount{Name: in.Account, Locale: in.Locale},
		User:    helpdesk.NewUser{Email: in.Email, Name: in.Name, Password: in.Password},
		Remote:  c.remote(),
	})
	if told, ok := errors.AsType[*helpdesk.Error](err); ok && told.Code == helpdesk.Invalid {
		return none, &refusal{http.StatusForbidden, messageText{fullMessages(told)}}
	}
	if err != nil {
		return none, err
	}
	c.who = principal{user: got.User, session: got.Session, token: got.Token}
	token, err := c.e.AccessToken(got.User)
	u := got.User
	return data[signedUp]{signedUp{
		ID: u.ID, Provider: "email", UID: u.Email, Name: u.Name, DisplayName: text(u.DisplayName), Email: u.Email, AccountID: account.ID,
		CreatedAt: iso{u.CreatedAt}, PubsubToken: u.PubsubToken, Role: "administrator", Confirmed: u.Confirmed, AccessToken: token,
		Accounts: []signedUpAccount{{ID: account.ID, Name: account.Name, Role: "administrator", Locale: account.Locale}},
	}}, err
}
