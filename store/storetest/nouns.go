package storetest

import (
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// testRepos runs the promises of Repo on every noun.
func testRepos(s suite) {
	crud(s, agentNoun())
	crud(s, userNoun())
	crud(s, roleNoun())
	crud(s, teamNoun())
	crud(s, inboxNoun())
	crud(s, labelNoun())
	crud(s, attributeNoun())
	crud(s, webhookNoun())
	crud(s, botNoun())
	crud(s, integrationNoun())
	crud(s, dashboardAppNoun())
	crud(s, contactNoun())
	crud(s, noteNoun())
	crud(s, conversationNoun())
	crud(s, deliveryNoun())
	crud(s, scheduledNoun())
	crud(s, appliedNoun())
	crud(s, cannedNoun())
	crud(s, messageTemplateNoun())
	crud(s, macroNoun())
	crud(s, ruleNoun())
	crud(s, flowNoun())
	crud(s, flowRunNoun())
	crud(s, campaignNoun())
	crud(s, policyNoun())
	crud(s, channelGroupNoun())
	crud(s, slaNoun())
	crud(s, viewNoun())
	crud(s, taskNoun())
	crud(s, portalNoun())
	crud(s, categoryNoun())
	crud(s, articleNoun())
	crud(s, surveyNoun())
	crud(s, notificationNoun())
	crud(s, uploadNoun())
	crud(s, mergeNoun())
}

// away is a moment given in another time zone; it comes back in UTC.
func away(n int) time.Time { return at(n).In(time.FixedZone("away", 5*3600+1800)) }

func agentNoun() noun[helpdesk.AgentID, helpdesk.Agent, helpdesk.AgentFilter] {
	return noun[helpdesk.AgentID, helpdesk.Agent, helpdesk.AgentFilter]{
		name: "Agent", repo: agents, given: true,
		elsewhere: []string{"Bot", "Name", "DisplayName", "Email", "Avatar", "Confirmed", "Connected"},
		make: func(d *desk) *helpdesk.Agent {
			return &helpdesk.Agent{
				Account: d.account, ID: d.user().ID, Role: helpdesk.CustomRoled, Custom: d.role().ID,
				Availability: helpdesk.Online, AutoOffline: true, MailOn: 1 << 8, PushOn: 3, OpenLimit: 7, Skills: []string{awkward("s"), "é"}, Inviter: d.user().ID,
				WorkingHours: workingHours(),
				ActiveAt:     at(3), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, a *helpdesk.Agent) {
			a.Role, a.Custom, a.Availability, a.AutoOffline = helpdesk.Supervisor, 0, helpdesk.Busy, false
			a.MailOn, a.PushOn = 0, 5
			a.WorkingHours = helpdesk.WorkingHours{}
			a.OpenLimit, a.Skills, a.ActiveAt, a.UpdatedAt = 0, nil, at(4), at(5)
		},
		collide: func(v, taken *helpdesk.Agent) { v.ID = taken.ID },
	}
}

func userNoun() noun[helpdesk.AgentID, helpdesk.User, helpdesk.UserFilter] {
	return noun[helpdesk.AgentID, helpdesk.User, helpdesk.UserFilter]{
		name: "User", repo: users, global: true,
		make: func(d *desk) *helpdesk.User {
			return &helpdesk.User{
				Email: d.name("é.Ünï") + "@example.com", Name: awkward("n"), DisplayName: awkward("d"),
				PasswordHash: "$argon2id$v=19$m=1", AccessToken: []byte{0, 1, 255}, PubsubToken: d.name("pubsub"),
				Signature: awkward("**s**"), Avatar: d.name("avatar"), SuperAdmin: true, Confirmed: true,
				PendingEmail: "new@example.com", OTPSecret: everyByte(), OTPEnabled: true, OTPStep: 1 << 40, BackupCodes: [][]byte{everyByte(), {1}},
				UISettings: things("ui"), Attributes: things("a"), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, u *helpdesk.User) {
			u.Email, u.Name, u.DisplayName, u.PasswordHash = d.name("other")+"@example.com", "x", "y", ""
			u.AccessToken, u.PubsubToken, u.Signature, u.Avatar = []byte{9}, d.name("pubsub"), "", ""
			u.PendingEmail, u.OTPSecret, u.OTPEnabled, u.OTPStep, u.BackupCodes = "", nil, false, 0, nil
			u.SuperAdmin, u.Confirmed, u.UISettings, u.Attributes = false, false, nil, map[string]any{"a": "b"}
			u.UpdatedAt = at(3)
		},
		collide: func(v, taken *helpdesk.User) { v.Email = taken.Email },
	}
}

func (d *desk) role() *helpdesk.CustomRole {
	d.Helper()
	return insert(d, helpdesk.Tx.Roles, roleNoun().make(d))
}

func roleNoun() noun[helpdesk.RoleID, helpdesk.CustomRole, helpdesk.RoleFilter] {
	return noun[helpdesk.RoleID, helpdesk.CustomRole, helpdesk.RoleFilter]{
		name: "Role", repo: helpdesk.Tx.Roles,
		make: func(d *desk) *helpdesk.CustomRole {
			return &helpdesk.CustomRole{
				Account: d.account, Name: awkward(d.name("role")), Description: awkward("d"),
				Permissions: helpdesk.ManageAll | helpdesk.ManageLabels, CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, r *helpdesk.CustomRole) {
			r.Name, r.Description, r.Permissions, r.UpdatedAt = d.name("role"), "", helpdesk.ViewReports, at(3)
		},
	}
}

func teamNoun() noun[helpdesk.TeamID, helpdesk.Team, helpdesk.TeamFilter] {
	return noun[helpdesk.TeamID, helpdesk.Team, helpdesk.TeamFilter]{
		name: "Team", repo: helpdesk.Tx.Teams,
		make: func(d *desk) *helpdesk.Team {
			return &helpdesk.Team{
				Account: d.account, Name: awkward(d.name("team")), Description: awkward("d"), AutoAssign: true,
				WorkingHours: workingHours(), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, t *helpdesk.Team) {
			t.Name, t.Description, t.AutoAssign, t.UpdatedAt = d.name("team"), "", false, at(3)
			t.WorkingHours = helpdesk.WorkingHours{}
		},
		collide: func(v, taken *helpdesk.Team) { v.Name = taken.Name },
	}
}

func inboxNoun() noun[helpdesk.InboxID, helpdesk.Inbox, helpdesk.InboxFilter] {
	return noun[helpdesk.InboxID, helpdesk.Inbox, helpdesk.InboxFilter]{
		name: "Inbox", repo: helpdesk.Tx.Inboxes,
		make: func(d *desk) *helpdesk.Inbox {
			return &helpdesk.Inbox{
				Account: d.account, Name: awkward("inbox"), Avatar: d.name("avatar"), Kind: "api", Settings: everyByte(),
				Active: true, ActiveContact: true, AutoAssign: true, OpenLimit: 3, Single: true,
				GreetingEnabled: true, Greeting: awkward("hello"), CSATEnabled: true, EmailCollect: true, OptOutWords: true,
				OutOfOffice: awkward("later"), WorkingHours: workingHours(),
				Identifier: d.name("identifier"), HMACToken: everyByte(), HMACMandatory: true, Policy: d.policy().ID,
				WebhookURL: "https://example.com/?a=b&c='", Bot: 7, EntryFlow: 8, ExitFlow: 9, Extra: things("x"),
				KeepAlive: helpdesk.KeepAlive{Active: true, Inactivity: 30, InactivityMessage: awkward("there?"), Finalisation: 15, FinalisationMessage: awkward("bye")},
				RevokedAt: at(4), RevokedReason: awkward("revoked"), SilenceAlarm: 72, SilentSince: at(5), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, i *helpdesk.Inbox) {
			*i = helpdesk.Inbox{
				Account: i.Account, ID: i.ID, Kind: i.Kind, Version: i.Version, CreatedAt: i.CreatedAt,
				Name: "plain", Settings: []byte("{}"), Identifier: i.Identifier, UpdatedAt: at(3),
			}
		},
	}
}

func labelNoun() noun[helpdesk.LabelID, helpdesk.Label, helpdesk.LabelFilter] {
	return noun[helpdesk.LabelID, helpdesk.Label, helpdesk.LabelFilter]{
		name: "Label", repo: helpdesk.Tx.Labels,
		make: func(d *desk) *helpdesk.Label {
			return &helpdesk.Label{
				Account: d.account, Title: awkward(d.name("label")), Description: awkward("d"), Color: "#abcdef",
				Sidebar: true, Adhoc: true, CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, l *helpdesk.Label) {
			l.Title, l.Description, l.Color = d.name("label"), "", "#000000"
			l.Sidebar, l.Adhoc, l.UpdatedAt = false, false, at(3)
		},
		collide: func(v, taken *helpdesk.Label) { v.Title = taken.Title },
	}
}

func attributeNoun() noun[helpdesk.AttributeID, helpdesk.AttributeDefinition, helpdesk.AttributeFilter] {
	return noun[helpdesk.AttributeID, helpdesk.AttributeDefinition, helpdesk.AttributeFilter]{
		name: "Attribute", repo: helpdesk.Tx.Attributes,
		make: func(d *desk) *helpdesk.AttributeDefinition {
			return &helpdesk.AttributeDefinition{
				Account: d.account, Model: helpdesk.ContactAttribute, Key: awkward(d.name("key")), Name: awkward("n"),
				Description: awkward("d"), Type: helpdesk.ListAttribute, Choices: []string{awkward("a"), "", "b"},
				Pattern: `^(?=\d)\w+$`, Hint: awkward("h"), Default: awkward("b"), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, a *helpdesk.AttributeDefinition) {
			a.Name, a.Description, a.Type, a.Choices = "n", "", helpdesk.TextAttribute, nil
			a.Pattern, a.Hint, a.Default, a.UpdatedAt = "", "", "", at(3)
		},
		collide: func(v, taken *helpdesk.AttributeDefinition) { v.Key = taken.Key },
	}
}

// workingHours have every part that hours can have.
func workingHours() helpdesk.WorkingHours {
	return helpdesk.WorkingHours{
		HoursEnabled: true, Timezone: "Asia/Kathmandu",
		Hours: []helpdesk.OpenHours{
			{Day: 0, ClosedAll: true},
			{Day: 5, OpenAll: true},
			{Day: 6, OpenMinute: 540, CloseMinute: 1020, More: []helpdesk.Interval{{Open: 1320, Close: 240}}},
		},
		Holidays: []helpdesk.Holiday{{Date: "2026-12-25"}, {Date: "2026-12-31", Hours: []helpdesk.Interval{{Open: 540, Close: 720}}}},
	}
}
