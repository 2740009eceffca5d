package helpdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// Who signed up under an address that is not theirs holds nothing once its owner
// is let in.
func TestUnprovenAddressesAreNobodys(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		post := mailing(w)
		thief := func(email string) (*helpdesk.SignedIn, string) {
			_, in, err := w.engine.SignUp(w.ctx, helpdesk.SignUp{User: helpdesk.NewUser{Email: email, Password: "Thief666!"}})
			require.NoError(t, err)
			token, err := w.engine.AccessToken(in.User)
			require.NoError(t, err)
			return in, token
		}
		locked := func(in *helpdesk.SignedIn, token string) {
			t.Helper()
			require.ErrorIs(t, w.checks(in), helpdesk.Unauthenticated)
			_, err := w.engine.UserByToken(w.ctx, token)
			require.ErrorIs(t, err, helpdesk.Unauthenticated)
			_, err = w.engine.SignIn(w.ctx, helpdesk.Credentials{Email: in.User.Email, Password: "Thief666!"})
			require.ErrorIs(t, err, helpdesk.Unauthenticated)
			now, err := w.engine.FindUser(w.ctx, in.User.Email)
			require.NoError(t, err)
			require.NotEqual(t, in.User.PubsubToken, now.PubsubToken)
		}
		in, token := thief("vic@mail.test")
		_, err := w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Email: "VIC@mail.test"})
		require.NoError(t, err)
		locked(in, token)
		_, link := w.letter(post)
		got, err := w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: link, Password: "Victim77!"})
		require.NoError(t, err, "the invitation lets its owner in")
		require.Equal(t, in.User.ID, got.User.ID)

		in, token = thief("all@mail.test")
		require.NoError(t, w.admin.Agents.InviteAll(w.ctx, "all@mail.test"))
		locked(in, token)
		mail, _ := w.letter(post)
		require.Equal(t, []string{"all@mail.test"}, mail.To, "who is invited among many is mailed too")

		in, token = thief("reset@mail.test")
		require.NoError(t, w.engine.AskPasswordReset(w.ctx, "reset@mail.test"))
		_, link = w.letter(post)
		_, err = w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: link, Password: "Victim77!"})
		require.NoError(t, err)
		locked(in, token)

		in, token = thief("app@mail.test")
		app, _, err := w.engine.CreatePlatformApp(w.ctx, "CRM")
		require.NoError(t, err)
		_, err = w.engine.Platform(app.ID, "").CreateUser(w.ctx, helpdesk.PlatformUser{Email: ptr("app@mail.test")})
		require.NoError(t, err)
		locked(in, token)

		sure, _ := thief("sure@mail.test")
		_, link = w.letter(post)
		_, err = w.engine.Confirm(w.ctx, helpdesk.Confirmation{Token: link})
		require.NoError(t, err)
		_, err = w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Email: "sure@mail.test"})
		require.NoError(t, err)
		require.NoError(t, w.checks(sure), "a proven address keeps what it has")
	})
}

// A link that sets a password ends when the password is set in any other way.
func TestNewPasswordsEndLinks(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		post := mailing(w)
		dead := func(link string) {
			t.Helper()
			_, err := w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: link, Password: "Thief666!"})
			require.ErrorIs(t, err, helpdesk.NotFound)
		}
		ask := func(email string) string {
			require.NoError(t, w.engine.AskPasswordReset(w.ctx, email))
			_, link := w.letter(post)
			return link
		}
		link := ask("owner@acme.test")
		_, err := w.admin.Profile.Update(w.ctx, helpdesk.ProfileChange{Password: ptr("Changed2?"), CurrentPassword: ownerPassword})
		require.NoError(t, err)
		dead(link)

		_, err = w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Email: "new@acme.test"})
		require.NoError(t, err)
		_, invitation := w.letter(post)
		_, err = w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: ask("new@acme.test"), Password: "Changed2?"})
		require.NoError(t, err)
		dead(invitation)

		app, _, err := w.engine.CreatePlatformApp(w.ctx, "CRM")
		require.NoError(t, err)
		crm := w.engine.Platform(app.ID, "")
		made, err := crm.CreateUser(w.ctx, helpdesk.PlatformUser{Email: ptr("app@acme.test"), Password: ptr("Changed2?")})
		require.NoError(t, err)
		link = ask("app@acme.test")
		after, err := crm.UpdateUser(w.ctx, made.ID, helpdesk.PlatformUser{Password: ptr("Changed3?")})
		require.NoError(t, err)
		require.NotEqual(t, made.PubsubToken, after.PubsubToken, "live connections end too")
		dead(link)
		link = ask("app@acme.test")
		require.NoError(t, crm.DeleteUser(w.ctx, made.ID))
		dead(link)
	})
}

// What customers call themselves writes no headers into the desk's mails.
func TestSubjectsAreOneLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	post := mailing(w)
	box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, w.owner)
	m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "eve", Name: "Eve\r\nBcc: all@mail.test"}, Content: "hi"})
	require.NoError(t, err)
	host := w.engine.As(w.engine.Host(w.account))
	_, err = w.admin.Notifications.SetSettings(w.ctx, helpdesk.NotificationSettings{Mail: helpdesk.NotificationKinds()})
	require.NoError(t, err)
	_, err = host.Conversations.Assign(w.ctx, m.Conversation, helpdesk.Assignment{To: w.owner})
	require.NoError(t, err)
	_, err = host.Conversations.SetPriority(w.ctx, m.Conversation, helpdesk.High)
	require.NoError(t, err)
	w.clock.Advance(time.Minute)
	w.runDue()
	require.NotEmpty(t, post.mails)
	for _, mail := range post.mails {
		require.NotContains(t, mail.Subject, "\n")
		require.NotContains(t, mail.Subject, "\r")
	}
	require.Contains(t, post.mails[0].Subject, "Bcc: all@mail.test")
}

// A role that may read reports reads what was answered, and not of whom they may
// not see.
func TestReportsNameNobodyUnseen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	box := w.inbox("Shop")
	c := w.write(box, "carl", "hello")
	_, err := w.admin.Surveys.Send(w.ctx, c.ID)
	require.NoError(t, err)
	_, err = w.engine.AnswerSurvey(w.ctx, c.UUID, 4, "good")
	require.NoError(t, err)
	role, err := w.admin.Roles.Create(w.ctx, helpdesk.RoleInput{Name: "reader", Permissions: helpdesk.ViewReports})
	require.NoError(t, err)
	a, err := w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Email: "reader@acme.test", Role: helpdesk.CustomRoled, Custom: role.ID})
	require.NoError(t, err)
	require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, box.ID, helpdesk.AddMembers, a.ID))
	list, err := w.as(a.ID).Surveys.List(w.ctx, helpdesk.SurveyFilter{}, helpdesk.Page{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, 4, list[0].Rating)
	require.Nil(t, list[0].Customer)
	list, err = w.admin.Surveys.List(w.ctx, helpdesk.SurveyFilter{}, helpdesk.Page{})
	require.NoError(t, err)
	require.NotNil(t, list[0].Customer)
}
