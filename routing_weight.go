package helpdesk

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr/vm"
)

// RoutingEnv is everything that an assignment policy's expression can name. It is
// evaluated for each agent who is free, and gives that agent's weight: a number,
// or true for 1. Whoever weighs most is handed the conversation; 0 or less and
// false is not. As for rules there is nothing to call, and nothing is nil.
type RoutingEnv struct {
	Agent        RoutingAgent     `expr:"agent"`
	Conversation RuleConversation `expr:"conversation"`
	Contact      RuleContact      `expr:"contact"` // the conversation's
	Today        string           `expr:"today"`   // YYYY-MM-DD in the account's time zone
}

// RoutingAgent is an agent as an assignment policy sees them.
type RoutingAgent struct {
	ID       int      `expr:"id"`
	Name     string   `expr:"name"`
	Email    string   `expr:"email"`
	Role     string   `expr:"role"` // "administrator", "supervisor", "agent", "assistant", "custom"
	Skills   []string `expr:"skills"`
	Teams    []string `expr:"teams"`     // names of teams, lower case
	Open     int      `expr:"open"`      // conversations that are open, in all inboxes
	OpenHere int      `expr:"open_here"` // those in the conversation's inbox
	Limit    int      `expr:"limit"`     // of open ones: the agent's own, or the account's; 0 = none
	Idle     int      `expr:"idle"`      // seconds since the last hand-out in the inbox; since they joined, before the first
}

// scale weighs agents: what is the same for all agents of a conversation is made
// once.
type scale struct {
	machine vm.VM
	seen    RoutingEnv
	of      ConversationID
}

// weigh is the weight that a policy gives an agent, or why it gives none.
func (r *router) weigh(p *AssignmentPolicy, c *Conversation, one candidate) (float64, PassedOver, error) {
	program, fault := r.u.e.weights.get(p.Expression, guardedWeight)
	if fault == nil && r.scale.of != c.ID {
		if err := r.look(p, c); err != nil {
			return 0, PassedOver{}, err
		}
	}
	var weight float64
	if fault == nil {
		r.scale.seen.Agent = r.u.routingAgent(one)
		var out any
		if out, fault = r.scale.machine.Run(program, r.scale.seen); fault == nil {
			weight, fault = weightOf(out)
		}
	}
	over := PassedOver{Agent: one.agent.ID}
	switch {
	case fault != nil:
		over.Why, over.Error = PassedError, clip(fault.Error(), 200)
	case weight <= 0:
		over.Why, over.Weight = PassedWeight, weight
	}
	return weight, over, nil
}

// look reads what the expression sees of a conversation: of its contact only where
// the expression speaks of one.
func (r *router) look(p *AssignmentPolicy, c *Conversation) error {
	u := r.u
	env := RoutingEnv{Conversation: u.ruleConversation(c), Today: u.day(u.now)}
	if strings.Contains(p.Expression, "contact") {
		contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
		if err != nil {
			return err
		}
		env.Contact = u.ruleContact(contact)
	}
	r.scale.seen, r.scale.of = env, c.ID
	return nil
}

func (u *unit) routingAgent(one candidate) RoutingAgent {
	a, since := one.agent, one.load.HandedAt
	if since.IsZero() {
		since = a.CreatedAt
	}
	out := RoutingAgent{
		ID: int(a.ID), Name: a.Name, Email: a.Email, Role: string(a.Role), Skills: a.Skills,
		Open: one.load.Open, OpenHere: one.load.OpenHere, Limit: a.OpenLimit, Idle: int(seconds(u.now.Sub(since))),
	}
	if out.Limit == 0 {
		out.Limit = u.cfg.account.OpenLimit
	}
	for id, members := range u.cfg.teamMembers {
		if team := u.cfg.teams[id]; team != nil && slices.Contains(members, a.ID) {
			out.Teams = append(out.Teams, team.Name)
		}
	}
	slices.Sort(out.Teams)
	return out
}

var errNoWeight = errors.New("must give a number, or true or false")

func weightOf(v any) (float64, error) {
	switch v := reflect.ValueOf(v); v.Kind() { //nolint:exhaustive // the others are no numbers
	case reflect.Bool:
		if v.Bool() {
			return 1, nil
		}
		return 0, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(v.Int()), nil
	case reflect.Float32, reflect.Float64:
		if f := v.Float(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f, nil
		}
	}
	return 0, errNoWeight
}

// guardedWeight checks the expression of a policy under the bounds of rules, and
// compiles it. The error points at what is wrong.
func guardedWeight(source string) (*vm.Program, error) {
	if err := guardExpression(source); err != nil {
		return nil, err
	}
	p, err := compileOver(RoutingEnv{}, source, maxExprNodes)
	if err != nil {
		return nil, err
	}
	if t := p.Node().Type(); t != nil {
		switch t.Kind() {
		case reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64, reflect.Interface:
		default:
			return nil, fmt.Errorf("%w: this gives a %s", errNoWeight, t.Kind())
		}
	}
	return p, nil
}

// weighs reports whether a policy asks an expression.
func (v *AssignmentPolicy) weighs() bool { return v != nil && v.Order == Weighed }

// weighedAnew reports whether a change of a conversation that waits may give it to
// somebody.
func (u *unit) weighedAnew(c *Conversation) bool {
	return !c.QueuedAt.IsZero() && c.QueuedAt.Before(u.now) && u.cfg.policyOf(c.Inbox).weighs()
}
