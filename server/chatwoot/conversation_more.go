package chatwoot

import (
	"context"
	"net/http"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

type participantsInput struct {
	onConversation
	Users []helpdesk.AgentID `in:"user_ids"`
}

func addParticipants(ctx context.Context, c *call, in participantsInput) ([]agentView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return nil, err
	}
	added, err := c.desk.Conversations.SetParticipants(ctx, row.ID, helpdesk.AddMembers, in.Users...)
	return each(added, viewAgent), err
}

func replaceParticipants(ctx context.Context, c *call, in participantsInput) ([]agentView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return nil, err
	}
	if _, err := c.desk.Conversations.SetParticipants(ctx, row.ID, helpdesk.ReplaceMembers, in.Users...); err != nil {
		return nil, err
	}
	return listParticipants(ctx, c, in.onConversation)
}

func removeParticipants(ctx context.Context, c *call, in participantsInput) (empty, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		_, err = c.desk.Conversations.SetParticipants(ctx, row.ID, helpdesk.RemoveMembers, in.Users...)
	}
	return empty{}, err
}

type transcriptInput struct {
	onConversation
	Email string `in:"email"`
}

func sendTranscript(ctx context.Context, c *call, in transcriptInput) (empty, error) {
	if strings.TrimSpace(in.Email) == "" {
		return empty{}, refused(http.StatusUnprocessableEntity, "email param missing")
	}
	row, err := in.find(ctx, c)
	if err != nil {
		return empty{}, err
	}
	return empty{}, c.desk.Conversations.Transcript(ctx, row.ID, in.Email)
}

type draftView struct {
	HasDraft bool   `json:"has_draft"`
	Message  string `json:"message,omitempty"`
}

func showDraft(ctx context.Context, c *call, in onConversation) (draftView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return draftView{}, err
	}
	draft, err := c.desk.Conversations.Draft(ctx, row.ID)
	return draftView{draft != "", draft}, err
}

type draftInput struct {
	onConversation
	Draft struct {
		Message string `in:"message"`
	} `in:"draft_message"`
}

func setDraft(ctx context.Context, c *call, in draftInput) (empty, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		err = c.desk.Conversations.SetDraft(ctx, row.ID, in.Draft.Message)
	}
	return empty{}, err
}

func deleteDraft(ctx context.Context, c *call, in onConversation) (empty, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		err = c.desk.Conversations.SetDraft(ctx, row.ID, "")
	}
	return empty{}, err
}

type translateInput struct {
	onMessage
	Language string `in:"target_language"`
}

type translationView struct {
	Content string `json:"content"`
}

func translateMessage(ctx context.Context, c *call, in translateInput) (translationView, error) {
	m, _, err := in.find(ctx, c)
	if err != nil {
		return translationView{}, err
	}
	content, err := c.desk.Messages.Translation(ctx, m.ID, in.Language)
	return translationView{content}, err
}
