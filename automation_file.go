package helpdesk

import (
	"context"
	"encoding/json"
)

// ruleFileArgs is one file that a rule sends.
type ruleFileArgs struct {
	Rule         RuleID         `json:"rule"`
	File         string         `json:"file"`
	Conversation ConversationID `json:"conversation"`
	Run          string         `json:"run"` // makes a repeated job send nothing twice
}

// sendRuleFile is the rule.send_file job: the copy of a rule's file, as a message.
// A rule that is gone sends no more.
func (e *Engine) sendRuleFile(ctx context.Context, j *Job) error {
	var a ruleFileArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	actor := Actor{account: j.Account, ref: ActorRef{ByRule, int64(a.Rule)}}
	var r *Rule
	err := e.view(ctx, actor, func(u *unit) (err error) {
		r, err = u.tx.Rules().Get(u.ctx, a.Rule)
		return err
	})
	if err != nil {
		return absent(err)
	}
	once := WithIdempotencyKey(ctx, "rule", a.Run, nil)
	if done, err := e.RequestDone(once, j.Account); done || err != nil {
		return err // an earlier try of the job
	}
	work := e.As(actor).prepareActions(ctx, a.Conversation, MacroExecuted, []RuleAction{{Name: DoSendAttachment, Values: []any{a.File}}}, r.Files)
	defer e.dropWork(ctx, work)
	err = e.update(once, actor, func(u *unit) error {
		work[0].taken = false // the closure may run again
		if u.replay != nil {
			return nil
		}
		c, err := u.conversation(ReplyConversation, a.Conversation)
		if err != nil {
			return err
		}
		if err := u.doReply(c, RuleAction{}, work[0]); err != nil {
			return err
		}
		return u.saveConversation(c)
	})
	if err != nil {
		work[0].taken = false
	}
	if err != nil && refusal(err) {
		e.opts.Logger.Info("a rule's file was not sent", "rule", a.Rule, "code", CodeOf(err))
		return nil
	}
	return err
}
