package helpdesk_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func (w *world) platform(name string) (*helpdesk.PlatformApp, *helpdesk.Platform) {
	w.t.Helper()
	app, token, err := w.engine.CreatePlatformApp(w.ctx, name)
	require.NoError(w.t, err)
	owner, err := w.engine.TokenOwner(w.ctx, token)
	require.NoError(w.t, err)
	require.Equal(w.t, app.ID, owner.App.ID)
	return app, w.engine.Platform(app.ID, "192.0.2.1")
}

func TestAppReachesWhatItMadeAlone(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		app, p := w.platform("billing")
		_, q := w.platform("other")
		a, err := p.CreateAccount(w.ctx, helpdesk.PlatformAccount{Name: ptr("Branch")})
		require.NoError(t, err)
		u, err := p.CreateUser(w.ctx, helpdesk.PlatformUser{Email: ptr("cleo@branch.test"), Name: ptr("Cleo")})
		require.NoError(t, err)
		require.True(t, u.Confirmed)
		b, err := p.CreateBot(w.ctx, a.ID, helpdesk.BotInput{Name: ptr("Robo")})
		require.NoError(t, err)
		_, err = p.Account(w.ctx, w.account)
		require.ErrorIs(t, err, helpdesk.Forbidden, "an account it did not make")
		_, err = p.Account(w.ctx, 1<<40)
		require.ErrorIs(t, err, helpdesk.NotFound)
		refused := map[string]error{
			"account":    quiet(q.Account(w.ctx, a.ID)),
			"suspend":    quiet(q.UpdateAccount(w.ctx, a.ID, helpdesk.PlatformAccount{Suspended: ptr(true)})),
			"delete":     q.DeleteAccount(w.ctx, a.ID),
			"members":    quiet(q.Members(w.ctx, a.ID)),
			"set member": quiet(q.SetMember(w.ctx, a.ID, u.ID, helpdesk.AgentInput{})),
			"end member": q.RemoveMember(w.ctx, a.ID, u.ID),
			"user":       quiet(q.User(w.ctx, u.ID)),
			"password":   quiet(q.UpdateUser(w.ctx, u.ID, helpdesk.PlatformUser{Password: ptr("Secret1!")})),
			"end user":   q.DeleteUser(w.ctx, u.ID),
			"bot":        quiet(q.Bot(w.ctx, b.ID)),
			"bot's name": quiet(q.UpdateBot(w.ctx, b.ID, helpdesk.BotInput{Name: ptr("x")})),
			"end bot":    q.DeleteBot(w.ctx, b.ID),
			"bot within": quiet(q.CreateBot(w.ctx, a.ID, helpdesk.BotInput{Name: ptr("x")})),
			"stranger":   quiet(p.SetMember(w.ctx, a.ID, w.owner, helpdesk.AgentInput{})),
			"operator":   quiet(p.CreateUser(w.ctx, helpdesk.PlatformUser{Email: ptr("Owner@acme.test")})),
		}
		_, _, err = q.SignInTicket(w.ctx, u.ID)
		refused["ticket"] = err
		for name, err := range refused {
			require.ErrorIs(t, err, helpdesk.Forbidden, name)
		}
		require.NoError(t, w.engine.GrantPlatformApp(w.ctx, app.ID, helpdesk.AccountGrant, int64(w.account)))
		list, err := p.Accounts(w.ctx)
		require.NoError(t, err)
		require.Len(t, list, 2)
	})
}

func TestSuspendedAccountStandsStill(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		app, p := w.platform("billing")
		require.NoError(t, w.engine.GrantPlatformApp(w.ctx, app.ID, helpdesk.AccountGrant, int64(w.account)))
		box := w.inbox("Shop")
		w.write(box, "c1", "hello")
		_, err := p.UpdateAccount(w.ctx, w.account, helpdesk.PlatformAccount{Suspended: ptr(true)})
		require.NoError(t, err)
		_, err = w.admin.Labels.List(w.ctx)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: "late", From: helpdesk.Person{Source: "c1"}, Content: "still there?"})
		require.NoError(t, err)
		require.Nil(t, m, "it is journalled only")
		_, err = p.UpdateAccount(w.ctx, w.account, helpdesk.PlatformAccount{Suspended: ptr(false)})
		require.NoError(t, err)
		log, _, err := w.admin.Audit.List(w.ctx, helpdesk.AuditFilter{}, helpdesk.Page{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, helpdesk.ByApp, log[0].Actor.Kind)
		require.Equal(t, "192.0.2.1", log[0].Remote)
	})
}

func TestDeletedAccountIsGoneAtOnceAndForGood(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		app, p := w.platform("billing")
		require.NoError(t, w.engine.GrantPlatformApp(w.ctx, app.ID, helpdesk.AccountGrant, int64(w.account)))
		stays, err := p.CreateAccount(w.ctx, helpdesk.PlatformAccount{Name: ptr("Branch")})
		require.NoError(t, err)
		c := w.write(w.inbox("Shop"), "c1", "hello")
		files := w.keepFiles()
		w.imported("email\nbroken\n")
		require.Len(t, files, 1)
		require.NoError(t, p.DeleteAccount(w.ctx, w.account))
		_, err = w.admin.Conversations.Get(w.ctx, c.ID)
		require.ErrorIs(t, err, helpdesk.NotFound)
		_, _, err = w.engine.Memberships(w.ctx, w.owner)
		require.NoError(t, err, "its people keep what else they have")
		w.runDue()
		err = w.store.View(w.ctx, w.account, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Conversations().Get(ctx, c.ID)
			require.ErrorIs(t, err, helpdesk.NotFound)
			events, err := tx.Events().Since(ctx, 0, 10)
			require.Empty(t, events)
			return err
		})
		require.NoError(t, err)
		require.Empty(t, files, "what an import refused goes with the rest")
		_, err = p.Account(w.ctx, stays.ID)
		require.NoError(t, err)
	})
}

func TestDeletedUserHandsBack(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		_, p := w.platform("billing")
		bo := w.agent("bo", helpdesk.AgentRole)
		u, err := p.CreateUser(w.ctx, helpdesk.PlatformUser{Email: ptr("BO@acme.test"), Name: ptr("somebody else")})
		require.NoError(t, err)
		require.Equal(t, bo, u.ID, "the e-mail says who it is")
		require.Equal(t, "bo", u.Name, "who stays as they are")
		token, err := w.engine.AccessToken(u)
		require.NoError(t, err)
		c := w.write(w.inbox("Shop", bo), "c1", "hello")
		require.Equal(t, bo, c.Assignee)
		require.NoError(t, p.DeleteUser(w.ctx, bo))
		_, err = w.engine.TokenOwner(w.ctx, token)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		w.runDue()
		require.Zero(t, w.conversation(c.ID).Assignee)
		_, err = w.engine.FindUser(w.ctx, "bo@acme.test")
		require.ErrorIs(t, err, helpdesk.NotFound)
	})
}

func TestSharedBotComesAndGoes(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		_, p := w.platform("bots")
		b, err := p.CreateBot(w.ctx, 0, helpdesk.BotInput{Name: ptr("House bot")})
		require.NoError(t, err)
		robo := w.engine.As(w.engine.Bot(w.account, b.ID))
		_, err = robo.Labels.List(w.ctx)
		require.ErrorIs(t, err, helpdesk.Unauthenticated, "it is no member yet")
		box := w.inbox("Shop")
		_, err = w.admin.Inboxes.SetBot(w.ctx, box.ID, b.ID)
		require.NoError(t, err)
		c := w.write(box, "c1", "hello")
		_, err = robo.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "Beep"})
		require.NoError(t, err)
		_, err = p.UpdateBot(w.ctx, b.ID, helpdesk.BotInput{Name: ptr("New name")})
		require.NoError(t, err)
		seen, err := w.admin.Agents.Get(w.ctx, b.ID)
		require.NoError(t, err)
		require.Equal(t, "New name", seen.Name)
		_, err = w.admin.Bots.Update(w.ctx, b.ID, helpdesk.BotInput{Name: ptr("mine")})
		require.ErrorIs(t, err, helpdesk.Forbidden)
		require.NoError(t, p.DeleteBot(w.ctx, b.ID))
		w.runDue()
		_, err = robo.Labels.List(w.ctx)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		w.runDue()
		require.Equal(t, helpdesk.Open, w.conversation(c.ID).Status)
	})
}

func TestTicketSignsInOnceInTime(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		_, p := w.platform("portal")
		u, err := p.CreateUser(w.ctx, helpdesk.PlatformUser{Email: ptr("cleo@branch.test")})
		require.NoError(t, err)
		use := func(email, ticket string) error {
			_, err := w.engine.SignInWithTicket(w.ctx, email, ticket, "")
			return err
		}
		ticket := func() string {
			_, ticket, err := p.SignInTicket(w.ctx, u.ID)
			require.NoError(t, err)
			return ticket
		}
		one := ticket()
		got, err := w.engine.SignInWithTicket(w.ctx, "Cleo@branch.test", one, "192.0.2.1")
		require.NoError(t, err)
		require.Equal(t, u.ID, got.User.ID)
		_, _, err = w.engine.CheckSession(w.ctx, u.Email, got.Session.Client, got.Token)
		require.NoError(t, err)
		require.ErrorIs(t, use(u.Email, one), helpdesk.Unauthenticated, "twice")
		late := ticket()
		w.clock.Advance(5 * time.Minute)
		require.ErrorIs(t, use(u.Email, late), helpdesk.Unauthenticated, "late")
		require.ErrorIs(t, use("owner@acme.test", ticket()), helpdesk.Unauthenticated, "another's e-mail")
		_, err = p.UpdateUser(w.ctx, u.ID, helpdesk.PlatformUser{Password: ptr("Sup3r-secret")})
		require.NoError(t, err)
		_, _, err = w.engine.CheckSession(w.ctx, u.Email, got.Session.Client, got.Token)
		require.ErrorIs(t, err, helpdesk.Unauthenticated, "a new password ends sessions")
	})
}

// One key, one account: in a transaction of the installation and in an account's.
func TestPlatformWritesHappenOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		_, p := w.platform("billing")
		key := helpdesk.WithIdempotencyKey(w.ctx, "app", "k1", []byte("a"))
		one, err := p.CreateAccount(key, helpdesk.PlatformAccount{Name: ptr("Branch")})
		require.NoError(t, err)
		two, err := p.CreateAccount(key, helpdesk.PlatformAccount{Name: ptr("Branch")})
		require.NoError(t, err)
		require.Equal(t, one.ID, two.ID)
		_, err = p.CreateAccount(helpdesk.WithIdempotencyKey(w.ctx, "app", "k1", []byte("b")), helpdesk.PlatformAccount{Name: ptr("Other")})
		require.ErrorIs(t, err, helpdesk.Invalid)
		key = helpdesk.WithIdempotencyKey(w.ctx, "app", "k2", []byte("c"))
		b, err := p.CreateBot(key, one.ID, helpdesk.BotInput{Name: ptr("Robo")})
		require.NoError(t, err)
		again, err := p.CreateBot(key, one.ID, helpdesk.BotInput{Name: ptr("Robo")})
		require.NoError(t, err)
		require.Equal(t, b.ID, again.ID)
		require.NoError(t, w.engine.StoreAnswer(key, 0, 200, "text/plain", []byte("made")))
		seen, err := w.engine.StoredAnswer(key, 0)
		require.NoError(t, err)
		require.Equal(t, "made", string(seen.Body))
	})
}

func TestIntegrationsKeepWhatTheyCanCheck(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		create := func(app string, box helpdesk.InboxID, settings map[string]any) error {
			return quiet(w.admin.Integrations.Create(w.ctx, helpdesk.IntegrationInput{App: app, Inbox: box, Settings: settings}))
		}
		require.ErrorIs(t, create("slack", 0, nil), helpdesk.Unsupported)
		require.ErrorIs(t, create("skynet", 0, nil), helpdesk.Invalid)
		require.ErrorIs(t, create("openai", 0, map[string]any{}), helpdesk.Invalid)
		require.ErrorIs(t, create("openai", 0, map[string]any{"api_key": 7.0}), helpdesk.Invalid)
		require.ErrorIs(t, create("openai", 0, map[string]any{"api_key": "k", "other": 1.0}), helpdesk.Invalid)
		require.ErrorIs(t, create("dialogflow", 0, map[string]any{"project_id": "p", "credentials": map[string]any{}}), helpdesk.Invalid)
		require.NoError(t, create("openai", 0, map[string]any{"api_key": "swordfish"}))
		require.ErrorIs(t, create("openai", 0, map[string]any{"api_key": "swordfish"}), helpdesk.Invalid, "once")
		list, err := w.admin.Integrations.List(w.ctx)
		require.NoError(t, err)
		require.NotContains(t, string(list[0].Settings), "swordfish", "sealed")
		got, err := w.admin.Integrations.Settings(w.ctx, list...)
		require.NoError(t, err)
		require.Equal(t, "swordfish", got[list[0].ID]["api_key"])
	})
}
