package bunstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// tx is one run of a closure: a directory of repositories over one connection,
// and what they put off until the commit. It is used by one goroutine.
type tx struct {
	d        *dialect
	db       bun.IDB
	account  helpdesk.AccountID // 0 in System
	readOnly bool

	failed error // a statement failed: nothing after it may be committed
	config bool  // the account's configuration changed
	counts counter
}

func newTx(d *dialect, db bun.IDB, account helpdesk.AccountID) *tx {
	return &tx{d: d, db: db, account: account}
}

// run calls fn and writes what was put off. A failure of the database wins over
// what fn made of it: a transaction with a failed statement never commits.
func (t *tx) run(ctx context.Context, fn func(context.Context, helpdesk.Tx) error) error {
	return t.finish(ctx, fn(ctx, t))
}

func (t *tx) runSystem(ctx context.Context, fn func(context.Context, helpdesk.SystemTx) error) error {
	return t.finish(ctx, fn(ctx, &systemTx{t}))
}

func (t *tx) finish(ctx context.Context, err error) error {
	if again, ok := errors.AsType[*rerun](t.failed); ok {
		return again
	}
	if err != nil {
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	if err := t.flushCounts(ctx); err != nil {
		return err
	}
	return t.bumpConfig(ctx)
}

// fail passes an error of the database on and remembers it. sql.ErrNoRows is an
// answer, not a failure.
func (t *tx) fail(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	err = wrap(err)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// moved gives the transaction up because a row's version moved.
func (t *tx) moved(noun string) error {
	return t.fail(&rerun{helpdesk.Errorf(helpdesk.Conflict, "the %s was changed meanwhile", noun)})
}

// find runs a query for one row.
func (t *tx) find(ctx context.Context, q *bun.SelectQuery, noun string) error {
	err := t.fail(q.Scan(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		return notFound(noun)
	}
	return err
}

// all runs a query for any number of rows.
func (t *tx) all(ctx context.Context, q *bun.SelectQuery) error {
	err := t.fail(q.Scan(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// insert runs an insertion that gives way to rows that are there, and returns
// how many were new.
func (t *tx) insert(ctx context.Context, q *bun.InsertQuery) (int64, error) {
	res, err := q.On("CONFLICT DO NOTHING").Exec(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, t.fail(err)
	}
	n, err := res.RowsAffected()
	return n, t.fail(err)
}

// lock makes a query for update, where that means anything.
func (t *tx) lock(q *bun.SelectQuery) *bun.SelectQuery {
	if t.readOnly {
		return q
	}
	return t.d.forUpdate(q)
}

// locking is the end of a query that locks the rows of alias it finds, where
// that means anything.
func (t *tx) locking(alias string) string {
	if t.readOnly || !t.d.postgres() {
		return ""
	}
	return " FOR UPDATE OF " + alias
}

// selectFrom starts a query of the account's rows of a table: dest is a pointer
// to a row or to a slice of rows.
func (t *tx) selectFrom(dest any, table, alias string) *bun.SelectQuery {
	q := t.db.NewSelect().Model(dest).ModelTableExpr(t.d.qualify(table) + " AS " + alias)
	return q.Where("?.account_id = ?", bun.Safe(alias), t.account)
}

// insertInto starts an insertion of a row or of a slice of rows.
func (t *tx) insertInto(rows any, table string) *bun.InsertQuery {
	return t.db.NewInsert().Model(rows).ModelTableExpr(t.d.qualify(table))
}

// LockRouting implements helpdesk.Tx.
func (t *tx) LockRouting(ctx context.Context) error {
	statement := t.d.lockStatement("routing", t.account)
	if statement == "" || t.readOnly {
		return nil
	}
	_, err := t.exec(ctx, statement)
	return err
}

func (t *tx) Agents() helpdesk.AgentRepo { return newAgents(t) }

func (t *tx) Roles() helpdesk.Repo[helpdesk.RoleID, helpdesk.CustomRole, helpdesk.RoleFilter] {
	return newRoles(t)
}

func (t *tx) Teams() helpdesk.Repo[helpdesk.TeamID, helpdesk.Team, helpdesk.TeamFilter] {
	return newTeams(t)
}

func (t *tx) TeamMembers() helpdesk.Members[helpdesk.TeamID] {
	return &members[helpdesk.TeamID]{t, "@helpdesk_team_members", "team_id", true}
}

func (t *tx) Inboxes() helpdesk.Repo[helpdesk.InboxID, helpdesk.Inbox, helpdesk.InboxFilter] {
	return newInboxes(t)
}

func (t *tx) InboxMembers() helpdesk.Members[helpdesk.InboxID] {
	return &members[helpdesk.InboxID]{t, "@helpdesk_inbox_members", "inbox_id", true}
}

func (t *tx) Labels() helpdesk.Repo[helpdesk.LabelID, helpdesk.Label, helpdesk.LabelFilter] {
	return newLabels(t)
}

func (t *tx) Attributes() helpdesk.Repo[helpdesk.AttributeID, helpdesk.AttributeDefinition, helpdesk.AttributeFilter] {
	return newAttributes(t)
}

func (t *tx) Webhooks() helpdesk.WebhookRepo { return newWebhooks(t) }

func (t *tx) CannedResponses() helpdesk.Repo[helpdesk.CannedID, helpdesk.CannedResponse, helpdesk.CannedFilter] {
	return newCanned(t)
}

func (t *tx) Macros() helpdesk.Repo[helpdesk.MacroID, helpdesk.Macro, helpdesk.MacroFilter] {
	return newMacros(t)
}

func (t *tx) Rules() helpdesk.Repo[helpdesk.RuleID, helpdesk.Rule, helpdesk.RuleFilter] {
	return newRules(t)
}

func (t *tx) Campaigns() helpdesk.CampaignRepo { return newCampaigns(t) }

func (t *tx) AssignmentPolicies() helpdesk.Repo[helpdesk.PolicyID, helpdesk.AssignmentPolicy, helpdesk.AssignmentPolicyFilter] {
	return newPolicies(t)
}

func (t *tx) SLAPolicies() helpdesk.Repo[helpdesk.SLAPolicyID, helpdesk.SLAPolicy, helpdesk.SLAPolicyFilter] {
	return newSLAPolicies(t)
}

func (t *tx) Views() helpdesk.Repo[helpdesk.ViewID, helpdesk.View, helpdesk.ViewFilter] {
	return newViews(t)
}

func (t *tx) Tasks() helpdesk.Repo[helpdesk.TaskID, helpdesk.Task, helpdesk.TaskFilter] {
	return newTasks(t)
}

func (t *tx) TaskRefusals() helpdesk.TaskRefusals { return taskRefusals{t} }

func (t *tx) Portals() helpdesk.PortalRepo { return newPortals(t) }

func (t *tx) Categories() helpdesk.CategoryRepo { return newCategories(t) }

func (t *tx) Articles() helpdesk.ArticleRepo { return newArticles(t) }

func (t *tx) Bots() helpdesk.BotRepo { return newBots(t, false) }

func (t *tx) Integrations() helpdesk.Repo[helpdesk.IntegrationID, helpdesk.Integration, helpdesk.IntegrationFilter] {
	return newIntegrations(t)
}

func (t *tx) DashboardApps() helpdesk.Repo[helpdesk.DashboardAppID, helpdesk.DashboardApp, helpdesk.DashboardAppFilter] {
	return newDashboardApps(t)
}

func (t *tx) Contacts() helpdesk.ContactRepo { return newContacts(t) }

func (t *tx) Identities() helpdesk.IdentityRepo { return identities{t} }

func (t *tx) ContactInboxes() helpdesk.ContactInboxRepo { return newContactInboxes(t) }

func (t *tx) Notes() helpdesk.Repo[helpdesk.NoteID, helpdesk.Note, helpdesk.NoteFilter] {
	return newNotes(t)
}

func (t *tx) Conversations() helpdesk.ConversationRepo { return newConversations(t) }

func (t *tx) Participants() helpdesk.Members[helpdesk.ConversationID] {
	return &members[helpdesk.ConversationID]{t, "@helpdesk_conversation_participants", "conversation_id", false}
}

func (t *tx) Messages() helpdesk.MessageRepo { return newMessages(t) }

func (t *tx) Uploads() helpdesk.Repo[helpdesk.UploadID, helpdesk.Upload, helpdesk.UploadFilter] {
	return newUploads(t)
}

func (t *tx) Merges() helpdesk.Repo[helpdesk.MergeID, helpdesk.ContactMerge, helpdesk.MergeFilter] {
	return newMerges(t)
}

func (t *tx) Attempts() helpdesk.AttemptRepo { return attempts{t} }

func (t *tx) Surveys() helpdesk.SurveyRepo { return newSurveys(t) }

func (t *tx) Journal() helpdesk.Journal { return journal{t} }

func (t *tx) Parked() helpdesk.Parked { return parked{t} }

func (t *tx) Events() helpdesk.EventLog { return eventLog{t} }

func (t *tx) Calendars() helpdesk.Calendars { return calendars{t} }

func (t *tx) Reports() helpdesk.Reporter { return reporter{t} }

func (t *tx) Jobs() helpdesk.JobQueue { return jobs{t} }

func (t *tx) Notifications() helpdesk.NotificationRepo { return newNotifications(t) }

func (t *tx) Subscriptions() helpdesk.SubscriptionRepo { return subscriptions{t} }

func (t *tx) Deliveries() helpdesk.Repo[helpdesk.DeliveryID, helpdesk.Delivery, helpdesk.DeliveryFilter] {
	return newDeliveries(t)
}

func (t *tx) Idempotency() helpdesk.Idempotency { return idempotency{t, t.account} }

func (t *tx) Audit() helpdesk.AuditLog { return audit{t} }

func (t *tx) State(inbox helpdesk.InboxID) helpdesk.InboxState { return channelState{t, inbox} }

func (t *tx) Users() helpdesk.UserRepo { return newUsers(t) }

func (t *tx) Routes() helpdesk.Routes { return routes{t} }

func (t *tx) Sessions() helpdesk.SessionRepo { return sessions{t} }

func (t *tx) UserTokens() helpdesk.UserTokens { return userTokens{t} }
func (t *tx) Grants() helpdesk.Grants         { return grants{t} }

func (t *tx) GlobalKeys() helpdesk.Idempotency { return idempotency{t, 0} }
