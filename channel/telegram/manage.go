package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// updates are the kinds of news that the inbox asks for. Reactions come to those
// alone who ask.
func updates() []string {
	return []string{
		"message", "edited_message", "callback_query", "message_reaction", "my_chat_member",
		"business_connection", "business_message", "edited_business_message", "deleted_business_messages",
	}
}

// Connect implements helpdesk.Connector.
func (s *sender) Connect(ctx context.Context, callback string) error {
	return fail(s.bot.call(ctx, "setWebhook", map[string]any{
		"url": callback, "secret_token": s.s.secret(), "allowed_updates": updates(),
	}, nil))
}

// Disconnect implements helpdesk.Disconnector. A bot whose token is gone has no
// webhook of ours any more.
func (s *sender) Disconnect(ctx context.Context) error {
	err := s.bot.call(ctx, "deleteWebhook", map[string]any{}, nil)
	if no, ok := errors.AsType[*refusal](err); ok && gone(no) {
		return nil
	}
	return fail(err)
}

func gone(no *refusal) bool {
	return no.code == http.StatusUnauthorized || no.code == http.StatusNotFound
}

// Check implements helpdesk.Checker.
func (s *sender) Check(ctx context.Context) (*helpdesk.Health, error) {
	var me struct {
		ID       wire.Text `json:"id"`
		Name     string    `json:"first_name"`
		Username string    `json:"username"`
		Business bool      `json:"can_connect_to_business"`
	}
	err := s.bot.call(ctx, "getMe", map[string]any{}, &me)
	if no, ok := errors.AsType[*refusal](err); ok && gone(no) {
		return &helpdesk.Health{Problems: []helpdesk.HealthProblem{{
			Code: "token", Message: "Telegram does not know the bot's token (any more): " + no.text, Revoked: true,
		}}}, nil
	}
	if err != nil {
		return nil, fail(err)
	}
	var hook struct {
		URL     string    `json:"url"`
		Pending wire.Text `json:"pending_update_count"`
		At      wire.Text `json:"last_error_date"`
		Error   string    `json:"last_error_message"`
	}
	if err := s.bot.call(ctx, "getWebhookInfo", map[string]any{}, &hook); err != nil {
		return nil, fail(err)
	}
	health := &helpdesk.Health{Facts: map[string]any{
		"bot_id": string(me.ID), "bot_name": wire.Clean(me.Name), "username": wire.Clean(me.Username),
		"business": me.Business, "pending_updates": hook.Pending.Int(),
	}}
	if hook.Error != "" {
		health.Facts["last_error"], health.Facts["last_error_at"] = wire.Clean(hook.Error), hook.At.Time()
	}
	switch {
	case hook.URL == "":
		health.Problems = append(health.Problems, helpdesk.HealthProblem{
			Code: "webhook", Message: "the bot has no webhook, so that nothing arrives",
		})
	case hook.Error != "" && hook.Pending.Int() > 0:
		health.Problems = append(health.Problems, helpdesk.HealthProblem{
			Code: "webhook", Message: fmt.Sprintf("Telegram cannot deliver to us, and %d updates wait: %s", hook.Pending.Int(), wire.Clean(hook.Error)),
		})
	}
	return health, nil
}

// Fetch implements helpdesk.Fetcher. Files of more than 20 MB are refused:
// Telegram does not give them to bots.
func (s *sender) Fetch(ctx context.Context, ref string) (*helpdesk.FetchedFile, error) {
	var file struct {
		Path string    `json:"file_path"`
		Size wire.Text `json:"file_size"`
	}
	err := s.bot.call(ctx, "getFile", map[string]any{"file_id": ref}, &file)
	if no, ok := errors.AsType[*refusal](err); ok && no.says("file is too big") || err == nil && file.Size.Int() > maxDownload {
		return nil, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "the file is larger than the 20 MB that Telegram gives to bots"))
	}
	if err != nil {
		return nil, harmless(err)
	}
	address := s.bot.base + "/file/bot" + s.bot.token + "/" + (&url.URL{Path: strings.TrimLeft(file.Path, "/")}).EscapedPath()
	r, err := wire.Request(ctx, http.MethodGet, address, "", nil)
	if err != nil {
		return nil, helpdesk.Permanent(err)
	}
	res, err := wire.Open(s.bot.http, r)
	if err != nil {
		return nil, harmless(err)
	}
	if res.StatusCode/100 != 2 || file.Path == "" {
		_ = res.Body.Close() // nobody reads it
		return nil, refusedFile(res.StatusCode)
	}
	return &helpdesk.FetchedFile{
		Body: limited{io.LimitReader(res.Body, maxDownload+1), res.Body}, Name: path.Base(file.Path), ContentType: res.Header.Get("Content-Type"),
	}, nil
}

type limited struct {
	io.Reader
	io.Closer
}

// harmless is fail for a call that may be repeated, whatever became of it.
func harmless(err error) error {
	_, broken := errors.AsType[*wire.BrokenError](err)
	if broken || errors.Is(err, errCutOff) {
		return unavailable("Telegram cannot be reached", err)
	}
	return fail(err)
}

// refusedFile is why a download failed. The path of a file lives for an hour: the
// next try asks for a new one.
func refusedFile(status int) error {
	switch {
	case status == http.StatusTooManyRequests:
		return helpdesk.Errorf(helpdesk.Limited, "Telegram gives no files right now")
	case status == http.StatusUnauthorized:
		return helpdesk.Permanent(helpdesk.Errorf(helpdesk.Unauthenticated, "Telegram does not know the bot's token any more"))
	}
	return helpdesk.Errorf(helpdesk.Unavailable, "Telegram did not give the file (%d)", status)
}
