package chatwoot

import (
	"cmp"
	"context"
	"errors"
	"mime/multipart"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

func showProfile(ctx context.Context, c *call, _ none) (userView, error) { return c.user(ctx) }

type profileInput struct {
	Name       *string               `in:"name"`
	Display    *string               `in:"display_name"`
	Signature  *string               `in:"message_signature"`
	UISettings map[string]any        `in:"ui_settings"`
	Email      *string               `in:"email"`
	Password   *string               `in:"password"`
	Again      *string               `in:"password_confirmation"`
	Current    string                `in:"current_password"`
	Avatar     *multipart.FileHeader `in:"avatar"`
}

func updateProfile(ctx context.Context, c *call, in profileInput) (userView, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return userView{}, err
	}
	avatar, closeFile, err := openFile(in.Avatar)
	if err != nil {
		return userView{}, err
	}
	defer closeFile()
	change := helpdesk.ProfileChange{
		Name: in.Name, DisplayName: in.Display, Signature: in.Signature, UISettings: in.UISettings,
		Email: in.Email, CurrentPassword: in.Current, Avatar: avatar,
	}
	if in.Password != nil && *in.Password != "" { // a form sends the empty field along
		change.Password, change.Confirmation = in.Password, in.Again
	}
	if c.who.session != nil {
		change.Session = c.who.session.Client
	}
	user, err := desk.Profile.Update(ctx, change)
	if told, ok := errors.AsType[*helpdesk.Error](err); ok && told.Fields["current_password"] != "" {
		return userView{}, refused(http.StatusUnprocessableEntity, "Invalid current password")
	}
	if err != nil {
		return userView{}, err
	}
	c.who.user = user
	return c.user(ctx)
}

func resendConfirmation(ctx context.Context, c *call, _ none) (empty, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return empty{}, err
	}
	return empty{}, desk.Profile.ResendConfirmation(ctx)
}

func resetAccessToken(ctx context.Context, c *call, _ none) (userView, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return userView{}, err
	}
	user, err := desk.Profile.ResetAccessToken(ctx)
	if err != nil {
		return userView{}, err
	}
	c.who.user = user
	return c.user(ctx)
}

// enterAccount is setActiveAccount for the account of the path.
func enterAccount(ctx context.Context, c *call, _ none) (empty, error) {
	return empty{}, c.desk.Agents.Enter(ctx)
}

// anyDesk is the desk of the account the user last worked in.
func (c *call) anyDesk() (*helpdesk.Desk, error) {
	if c.desk == nil {
		return nil, &helpdesk.Error{Code: helpdesk.Forbidden, Message: "you belong to no account"}
	}
	return c.desk, nil
}

// chooseAccount gives a user the desk of the account they name, which may be
// another than the one they used last. That they belong to it is the desk's to
// check.
func (c *call) chooseAccount() {
	if c.route.who != signedIn || c.who.actor != (helpdesk.Actor{}) {
		return
	}
	var in struct {
		Account helpdesk.AccountID `in:"account_id"`
		Profile struct {
			Account helpdesk.AccountID `in:"account_id"`
		} `in:"profile"`
	}
	if c.bind(&in) != nil {
		return // whoever needs it binds it again and says what is wrong
	}
	if account := cmp.Or(in.Profile.Account, in.Account); account != 0 {
		c.act(c.e.Agent(account, c.who.user.ID))
	}
}

type availabilityInput struct {
	accountChoice
	Availability helpdesk.Availability `in:"availability"`
}

func setAvailability(ctx context.Context, c *call, in availabilityInput) (userView, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return userView{}, err
	}
	if _, err := desk.Agents.SetAvailability(ctx, in.Availability, nil); err != nil {
		return userView{}, err
	}
	return c.user(ctx)
}

type autoOfflineInput struct {
	accountChoice
	AutoOffline bool `in:"auto_offline"`
}

func setAutoOffline(ctx context.Context, c *call, in autoOfflineInput) (userView, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return userView{}, err
	}
	if _, err := desk.Agents.SetAvailability(ctx, "", &in.AutoOffline); err != nil {
		return userView{}, err
	}
	return c.user(ctx)
}

// accountChoice names the account that chooseAccount has chosen.
type accountChoice struct {
	AccountID helpdesk.AccountID `in:"account_id"`
}

func setActiveAccount(ctx context.Context, c *call, _ accountChoice) (empty, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return empty{}, err
	}
	return empty{}, desk.Agents.Enter(ctx)
}
