package helpdesk

import (
	"context"
	"time"
)

// Flow is a conversation that needs no person: steps that people wrote down, and
// that the desk goes through with a customer. An inbox may have one that begins
// when a customer gets in touch, and one that begins when service ends (see
// Inbox.EntryFlow, Inbox.ExitFlow); a rule, a macro or a person may start any.
//
// While a flow runs, the conversation is pending and nobody is handed it, or, of
// a flow that began after it was resolved, it stays resolved. A flow goes before
// the inbox's bot, which hears nothing meanwhile. A person who answers, takes or
// moves the conversation takes over, and the flow ends.
type Flow struct {
	Account     AccountID
	ID          FlowID
	Name        string
	Description string
	Active      bool // off: nothing starts it; what runs goes on
	Steps       []FlowStep

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// FlowStep is one step of a flow; the first of the list is where it begins. What
// a field is for says which kinds have it, and every other kind leaves it empty.
type FlowStep struct {
	ID   string       `json:"id"` // of letters, digits, _ and -, up to 64; none twice in a flow
	Kind FlowStepKind `json:"kind"`
	Next string       `json:"next,omitempty"` // the step after it; not of branch, hand_off and end

	// Text is what send and ask say: a template, see template.go, in which
	// {{flow.name}} is the variable of that name. Choices stand below it as buttons,
	// and are what ask takes for an answer.
	Text    string       `json:"text,omitempty"`
	Choices []FlowChoice `json:"choices,omitempty"`

	// Of ask. A wrong answer is asked for again, Retries times, with RetryText or,
	// where that is empty, the question; then the flow goes to GiveUp. Where any
	// answer will do, there is neither. After Timeout it goes to OnTimeout; without
	// one it ends after a day, and people take over.
	Pattern   string        `json:"pattern,omitempty"` // JavaScript-style, as of attributes; "" = any answer, or any choice
	Retries   int           `json:"retries,omitempty"` // 0 to 10
	RetryText string        `json:"retry_text,omitempty"`
	GiveUp    string        `json:"give_up,omitempty"`
	Timeout   time.Duration `json:"timeout,omitempty"`
	OnTimeout string        `json:"on_timeout,omitempty"`
	Variable  string        `json:"variable,omitempty"` // where the answer is kept; "" = nowhere

	// Attribute is the key of a defined attribute of Model, which set gives Value,
	// a template, and ask the answer, if it names one.
	Model     AttributeModel `json:"model,omitempty"`
	Attribute string         `json:"attribute,omitempty"`
	Value     string         `json:"value,omitempty"` // "" takes the attribute away

	// Branches of branch, of which the first that holds is taken; else Else.
	Branches []FlowBranch `json:"branches,omitempty"`
	Else     string       `json:"else,omitempty"`

	Labels []string `json:"labels,omitempty"` // titles that label adds
	Agent  AgentID  `json:"agent,omitempty"`  // of assign_agent; 0 = nobody
	Team   TeamID   `json:"team,omitempty"`   // of assign_team; 0 = none

	// Of webhook: Data are texts posted beside the ids and variables, templates all
	// of them. Fill gives variables what stands at a path ("order.items.0.name") of
	// the answer's JSON. Failed is where the flow goes when there is no answer.
	URL    string            `json:"url,omitempty"`
	Data   map[string]string `json:"data,omitempty"`
	Fill   map[string]string `json:"fill,omitempty"`
	Failed string            `json:"failed,omitempty"`

	Wait    time.Duration `json:"wait,omitempty"`    // of wait
	Resolve bool          `json:"resolve,omitempty"` // of end: the conversation is resolved
}

// FlowChoice is one answer that a customer may pick.
type FlowChoice struct {
	Title string `json:"title"`           // what the customer sees and may write
	Value string `json:"value,omitempty"` // what is kept; "" = the title
}

// FlowBranch is one way out of a branch: a condition, or an expression over
// FlowEnv.
type FlowBranch struct {
	Cond       *Cond  `json:"cond,omitempty"`
	Expression string `json:"expression,omitempty"`
	Next       string `json:"next"`
}

// FlowStepKind says what a step does.
type FlowStepKind string

const (
	FlowSend        FlowStepKind = "send"
	FlowAsk         FlowStepKind = "ask"
	FlowDecide      FlowStepKind = "branch"
	FlowSet         FlowStepKind = "set_attribute"
	FlowLabel       FlowStepKind = "label"
	FlowAssignAgent FlowStepKind = "assign_agent"
	FlowAssignTeam  FlowStepKind = "assign_team"
	FlowWebhook     FlowStepKind = "webhook"
	FlowPause       FlowStepKind = "wait"
	FlowHandOff     FlowStepKind = "hand_off" // to the inbox's bot, else to people; after service had ended, to people
	FlowFinish      FlowStepKind = "end"      // nothing is left to do; who writes again meets the bot, or people
)

// FlowKind says why a flow runs.
type FlowKind string

const (
	EntryFlow   FlowKind = "entry"   // a customer got in touch
	ExitFlow    FlowKind = "exit"    // service had ended
	StartedFlow FlowKind = "started" // a person, a macro or a rule started it
)

// FlowWait says what a run waits for.
type FlowWait string

const (
	FlowAnswer   FlowWait = "answer"   // the customer
	FlowTime     FlowWait = "time"     // the end of a wait step
	FlowResponse FlowWait = "response" // the receiver of a webhook
	FlowTurn     FlowWait = "turn"     // a job that goes on with it at once
)

// FlowEnd says why a run is over.
type FlowEnd string

const (
	FlowFinished   FlowEnd = "finished"   // it came to an end step
	FlowHandedOff  FlowEnd = "handed_off" // it came to a hand_off step
	FlowTimedOut   FlowEnd = "timed_out"  // a question was not answered, and there is no branch for that
	FlowTakenOver  FlowEnd = "taken_over" // a person answered, or was assigned by one
	FlowMoved      FlowEnd = "moved"      // the conversation was resolved, opened or snoozed
	FlowStopped    FlowEnd = "stopped"    // by hand
	FlowLeft       FlowEnd = "left"       // the customer wrote about something else after service had ended
	FlowBlocked    FlowEnd = "blocked"    // the contact was
	FlowInboxOff   FlowEnd = "inbox_off"  // the inbox was switched off
	FlowDeleted    FlowEnd = "deleted"    // the flow was
	FlowEndless    FlowEnd = "endless"    // it took a thousand steps
	FlowRunsFailed FlowEnd = "failed"     // the flow it runs is not one that this version understands
)

// FlowTrace is one entry of the path that a run took.
type FlowTrace struct {
	At   time.Time     `json:"at"`
	Step string        `json:"step,omitempty"`
	What FlowTraceKind `json:"what"`
	Text string        `json:"text,omitempty"` // the answer, where it went, what was wrong
}

// FlowTraceKind says what happened at a step.
type FlowTraceKind string

const (
	FlowSaid     FlowTraceKind = "said"
	FlowAsked    FlowTraceKind = "asked"
	FlowAnswered FlowTraceKind = "answered" // Text is the answer
	FlowWrong    FlowTraceKind = "wrong"    // Text is the answer
	FlowGaveUp   FlowTraceKind = "gave_up"
	FlowLate     FlowTraceKind = "timed_out"
	FlowTook     FlowTraceKind = "took" // Text is the next step
	FlowDid      FlowTraceKind = "did"  // what the step is for
	FlowCalled   FlowTraceKind = "called"
	FlowGot      FlowTraceKind = "got"   // the answer of a webhook; Text is its status
	FlowFault    FlowTraceKind = "error" // Text says what went wrong; the flow went on
	FlowWaited   FlowTraceKind = "waits"
	FlowOver     FlowTraceKind = "over" // Text is the FlowEnd
)

// FlowRun is one run of a flow on a conversation, of which at most one is not
// over. It goes by the flow as it was when the run began. It is deleted with the
// conversation.
type FlowRun struct {
	Account      AccountID
	ID           FlowRunID
	Flow         FlowID // which may be gone
	Conversation ConversationID
	Kind         FlowKind
	Steps        []FlowStep // nil once it is over

	Step      string         // where it stands, or ended
	Waits     FlowWait       // what it waits for; "" = it is over
	Asked     MessageID      // the last question
	Tries     int            // wrong answers to it
	Visits    int            // steps so far
	Variables map[string]any // texts, numbers and booleans
	Path      []FlowTrace    // the last 500 things that happened, oldest first
	Deadline  time.Time      // when it goes on by itself; zero = never
	Reason    FlowEnd        // why it is over; "" = it is not

	StartedAt time.Time
	EndedAt   time.Time // zero = it is not over
	Version   int64
}

// Flows is the service for flows.
type Flows struct{ d *Desk }

// FlowInput is what a flow is made of; in an update nil leaves a field alone.
type FlowInput struct {
	Name, Description *string
	Active            *bool // nil on create = true
	Steps             []FlowStep
}

func loadFlow(u *unit, id int64) (*Flow, error) { return u.tx.Flows().Get(u.ctx, FlowID(id)) }

// List returns the account's flows, oldest first.
func (s Flows) List(ctx context.Context) ([]*Flow, error) {
	return read(ctx, s.d, func(u *unit) ([]*Flow, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Flows(), FlowFilter{})
	})
}

// Get returns one flow.
func (s Flows) Get(ctx context.Context, id FlowID) (*Flow, error) {
	return read(ctx, s.d, func(u *unit) (*Flow, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.Flows().Get(u.ctx, id)
	})
}

// Create adds a flow. All that is wrong with its steps is named at once, each
// under "steps." and the step's id.
func (s Flows) Create(ctx context.Context, in FlowInput) (*Flow, error) {
	return change(ctx, s.d, loadFlow, func(u *unit) (*Flow, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		f := &Flow{Account: u.actor.account, Active: true, CreatedAt: u.now}
		if in.Steps == nil {
			in.Steps = []FlowStep{}
		}
		if err := u.applyFlow(f, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Flows().Insert(u.ctx, f); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(f.ID)})
		return f, int64(f.ID), record(u, "flow", int64(f.ID), nil, f)
	})
}

// Update changes a flow. What runs goes on as the flow was when it began.
func (s Flows) Update(ctx context.Context, id FlowID, in FlowInput) (*Flow, error) {
	return change(ctx, s.d, loadFlow, func(u *unit) (*Flow, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		f, err := u.tx.Flows().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *f
		if err := u.applyFlow(f, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Flows().Update(u.ctx, f); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return f, int64(id), record(u, "flow", int64(id), &before, f)
	})
}

func (u *unit) applyFlow(f *Flow, in FlowInput) error {
	p := problems{}
	setText(p, &f.Name, in.Name, "name", 255)
	setText(p, &f.Description, in.Description, "description", 20_000)
	setBool(&f.Active, in.Active)
	p.add(f.Name == "", "name", "can't be blank")
	if in.Steps != nil {
		f.Steps = u.checkSteps(p, in.Steps)
	}
	f.UpdatedAt = u.now
	return p.err()
}

// Delete removes a flow and takes it off its inboxes. Its runs end, by a job,
// and what they held goes to people.
func (s Flows) Delete(ctx context.Context, id FlowID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		f, err := u.tx.Flows().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.tx.Flows().Delete(u.ctx, id); err != nil {
			return err
		}
		u.enqueue(&Job{Kind: jobFlowDrop, Args: args(flowDropArgs{id})})
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return record(u, "flow", int64(id), f, nil)
	})
}

// Runs returns runs, newest first. Those of one conversation are for whoever sees
// it, others for administrators.
func (s Flows) Runs(ctx context.Context, f FlowRunFilter, p Page) ([]*FlowRun, error) {
	return read(ctx, s.d, func(u *unit) ([]*FlowRun, error) {
		if f.Conversation == 0 {
			if err := u.may(EditSettings); err != nil {
				return nil, err
			}
		} else if err := u.mayReadRuns(f.Conversation); err != nil {
			return nil, err
		}
		return u.tx.FlowRuns().List(u.ctx, f, p)
	})
}

// Run returns one run, to whoever sees its conversation.
func (s Flows) Run(ctx context.Context, id FlowRunID) (*FlowRun, error) {
	return read(ctx, s.d, func(u *unit) (*FlowRun, error) {
		r, err := u.tx.FlowRuns().Get(u.ctx, id)
		if err == nil {
			err = u.mayReadRuns(r.Conversation)
		}
		return orNil(r, err)
	})
}

// mayReadRuns asks whether the actor sees a conversation, and is no customer.
func (u *unit) mayReadRuns(id ConversationID) error {
	if err := u.may(ReadSettings); err != nil {
		return err
	}
	c, err := u.tx.Conversations().Get(u.ctx, id)
	if err != nil {
		return err
	}
	return u.mayConversation(ReadConversation, c)
}
