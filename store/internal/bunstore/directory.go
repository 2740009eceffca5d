package bunstore

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// directory is helpdesk.Tx: the repositories of one run of a closure. It is a type
// of its own because repositories embed tx, and whatever tx can do, each of them
// can: the compiler would write every method of the directory once for each.
type directory struct{ tx *tx }

// LockRouting implements helpdesk.Tx.
func (t directory) LockRouting(ctx context.Context) error {
	statement := t.tx.d.lockStatement("routing", t.tx.account)
	if statement == "" || t.tx.readOnly {
		return nil
	}
	_, err := t.tx.exec(ctx, statement)
	return err
}

func (t directory) Agents() helpdesk.AgentRepo { return newAgents(t.tx) }

func (t directory) Roles() helpdesk.Repo[helpdesk.RoleID, helpdesk.CustomRole, helpdesk.RoleFilter] {
	return newRoles(t.tx)
}

func (t directory) Teams() helpdesk.Repo[helpdesk.TeamID, helpdesk.Team, helpdesk.TeamFilter] {
	return newTeams(t.tx)
}

func (t directory) TeamMembers() helpdesk.Members[helpdesk.TeamID] {
	return &members[helpdesk.TeamID]{t.tx, "@helpdesk_team_members", "team_id", true}
}

func (t directory) Inboxes() helpdesk.Repo[helpdesk.InboxID, helpdesk.Inbox, helpdesk.InboxFilter] {
	return newInboxes(t.tx)
}

func (t directory) InboxMembers() helpdesk.Members[helpdesk.InboxID] {
	return &members[helpdesk.InboxID]{t.tx, "@helpdesk_inbox_members", "inbox_id", true}
}

func (t directory) Labels() helpdesk.Repo[helpdesk.LabelID, helpdesk.Label, helpdesk.LabelFilter] {
	return newLabels(t.tx)
}

func (t directory) Attributes() helpdesk.Repo[helpdesk.AttributeID, helpdesk.AttributeDefinition, helpdesk.AttributeFilter] {
	return newAttributes(t.tx)
}

func (t directory) Webhooks() helpdesk.WebhookRepo { return newWebhooks(t.tx) }

func (t directory) CannedResponses() helpdesk.Repo[helpdesk.CannedID, helpdesk.CannedResponse, helpdesk.CannedFilter] {
	return newCanned(t.tx)
}

func (t directory) MessageTemplates() helpdesk.Repo[helpdesk.MessageTemplateID, helpdesk.MessageTemplate, helpdesk.MessageTemplateFilter] {
	return newMessageTemplates(t.tx)
}

func (t directory) Macros() helpdesk.Repo[helpdesk.MacroID, helpdesk.Macro, helpdesk.MacroFilter] {
	return newMacros(t.tx)
}

func (t directory) ScheduledMessages() helpdesk.Repo[helpdesk.ScheduledID, helpdesk.ScheduledMessage, helpdesk.ScheduledFilter] {
	return newScheduled(t.tx)
}

func (t directory) Rules() helpdesk.Repo[helpdesk.RuleID, helpdesk.Rule, helpdesk.RuleFilter] {
	return newRules(t.tx)
}

func (t directory) Flows() helpdesk.Repo[helpdesk.FlowID, helpdesk.Flow, helpdesk.FlowFilter] {
	return newFlows(t.tx)
}

func (t directory) FlowRuns() helpdesk.Repo[helpdesk.FlowRunID, helpdesk.FlowRun, helpdesk.FlowRunFilter] {
	return newFlowRuns(t.tx)
}

func (t directory) Campaigns() helpdesk.CampaignRepo { return newCampaigns(t.tx) }

func (t directory) AssignmentPolicies() helpdesk.Repo[helpdesk.PolicyID, helpdesk.AssignmentPolicy, helpdesk.AssignmentPolicyFilter] {
	return newPolicies(t.tx)
}

func (t directory) SLAPolicies() helpdesk.Repo[helpdesk.SLAPolicyID, helpdesk.SLAPolicy, helpdesk.SLAPolicyFilter] {
	return newSLAPolicies(t.tx)
}

func (t directory) ChannelGroups() helpdesk.Repo[helpdesk.ChannelGroupID, helpdesk.ChannelGroup, helpdesk.ChannelGroupFilter] {
	return newChannelGroups(t.tx)
}

func (t directory) AppliedSLAs() helpdesk.Repo[helpdesk.AppliedSLAID, helpdesk.AppliedSLA, helpdesk.AppliedSLAFilter] {
	return newAppliedSLAs(t.tx)
}

func (t directory) Views() helpdesk.Repo[helpdesk.ViewID, helpdesk.View, helpdesk.ViewFilter] {
	return newViews(t.tx)
}

func (t directory) Tasks() helpdesk.Repo[helpdesk.TaskID, helpdesk.Task, helpdesk.TaskFilter] {
	return newTasks(t.tx)
}

func (t directory) TaskRefusals() helpdesk.TaskRefusals { return taskRefusals{t.tx} }

func (t directory) Portals() helpdesk.PortalRepo { return newPortals(t.tx) }

func (t directory) Categories() helpdesk.CategoryRepo { return newCategories(t.tx) }

func (t directory) Articles() helpdesk.ArticleRepo { return newArticles(t.tx) }

func (t directory) Bots() helpdesk.BotRepo { return newBots(t.tx, false) }

func (t directory) Integrations() helpdesk.Repo[helpdesk.IntegrationID, helpdesk.Integration, helpdesk.IntegrationFilter] {
	return newIntegrations(t.tx)
}

func (t directory) DashboardApps() helpdesk.Repo[helpdesk.DashboardAppID, helpdesk.DashboardApp, helpdesk.DashboardAppFilter] {
	return newDashboardApps(t.tx)
}

func (t directory) Contacts() helpdesk.ContactRepo { return newContacts(t.tx) }

func (t directory) Identities() helpdesk.IdentityRepo { return identities{t.tx} }

func (t directory) ContactInboxes() helpdesk.ContactInboxRepo { return newContactInboxes(t.tx) }

func (t directory) Notes() helpdesk.Repo[helpdesk.NoteID, helpdesk.Note, helpdesk.NoteFilter] {
	return newNotes(t.tx)
}

func (t directory) Conversations() helpdesk.ConversationRepo { return newConversations(t.tx) }

func (t directory) Participants() helpdesk.Members[helpdesk.ConversationID] {
	return &members[helpdesk.ConversationID]{t.tx, "@helpdesk_conversation_participants", "conversation_id", false}
}

func (t directory) Messages() helpdesk.MessageRepo { return newMessages(t.tx) }

func (t directory) Uploads() helpdesk.Repo[helpdesk.UploadID, helpdesk.Upload, helpdesk.UploadFilter] {
	return newUploads(t.tx)
}

func (t directory) Consents() helpdesk.ConsentLog { return newConsents(t.tx) }

func (t directory) Merges() helpdesk.Repo[helpdesk.MergeID, helpdesk.ContactMerge, helpdesk.MergeFilter] {
	return newMerges(t.tx)
}

func (t directory) Attempts() helpdesk.AttemptRepo { return attempts{t.tx} }

func (t directory) Surveys() helpdesk.SurveyRepo { return newSurveys(t.tx) }

func (t directory) Journal() helpdesk.Journal { return journal{t.tx} }

func (t directory) Parked() helpdesk.Parked { return parked{t.tx} }

func (t directory) Reached() helpdesk.Reached { return reached{t.tx} }

func (t directory) Events() helpdesk.EventLog { return eventLog{t.tx} }

func (t directory) Calendars() helpdesk.Calendars { return calendars{t.tx} }

func (t directory) Reports() helpdesk.Reporter { return reporter{t.tx} }

func (t directory) Jobs() helpdesk.JobQueue { return jobs{t.tx} }

func (t directory) Notifications() helpdesk.NotificationRepo { return newNotifications(t.tx) }

func (t directory) Subscriptions() helpdesk.SubscriptionRepo { return subscriptions{t.tx} }

func (t directory) Deliveries() helpdesk.Repo[helpdesk.DeliveryID, helpdesk.Delivery, helpdesk.DeliveryFilter] {
	return newDeliveries(t.tx)
}

func (t directory) Idempotency() helpdesk.Idempotency { return idempotency{t.tx, t.tx.account} }

func (t directory) Audit() helpdesk.AuditLog { return audit{t.tx} }

func (t directory) State(inbox helpdesk.InboxID) helpdesk.InboxState {
	return channelState{t.tx, inbox}
}

func (t directory) Users() helpdesk.UserRepo { return newUsers(t.tx) }

func (t directory) Routes() helpdesk.Routes { return routes{t.tx} }

func (t directory) Sessions() helpdesk.SessionRepo { return sessions{t.tx} }

func (t directory) UserTokens() helpdesk.UserTokens { return userTokens{t.tx} }
func (t directory) Grants() helpdesk.Grants         { return grants{t.tx} }

func (t directory) GlobalKeys() helpdesk.Idempotency { return idempotency{t.tx, 0} }
