package chatwoot

import (
	"github.com/gohelpdesk/helpdesk"
)

type figuresView struct {
	ConversationsCount    int      `json:"conversations_count"`
	IncomingMessagesCount int      `json:"incoming_messages_count"`
	OutgoingMessagesCount int      `json:"outgoing_messages_count"`
	AvgFirstResponseTime  *float64 `json:"avg_first_response_time"`
	AvgResolutionTime     *float64 `json:"avg_resolution_time"`
	ResolutionsCount      int      `json:"resolutions_count"`
	ReplyTime             *float64 `json:"reply_time"`
}

type summaryView struct {
	figuresView
	Previous figuresView `json:"previous"`
}

func viewFigures(f helpdesk.Figures) figuresView {
	return figuresView{f.Conversations, f.Incoming, f.Outgoing, mean(f.FirstResponse), mean(f.Resolution), f.Resolutions, mean(f.Reply)}
}

// mean is null when nothing made it.
func mean(m helpdesk.Mean) *float64 {
	if m.Count == 0 {
		return nil
	}
	v := m.Value()
	return &v
}

type botFigures struct {
	BotResolutionsCount int `json:"bot_resolutions_count"`
	BotHandoffsCount    int `json:"bot_handoffs_count"`
}

type botSummaryView struct {
	botFigures
	Previous botFigures `json:"previous"`
}

type botMetricsView struct {
	ConversationCount int `json:"conversation_count"`
	MessageCount      int `json:"message_count"`
	ResolutionRate    int `json:"resolution_rate"`
	HandoffRate       int `json:"handoff_rate"`
}

type liveView struct {
	Open         int `json:"open"`
	Unattended   int `json:"unattended"`
	WaitingAgain int `json:"waiting_again"` // an addition: how many of the unattended had been answered before
	Unassigned   int `json:"unassigned"`
	Pending      int `json:"pending"`
}

func viewLive(n helpdesk.LiveCount) liveView {
	return liveView{n.Open, n.Unattended, n.WaitingAgain, n.Unassigned, n.Pending}
}

type agentLoad struct {
	ID           helpdesk.AgentID      `json:"id"`
	Name         string                `json:"name"`
	Email        string                `json:"email"`
	Thumbnail    string                `json:"thumbnail"`
	Availability helpdesk.Availability `json:"availability"`
	Metric       agentMetric           `json:"metric"`
}

type agentMetric struct {
	Open       int `json:"open"`
	Unattended int `json:"unattended"`
}

type rowView struct {
	ID                    int64    `json:"id"`
	ConversationsCount    int      `json:"conversations_count"`
	ResolvedConversations int      `json:"resolved_conversations_count"`
	AvgResolutionTime     *float64 `json:"avg_resolution_time"`
	AvgFirstResponseTime  *float64 `json:"avg_first_response_time"`
	AvgReplyTime          *float64 `json:"avg_reply_time"`
}

func viewRow(e entity, f helpdesk.Figures) rowView {
	return rowView{e.id, f.Conversations, f.Resolutions, mean(f.Resolution), mean(f.FirstResponse), mean(f.Reply)}
}

type labelRowView struct {
	ID                    int64   `json:"id"`
	Name                  string  `json:"name"`
	ConversationsCount    int     `json:"conversations_count"`
	ResolvedConversations int     `json:"resolved_conversations_count"`
	AvgResolutionTime     float64 `json:"avg_resolution_time"`
	AvgFirstResponseTime  float64 `json:"avg_first_response_time"`
	AvgReplyTime          float64 `json:"avg_reply_time"`
}

func viewLabelRow(e entity, f helpdesk.Figures) labelRowView {
	return labelRowView{e.id, e.name, f.Conversations, f.Resolutions, f.Resolution.Value(), f.FirstResponse.Value(), f.Reply.Value()}
}

type channelCounts struct {
	Open     int `json:"open"`
	Resolved int `json:"resolved"`
	Pending  int `json:"pending"`
	Snoozed  int `json:"snoozed"`
	Total    int `json:"total"`
}

type reportEventsView struct {
	Payload []reportEventView `json:"payload"`
	Meta    reportEventsMeta  `json:"meta"`
}

type reportEventsMeta struct {
	Count       int `json:"count"`
	CurrentPage int `json:"current_page"`
	TotalPages  int `json:"total_pages"`
}

// reportEventView is a measured event; its id is its position in the log.
type reportEventView struct {
	ID                   helpdesk.EventSeq       `json:"id"`
	Name                 string                  `json:"name"`
	Value                int64                   `json:"value"`
	ValueInBusinessHours int64                   `json:"value_in_business_hours"`
	EventStartTime       iso                     `json:"event_start_time"`
	EventEndTime         iso                     `json:"event_end_time"`
	AccountID            helpdesk.AccountID      `json:"account_id"`
	ConversationID       helpdesk.ConversationID `json:"conversation_id"`
	InboxID              helpdesk.InboxID        `json:"inbox_id"`
	UserID               *helpdesk.AgentID       `json:"user_id"`
	CreatedAt            iso                     `json:"created_at"`
	UpdatedAt            iso                     `json:"updated_at"`
}

// reportNames are what Chatwoot calls the measured events.
func reportNames() map[helpdesk.EventKind]string {
	return map[helpdesk.EventKind]string{
		helpdesk.ConversationResolved: "conversation_resolved", helpdesk.BotResolved: "conversation_bot_resolved",
		helpdesk.FirstReply: "first_response", helpdesk.ReplyCreated: "reply_time",
		helpdesk.ConversationHandoff: "conversation_bot_handoff", helpdesk.ConversationOpened: "conversation_opened",
	}
}

// reportKind is the event of a name; "" when there is none.
func reportKind(name string) helpdesk.EventKind {
	for kind, n := range reportNames() {
		if n == name {
			return kind
		}
	}
	return ""
}

func viewReportEvent(ev *helpdesk.Event) reportEventView {
	return reportEventView{
		ID: ev.Seq, Name: reportNames()[ev.Kind], Value: ev.Elapsed, ValueInBusinessHours: ev.Business,
		EventStartTime: iso{ev.Began()}, EventEndTime: iso{ev.At}, AccountID: ev.Account, ConversationID: ev.Conversation,
		InboxID: ev.After.Inbox, UserID: number(ev.Owner()), CreatedAt: iso{ev.At}, UpdatedAt: iso{ev.At},
	}
}
