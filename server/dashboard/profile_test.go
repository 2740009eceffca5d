package dashboard_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestProfilePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob := w.signIn("bob@acme.example")
	bob.get("profile").expect(http.StatusOK, `value="Bob Stone"`).without("data-theme")
	picture := upload{"avatar", "me.png", "\x89PNG\r\n\x1a\n"}
	bob.send("profile", []upload{picture}, "name", "Bob", "message_signature", "half typed").wrong("avatar", "").expect(http.StatusUnprocessableEntity, "half typed")
	bob.post("profile", "name", "", "display_name", "half typed").wrong("name", "can&#39;t be blank").expect(http.StatusUnprocessableEntity, "half typed")
	bob.send("profile", []upload{{"avatar", "me.gif", onePixel}}, "name", "Bob <b>", "display_name", "Bobby", "message_signature", "Bye\r\nBob", "locale", "pt_BR", "theme", "dark").
		to("profile").expect(http.StatusOK, `lang="pt-BR"`, `data-theme="dark"`, "Bob &lt;b&gt;", "Bye\nBob</textarea>", "Bobby", "<img src=\"/")
	bob.post("profile", "name", "Bob", "avatar_remove", "true").to("profile").expect(http.StatusOK, `lang="en"`).without("<img", "data-theme")
}

// onePixel is a picture.
const onePixel = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// The menu's form says what somebody is, and leads back to where they were.
func TestAvailability(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob := w.signIn("bob@acme.example")
	for _, from := range []struct{ referer, to string }{
		{bob.path("settings/macros?q=1"), "settings/macros?q=1"}, {"", "profile"}, {"https://evil.example/app/accounts/1/x", "profile"}, {bob.path("/app/login"), "profile"},
	} {
		p := bob.postFrom(from.referer, "profile/availability", "availability", "busy")
		if from.referer == "https://evil.example/app/accounts/1/x" {
			require.Equal(t, "/app/accounts/1/x", p.Header.Get("Location"), "the path alone counts")
			continue
		}
		require.Equal(t, "/app/accounts/1/"+from.to, p.Header.Get("Location"))
	}
	a, err := w.admin.Agents.Get(t.Context(), w.bob.ID)
	require.NoError(t, err)
	require.Equal(t, helpdesk.Busy, a.Availability)
	bob.post("profile/availability", "availability", "asleep").expect(http.StatusUnprocessableEntity)
}

func TestProfileNotifications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob := w.signIn("bob@acme.example")
	bob.post("profile/notifications", "mail", "conversation_mention", "push", "conversation_creation", "mail", "nonsense").
		to("profile/notifications").expect(http.StatusOK, `name="mail" value="conversation_mention" aria-label="E-mail: Somebody mentions you" checked`)
	have, err := w.as(w.bob.ID).Notifications.Settings(t.Context())
	require.NoError(t, err)
	require.Equal(t, []helpdesk.NotificationKind{helpdesk.NotifyMentioned}, have.Mail)
	require.Equal(t, []helpdesk.NotificationKind{helpdesk.NotifyCreated}, have.Push)
}

// Whoever changes how they sign in stays signed in where they do it.
func TestProfileSecurity(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		bob := w.signIn("bob@acme.example")
		bob.post("profile/email", "email", "robert@acme.example", "email_current_password", "wrong").
			wrong("email_current_password", "is invalid").expect(http.StatusUnprocessableEntity, "robert@acme.example")
		bob.post("profile/email", "email", "ada@acme.example", "email_current_password", password).wrong("email", "has already been taken")
		bob.post("profile/email", "email", "robert@acme.example", "email_current_password", password).to("profile/security").expect(http.StatusOK, "robert@acme.example", "Saved")

		elsewhere := w.signIn("robert@acme.example")
		bob.post("profile/password", "password", "short", "password_confirmation", "short", "password_current_password", password).wrong("password", "6 to 128").without(`value="short"`)
		bob.post("profile/password", "password", "Secret2!", "password_confirmation", "Secret3!", "password_current_password", password).wrong("password_confirmation", "not the same")
		bob.post("profile/password", "password", "Secret2!", "password_confirmation", "Secret2!", "password_current_password", password).to("profile/security").expect(http.StatusOK, "other devices are signed out")
		elsewhere.get("profile").expect(http.StatusSeeOther)

		before, err := w.as(w.bob.ID).Profile.Get(w.Context())
		require.NoError(w, err)
		old, err := w.e.AccessToken(before)
		require.NoError(w, err)
		bob.get("profile/security").expect(http.StatusOK, old)
		bob.post("profile/token").to("profile/security").expect(http.StatusOK).without(old)
	})
}

var secret = regexp.MustCompile(`<code class="secret">([A-Z2-7]+)</code>`)

// A second factor is switched on with a code, and off with a code and the
// password. A wrong code does not change the secret that a device has scanned.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob := w.signIn("bob@acme.example")
	p := bob.post("profile/factor").expect(http.StatusOK, `<svg class="qr"`)
	key := secret.FindStringSubmatch(p.Body)[1]
	address := regexp.MustCompile(`name="url" value="([^"]+)"`).FindStringSubmatch(p.Body)[1]
	address = unescape(address)
	again := bob.post("profile/factor/enable", "otp_code", "000000", "url", address).wrong("otp_code", "is wrong").expect(http.StatusUnprocessableEntity, `<svg class="qr"`)
	require.Equal(t, key, secret.FindStringSubmatch(again.Body)[1])
	bob.post("profile/factor/enable", "otp_code", "000000", "url", "javascript:alert(1)").without("javascript:")

	code := func() string {
		w.clock.add(time.Minute)
		out, err := totp.GenerateCode(key, w.clock.now())
		require.NoError(t, err)
		return out[:3] + " " + out[3:]
	}
	on := bob.post("profile/factor/enable", "otp_code", code(), "url", address).expect(http.StatusOK, "Backup codes", "Make ten new codes")
	backup := regexp.MustCompile(`<pre id="backup"[^>]*>([0-9A-Za-z-]+)`).FindStringSubmatch(on.Body)
	require.NotNil(t, backup)
	bob.get("profile/security").expect(http.StatusOK).without(backup[1])
	bob.post("profile/factor").expect(http.StatusConflict)
	bob.post("profile/factor/codes", "codes_code", "123456").wrong("codes_code", "is wrong")
	bob.post("profile/factor/codes", "codes_code", code()).expect(http.StatusOK, "Backup codes").without(backup[1])
	bob.post("profile/factor/disable", "disable_code", code(), "disable_password", "wrong").wrong("disable_password", "is wrong")
	bob.post("profile/factor/disable", "disable_code", "111111", "disable_password", password).wrong("disable_code", "is wrong")
	bob.post("profile/factor/disable", "disable_code", code(), "disable_password", password).to("profile/security").expect(http.StatusOK, "Set up")
}
