package helpdesk

import (
	"context"
	"encoding/json"
	"time"
)

// Lane keeps live traffic ahead of bulk work, down to the store's writer.
type Lane int8

const (
	Live Lane = iota // somebody is waiting
	Bulk             // imports, campaigns, erasure: yields to Live; a bulk closure writes at most 100 rows
)

// JobKind names the work; see (*Engine).work for the list of all of it.
type JobKind string

// Job is something to do later: outbox, timer and cron in one. Delivery is at
// least once, so handlers are idempotent.
type Job struct {
	Account  AccountID
	ID       JobID
	Kind     JobKind
	Key      string // not "": at most one unfinished job per (account, Kind, Key)
	Args     json.RawMessage
	Lane     Lane
	RunAt    time.Time // zero = now
	OrderKey string    // not "": only the oldest unfinished job of the key is claimable
	Affinity string    // not "": claimable only by the holder of the lease of that name
	Cause    []ActorRef

	// Set by the store.
	Attempt    int       // 1 on the first run
	Again      bool      // enqueued anew while it ran: it runs once more when it finishes
	Lease      string    // proof of the claim
	LeaseUntil time.Time // after that, others may claim it
	Dead       bool      // given up; kept for people to look at
	LastError  string
	CreatedAt  time.Time
}

// Claim asks for due jobs of one account.
type Claim struct {
	Now      time.Time
	Until    time.Time // of the lease
	Lease    string    // a token nobody else uses
	Lane     Lane
	Limit    int
	Affinity []string // leases this process holds
}

// Backlog is how much of a lane's work waits, in all accounts together.
type Backlog struct {
	Lane   Lane
	Due    int       // their time has come, and nobody runs them
	Dead   int       // given up
	Oldest time.Time // since when the longest waiting one is due; zero = none
}

// BacklogReporter is a Store that can count its jobs, for monitoring: one entry
// for each lane, also when nothing waits there.
type BacklogReporter interface {
	Backlog(ctx context.Context, now time.Time) ([]Backlog, error)
}

// leaseTime is how long a claim lasts; it tolerates clocks 30 seconds apart.
const leaseTime = 5 * time.Minute

type laneKey struct{}

// WithLane marks all store work done under ctx as belonging to the lane.
func WithLane(ctx context.Context, l Lane) context.Context {
	return context.WithValue(ctx, laneKey{}, l)
}

// LaneOf is the lane of ctx; Live unless marked.
func LaneOf(ctx context.Context) Lane {
	l, _ := ctx.Value(laneKey{}).(Lane)
	return l
}

// All the kinds of job there are; see (*Engine).work.
const (
	jobMessageSend  JobKind = "message.send"
	jobMessageMedia JobKind = "message.media"
	jobWebhookFan   JobKind = "webhook.fan"
	jobWebhookPost  JobKind = "webhook.post"
	jobSnoozeEnd    JobKind = "conversation.wake"
	jobDrain        JobKind = "routing.drain"
	jobDuty         JobKind = "routing.duty"
	jobReplay       JobKind = "journal.replay"
	jobBlobDrop     JobKind = "blob.drop"
	jobSweep        JobKind = "account.sweep"
	jobHandBack     JobKind = "bot.hand_back"
	jobBotTurn      JobKind = "bot.turn"
	jobBotSilent    JobKind = "bot.give_way"
	jobAccountDrop  JobKind = "account.drop"
	jobMemberDrop   JobKind = "member.drop"
	jobMail         JobKind = "mail.send"
	jobPicture      JobKind = "picture.fetch"
	jobSignal       JobKind = "channel.signal"
	jobInboxConnect JobKind = "inbox.connect"
	jobTemplates    JobKind = "template.sync"
	jobInboxRenew   JobKind = "inbox.renew"
	jobInboxSilence JobKind = "inbox.silence"
	jobContactAsk   JobKind = "contact.ask"
	jobMessageLate  JobKind = "message.late"
	jobContactHeal  JobKind = "contact.heal"
	jobLetter       JobKind = "user.letter"
	jobMacroRun     JobKind = "macro.run"
	jobActionPost   JobKind = "action.post"
	jobRuleFile     JobKind = "rule.send_file"
	jobFlow         JobKind = "flow.run"
	jobFlowPost     JobKind = "flow.post"
	jobFlowDrop     JobKind = "flow.drop"
	jobTask         JobKind = "task.run"
	jobTaskMail     JobKind = "task.mail"
	jobAutoResolve  JobKind = "conversation.auto_resolve"

	jobKeepAlive        JobKind = "conversation.keep_alive"
	jobScheduledSend    JobKind = "scheduled.send"
	jobSLA              JobKind = "conversation.sla"
	jobSilence          JobKind = "conversation.silence"
	jobSilenceArm       JobKind = "rule.arm"
	jobNotificationWake JobKind = "notification.wake"
	jobNotificationMail JobKind = "notification.mail"
)

// work does a job. It returns nil when it is done, or an error that Permanent
// or RetryAfter may class; anything else is tried again with backoff.
type work func(ctx context.Context, j *Job) error

// work is everything that happens while nobody looks.
func (e *Engine) work() map[JobKind]work {
	return map[JobKind]work{
		// the outbox
		jobMessageSend:      e.sendMessage,      // deliver.go: hand a reply to the provider
		jobMessageMedia:     e.fetchMedia,       // attachment.go: fetch what an inbound message linked
		jobWebhookFan:       e.fanWebhook,       // webhook.go: turn events into deliveries for one endpoint
		jobWebhookPost:      e.postDelivery,     // webhook.go: post one delivery
		jobMail:             e.sendMail,         // mail.go: the desk's own mail
		jobLetter:           e.sendLetter,       // letter.go: a mail with a one-time link
		jobNotificationMail: e.sendNotification, // notification_tell.go: mail a notification nobody has read
		jobActionPost:       e.postAction,       // action_run.go: tell a conversation to an address of a macro or rule
		jobRuleFile:         e.sendRuleFile,     // automation_file.go: a file that a rule sends
		jobFlowPost:         e.postFlow,         // flow_job.go: a webhook that a flow calls
		jobPicture:          e.loadPicture,      // avatar.go: fetch a picture that was given by its address
		jobSignal:           e.sendSignal,       // channel_signal.go: show the customer that somebody reads or writes
		// timers
		jobMessageLate:      e.applyLateNews,    // late.go: an edit or a reaction that came before its message
		jobInboxRenew:       e.renewInbox,       // inbox_renew.go: renew the access to a provider before it ends
		jobInboxSilence:     e.lookForSilence,   // inbox_silence.go: tell of an inbox in which nothing arrives any more
		jobSnoozeEnd:        e.endSnooze,        // snooze.go: open a conversation whose snooze is over
		jobAutoResolve:      e.resolveIdle,      // autoresolve.go: resolve what has been idle too long
		jobKeepAlive:        e.keepAlive,        // keepalive.go: ask after a customer who fell silent, and close
		jobScheduledSend:    e.sendScheduled,    // scheduled_send.go: send a message whose time has come
		jobSLA:              e.watchSLA,         // sla_applied.go: warn, and tell what was missed
		jobSilence:          e.endSilence,       // silence.go: run the rules on a silence that has lasted
		jobSilenceArm:       e.armSilences,      // silence.go: have a rule wait for those who are silent already
		jobBotTurn:          e.takeTurn,         // bot_turn.go: ask a bot's program, once the customer has stopped writing
		jobBotSilent:        e.endBotTime,       // bot_turn.go: give people what a bot has not answered in its time
		jobNotificationWake: e.wakeNotification, // notification_tell.go: bring a snoozed notification back
		jobDuty:             e.drainQueue,       // queue.go: hand out what waits as an agent's hours begin
		jobFlow:             e.runFlow,          // flow_run.go: a flow whose wait is over
		// work in bulk
		jobTask:     e.runTask,      // task.go: go through the items of a task
		jobTaskMail: e.sendTaskMail, // task_file.go: what an import or export came to
		// follow-ups and housekeeping
		jobInboxConnect: e.connectProvider,  // inbox_connect.go: tell the provider where to call
		jobTemplates:    e.refreshTemplates, // message_template_sync.go: read the templates that a provider has
		jobContactAsk:   e.askProfile,       // profile_ask.go: ask the provider who has written
		jobContactHeal:  e.healContacts,     // address_alias.go: two contacts whom a provider knows as one person
		jobMacroRun:     e.runMacro,         // action_run.go: a macro on conversations
		jobDrain:        e.drainQueue,       // queue.go: hand out what waits beyond the first 20, or for the end of a fair window
		jobHandBack:     e.handBack,         // bot_work.go: give people what a bot held that left
		jobFlowDrop:     e.dropFlow,         // flow_job.go: end the runs of a deleted flow
		jobAccountDrop:  e.dropAccount,      // platform_drop.go: everything of a deleted account
		jobMemberDrop:   e.dropMember,       // platform_drop.go: a deleted user, or a bot of the installation
		jobReplay:       e.replayJournal,    // receive.go: a webhook slice that could not be stored at once
		jobBlobDrop:     e.dropBlobs,        // attachment.go: remove files whose rows are gone
		jobSweep:        e.sweepAccount,     // sweep.go: retention of journal, deliveries, event details, unused uploads and files of tasks
	}
}

// A job is given up after maxAttempts, at most some four hours after the first
// try; kinds with a longer patience bring their own times with RetryAfter.
const maxAttempts = 16

// backoff is how long a failed job waits: doubling from two seconds to half an
// hour, spread by its id so that a crowd does not come back at once.
func backoff(attempt int, id JobID) time.Duration {
	d := min(2*time.Second<<min(attempt-1, 10), 30*time.Minute)
	return d + d*time.Duration(int64(id)%25)/100
}
