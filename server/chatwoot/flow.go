package chatwoot

import (
	"context"
	"fmt"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// Flows are an addition: Chatwoot has none.

// flowStep is one step, in requests and answers alike. Spans are in seconds.
type flowStep struct {
	ID        string                  `in:"id" json:"id"`
	Kind      string                  `in:"kind" json:"kind"`
	Next      string                  `in:"next" json:"next,omitempty"`
	Text      string                  `in:"text" json:"text,omitempty"`
	Choices   []flowChoice            `in:"choices" json:"choices,omitempty"`
	Pattern   string                  `in:"pattern" json:"pattern,omitempty"`
	Retries   int                     `in:"retries" json:"retries,omitempty"`
	RetryText string                  `in:"retry_text" json:"retry_text,omitempty"`
	GiveUp    string                  `in:"give_up" json:"give_up,omitempty"`
	Timeout   int64                   `in:"timeout" json:"timeout,omitempty"`
	OnTimeout string                  `in:"on_timeout" json:"on_timeout,omitempty"`
	Variable  string                  `in:"variable" json:"variable,omitempty"`
	Model     helpdesk.AttributeModel `in:"attribute_model" json:"attribute_model,omitempty"` // "contact" or "conversation"
	Attribute string                  `in:"attribute" json:"attribute,omitempty"`
	Value     string                  `in:"value" json:"value,omitempty"`
	Branches  []flowBranch            `in:"branches" json:"branches,omitempty"`
	Else      string                  `in:"else" json:"else,omitempty"`
	Labels    []string                `in:"labels" json:"labels,omitempty"`
	Agent     helpdesk.AgentID        `in:"agent_id" json:"agent_id,omitempty"`
	Team      helpdesk.TeamID         `in:"team_id" json:"team_id,omitempty"`
	URL       string                  `in:"url" json:"url,omitempty"`
	Data      map[string]any          `in:"data" json:"data,omitempty"`
	Fill      map[string]any          `in:"fill" json:"fill,omitempty"`
	Failed    string                  `in:"failed" json:"failed,omitempty"`
	Wait      int64                   `in:"wait" json:"wait,omitempty"`
	Resolve   bool                    `in:"resolve" json:"resolve,omitempty"`
}

type flowChoice struct {
	Title string `in:"title" json:"title"`
	Value string `in:"value" json:"value,omitempty"`
}

type flowBranch struct {
	Conditions []condition `in:"conditions" json:"conditions,omitempty"`
	Expression string      `in:"expression" json:"expression,omitempty"`
	Next       string      `in:"next" json:"next"`
}

// seconds is a span that a client gave; one that no clock can measure is refused
// as too long by the engine, and not turned into another.
func seconds(n int64) time.Duration {
	const most = int64(1 << 31)
	return time.Duration(min(max(n, -most), most)) * time.Second
}

func (s flowStep) input() (helpdesk.FlowStep, error) {
	out := helpdesk.FlowStep{
		ID: s.ID, Kind: helpdesk.FlowStepKind(s.Kind), Next: s.Next, Text: s.Text, Pattern: s.Pattern, Retries: s.Retries,
		RetryText: s.RetryText, GiveUp: s.GiveUp, Timeout: seconds(s.Timeout), OnTimeout: s.OnTimeout, Variable: s.Variable,
		Model: s.Model, Attribute: s.Attribute, Value: s.Value, Else: s.Else, Labels: s.Labels, Agent: s.Agent, Team: s.Team,
		URL: s.URL, Data: texts(s.Data), Fill: texts(s.Fill), Failed: s.Failed, Wait: seconds(s.Wait), Resolve: s.Resolve,
	}
	for _, c := range s.Choices {
		out.Choices = append(out.Choices, helpdesk.FlowChoice{Title: c.Title, Value: c.Value})
	}
	for i, b := range s.Branches {
		branch := helpdesk.FlowBranch{Expression: b.Expression, Next: b.Next}
		if len(b.Conditions) > 0 {
			cond, err := readConditions(b.Conditions)
			if err != nil {
				field := fmt.Sprintf("steps.%s.branches.%d.conditions", s.ID, i+1)
				return out, &helpdesk.Error{Code: helpdesk.Invalid, Message: err.Error(), Fields: map[string]string{field: err.Error()}}
			}
			branch.Cond = &cond
		}
		out.Branches = append(out.Branches, branch)
	}
	return out, nil
}

func texts(m map[string]any) map[string]string {
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = fmt.Sprint(v)
	}
	return out
}

func values(m map[string]string) map[string]any {
	if m == nil {
		return nil
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func viewFlowStep(s helpdesk.FlowStep) flowStep {
	out := flowStep{
		ID: s.ID, Kind: string(s.Kind), Next: s.Next, Text: s.Text, Pattern: s.Pattern, Retries: s.Retries, RetryText: s.RetryText,
		GiveUp: s.GiveUp, Timeout: int64(s.Timeout / time.Second), OnTimeout: s.OnTimeout, Variable: s.Variable, Model: s.Model,
		Attribute: s.Attribute, Value: s.Value, Else: s.Else, Labels: s.Labels, Agent: s.Agent, Team: s.Team, URL: s.URL,
		Data: values(s.Data), Fill: values(s.Fill), Failed: s.Failed, Wait: int64(s.Wait / time.Second), Resolve: s.Resolve,
	}
	for _, c := range s.Choices {
		out.Choices = append(out.Choices, flowChoice{c.Title, c.Value})
	}
	for _, b := range s.Branches {
		branch := flowBranch{Expression: b.Expression, Next: b.Next}
		if b.Cond != nil {
			branch.Conditions = viewConditions(*b.Cond)
		}
		out.Branches = append(out.Branches, branch)
	}
	return out
}

type flowInput struct {
	Name        *string     `in:"name"`
	Description *string     `in:"description"`
	Active      *bool       `in:"active"`
	Steps       *[]flowStep `in:"steps"`
}

func (in flowInput) input() (out helpdesk.FlowInput, err error) {
	out = helpdesk.FlowInput{Name: in.Name, Description: in.Description, Active: in.Active}
	if in.Steps == nil {
		return out, nil
	}
	out.Steps = make([]helpdesk.FlowStep, len(*in.Steps))
	for i, s := range *in.Steps {
		if out.Steps[i], err = s.input(); err != nil {
			return out, err
		}
	}
	return out, nil
}

type flowID struct {
	ID helpdesk.FlowID `in:"id"`
}

type flowChange struct {
	flowID
	flowInput
}

type flowView struct {
	ID          helpdesk.FlowID    `json:"id"`
	AccountID   helpdesk.AccountID `json:"account_id"`
	Name        string             `json:"name"`
	Description string             `json:"description"`
	Active      bool               `json:"active"`
	Steps       []flowStep         `json:"steps"`
	CreatedAt   epoch              `json:"created_at"`
	UpdatedAt   epoch              `json:"updated_at"`
}

func viewFlow(f *helpdesk.Flow) flowView {
	return flowView{f.ID, f.Account, f.Name, f.Description, f.Active, each(f.Steps, viewFlowStep), epoch{f.CreatedAt}, epoch{f.UpdatedAt}}
}

func oneFlow(f *helpdesk.Flow, err error) (payload[flowView], error) {
	out, err := shown(f, err, viewFlow)
	return wrap(out), err
}

func listFlows(ctx context.Context, c *call, _ none) (payload[[]flowView], error) {
	found, err := c.desk.Flows.List(ctx)
	return wrap(each(found, viewFlow)), err
}

func createFlow(ctx context.Context, c *call, in flowInput) (payload[flowView], error) {
	input, err := in.input()
	if err != nil {
		return payload[flowView]{}, err
	}
	return oneFlow(c.desk.Flows.Create(ctx, input))
}

func showFlow(ctx context.Context, c *call, in flowID) (payload[flowView], error) {
	return oneFlow(c.desk.Flows.Get(ctx, in.ID))
}

func updateFlow(ctx context.Context, c *call, in flowChange) (payload[flowView], error) {
	input, err := in.input()
	if err != nil {
		return payload[flowView]{}, err
	}
	return oneFlow(c.desk.Flows.Update(ctx, in.ID, input))
}

func deleteFlow(ctx context.Context, c *call, in flowID) (empty, error) {
	return empty{}, c.desk.Flows.Delete(ctx, in.ID)
}

type flowRunView struct {
	ID           helpdesk.FlowRunID `json:"id"`
	Flow         helpdesk.FlowID    `json:"flow_id"`
	Conversation helpdesk.DisplayID `json:"conversation_id"`
	Kind         helpdesk.FlowKind  `json:"kind"`
	Step         string             `json:"step"`
	Waits        helpdesk.FlowWait  `json:"waits_for"`
	Variables    map[string]any     `json:"variables"`
	Path         []flowTraceView    `json:"path"`
	Deadline     *epoch             `json:"deadline"`
	Reason       helpdesk.FlowEnd   `json:"reason"`
	StartedAt    epoch              `json:"started_at"`
	EndedAt      *epoch             `json:"ended_at"`
}

type flowTraceView struct {
	At   epoch                  `json:"at"`
	Step string                 `json:"step"`
	What helpdesk.FlowTraceKind `json:"what"`
	Text string                 `json:"text"`
}

func viewFlowTrace(t helpdesk.FlowTrace) flowTraceView {
	return flowTraceView{epoch{t.At}, t.Step, t.What, t.Text}
}

func viewFlowRun(r *helpdesk.FlowRun, display helpdesk.DisplayID) flowRunView {
	out := flowRunView{
		ID: r.ID, Flow: r.Flow, Conversation: display, Kind: r.Kind, Step: r.Step, Waits: r.Waits, Variables: r.Variables,
		Path: each(r.Path, viewFlowTrace), Reason: r.Reason, StartedAt: epoch{r.StartedAt},
	}
	if out.Variables == nil {
		out.Variables = map[string]any{}
	}
	if !r.Deadline.IsZero() {
		out.Deadline = &epoch{r.Deadline}
	}
	if !r.EndedAt.IsZero() {
		out.EndedAt = &epoch{r.EndedAt}
	}
	return out
}

type flowRuns struct {
	flowID
	pageInput

	Running bool `in:"running"`
}

func listFlowRuns(ctx context.Context, c *call, in flowRuns) (payload[[]flowRunView], error) {
	if _, err := c.desk.Flows.Get(ctx, in.ID); err != nil {
		return payload[[]flowRunView]{}, err
	}
	runs, err := c.desk.Flows.Runs(ctx, helpdesk.FlowRunFilter{Flow: in.ID, Running: in.Running}, in.page(helpdesk.DefaultPage))
	if err != nil || len(runs) == 0 {
		return wrap([]flowRunView{}), err
	}
	ids := make([]helpdesk.ConversationID, len(runs))
	for i, r := range runs {
		ids[i] = r.Conversation
	}
	list, err := c.desk.Conversations.List(ctx, helpdesk.ConversationFilter{IDs: ids}, helpdesk.Page{Limit: len(ids)})
	if err != nil {
		return payload[[]flowRunView]{}, err
	}
	display := make(map[helpdesk.ConversationID]helpdesk.DisplayID, len(ids))
	for _, item := range list.Items {
		display[item.ID] = item.Display
	}
	return wrap(each(runs, func(r *helpdesk.FlowRun) flowRunView { return viewFlowRun(r, display[r.Conversation]) })), nil
}

type flowStart struct {
	onConversation

	Flow helpdesk.FlowID `in:"flow_id"`
}

func startFlow(ctx context.Context, c *call, in flowStart) (payload[flowRunView], error) {
	return c.flowRun(ctx, in.onConversation, func(id helpdesk.ConversationID) (*helpdesk.FlowRun, error) {
		return c.desk.Flows.Start(ctx, id, in.Flow)
	})
}

func stopFlow(ctx context.Context, c *call, in onConversation) (payload[flowRunView], error) {
	return c.flowRun(ctx, in, func(id helpdesk.ConversationID) (*helpdesk.FlowRun, error) { return c.desk.Flows.Stop(ctx, id) })
}

func showCurrentFlow(ctx context.Context, c *call, in onConversation) (payload[flowRunView], error) {
	return c.flowRun(ctx, in, func(id helpdesk.ConversationID) (*helpdesk.FlowRun, error) { return c.desk.Flows.Current(ctx, id) })
}

// flowRun does something about the flow of the conversation in the path.
func (c *call) flowRun(ctx context.Context, in onConversation, do func(helpdesk.ConversationID) (*helpdesk.FlowRun, error)) (payload[flowRunView], error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return payload[flowRunView]{}, err
	}
	r, err := do(row.ID)
	out, err := shown(r, err, func(r *helpdesk.FlowRun) flowRunView { return viewFlowRun(r, row.Display) })
	return wrap(out), err
}
