package helpdesk

import (
	"context"
	"slices"
	"sync"
	"time"
)

// config is one account's configuration at one ConfigVersion: everything that
// changes rarely and is asked for with every message. It is immutable, so it
// can be shared by transactions.
type config struct {
	account      *Account
	agents       map[AgentID]*Agent
	roles        map[RoleID]*CustomRole
	teams        map[TeamID]*Team
	teamMembers  map[TeamID][]AgentID
	inboxes      map[InboxID]*Inbox
	inboxMembers map[InboxID][]AgentID
	inboxesOf    map[AgentID][]InboxID
	labels       map[LabelID]*Label
	labelByTitle map[string]*Label
	attributes   []*AttributeDefinition
	webhooks     []*Webhook
	policies     map[PolicyID]*AssignmentPolicy
	groups       map[ChannelGroupID]*ChannelGroup
	groupsOf     map[InboxID][]int // channel groups of each inbox that is in one
	bots         map[AgentID]*Bot  // that are members, the installation's among them
	flows        map[FlowID]*Flow
	rules        map[EventKind][]*liveRule // those that are switched on, in their order
	zone         *time.Location            // the account's; UTC where it names none
	words        optWords                  // by which customers stop messages

	// The hours of whoever has them switched on.
	inboxHours map[InboxID]*schedule
	teamHours  map[TeamID]*schedule
	agentHours map[AgentID]*schedule
}

// configCache keeps snapshots. A snapshot is used only when its version is the
// one the transaction reads from the account's row, so it is never stale.
type configCache struct {
	mu   sync.Mutex
	seen map[AccountID]*config
}

// maxConfigs bounds the cache; beyond it an arbitrary account is forgotten.
const maxConfigs = 1000

// config returns the account's configuration as of this transaction: one
// statement when it is cached. It does not cache what it reads: in a group
// commit that may be a neighbour's, and never come to be. Whoever calls it
// remembers it once the transaction has succeeded.
func (e *Engine) config(ctx context.Context, tx Tx) (*config, error) {
	account, err := tx.Account(ctx)
	if err != nil {
		return nil, err
	}
	e.configs.mu.Lock()
	cfg := e.configs.seen[account.ID]
	e.configs.mu.Unlock()
	if cfg != nil && cfg.account.ConfigVersion == account.ConfigVersion && cfg.account.Version == account.Version {
		return cfg, nil
	}
	return loadConfig(ctx, tx, account)
}

// remember caches a snapshot that a successful transaction has read.
func (c *configCache) remember(cfg *config) {
	if cfg == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id := cfg.account.ID
	if c.seen[id] == cfg {
		return
	}
	if c.seen == nil || len(c.seen) >= maxConfigs {
		c.seen = make(map[AccountID]*config)
	}
	c.seen[id] = cfg
}

// reload makes the unit see its own change of the configuration, for what
// follows from it in the same commit. The cache is left alone.
func (u *unit) reload() error {
	account, err := u.tx.Account(u.ctx)
	if err != nil {
		return err
	}
	u.cfg, err = loadConfig(u.ctx, u.tx, account)
	return err
}

func loadConfig(ctx context.Context, tx Tx, account *Account) (*config, error) {
	cfg := &config{account: account}
	var err error
	if cfg.agents, err = index(ctx, tx.Agents(), AgentFilter{}, func(a *Agent) AgentID { return a.ID }); err != nil {
		return nil, err
	}
	if cfg.roles, err = index(ctx, tx.Roles(), RoleFilter{}, func(r *CustomRole) RoleID { return r.ID }); err != nil {
		return nil, err
	}
	if cfg.teams, err = index(ctx, tx.Teams(), TeamFilter{}, func(t *Team) TeamID { return t.ID }); err != nil {
		return nil, err
	}
	if cfg.inboxes, err = index(ctx, tx.Inboxes(), InboxFilter{}, func(i *Inbox) InboxID { return i.ID }); err != nil {
		return nil, err
	}
	if cfg.policies, err = index(ctx, tx.AssignmentPolicies(), AssignmentPolicyFilter{}, func(p *AssignmentPolicy) PolicyID { return p.ID }); err != nil {
		return nil, err
	}
	if cfg.groups, err = index(ctx, tx.ChannelGroups(), ChannelGroupFilter{}, func(g *ChannelGroup) ChannelGroupID { return g.ID }); err != nil {
		return nil, err
	}
	if cfg.labels, err = index(ctx, tx.Labels(), LabelFilter{}, func(l *Label) LabelID { return l.ID }); err != nil {
		return nil, err
	}
	if cfg.attributes, err = all(ctx, tx.Attributes(), AttributeFilter{}); err != nil {
		return nil, err
	}
	if cfg.webhooks, err = all(ctx, tx.Webhooks(), WebhookFilter{}); err != nil {
		return nil, err
	}
	bots, err := tx.Bots().Members(ctx)
	if err != nil {
		return nil, err
	}
	cfg.bots = make(map[AgentID]*Bot, len(bots))
	for _, b := range bots {
		cfg.bots[b.ID] = b
	}
	if cfg.flows, err = index(ctx, tx.Flows(), FlowFilter{}, func(f *Flow) FlowID { return f.ID }); err != nil {
		return nil, err
	}
	active := true
	rules, err := all(ctx, tx.Rules(), RuleFilter{Active: &active})
	if err != nil {
		return nil, err
	}
	cfg.rules = make(map[EventKind][]*liveRule, len(RuleEvents()))
	for _, r := range rules {
		cfg.rules[r.Event] = append(cfg.rules[r.Event], &liveRule{Rule: r})
	}
	if cfg.teamMembers, err = tx.TeamMembers().All(ctx); err != nil {
		return nil, err
	}
	if cfg.inboxMembers, err = tx.InboxMembers().All(ctx); err != nil {
		return nil, err
	}
	cfg.derive()
	return cfg, nil
}

func (c *config) derive() {
	var err error
	if c.zone, err = time.LoadLocation(c.account.Timezone); err != nil {
		c.zone = time.UTC
	}
	c.deriveHours()
	c.words = c.account.optWords()
	c.deriveGroups()
	c.inboxesOf = make(map[AgentID][]InboxID)
	for inbox, members := range c.inboxMembers {
		for _, m := range members {
			c.inboxesOf[m] = append(c.inboxesOf[m], inbox)
		}
	}
	for _, ids := range c.inboxesOf {
		slices.Sort(ids)
	}
	c.labelByTitle = make(map[string]*Label, len(c.labels))
	for _, l := range c.labels {
		c.labelByTitle[l.Title] = l
	}
}

// all reads a whole list, page by page.
func all[ID ~int64, T, F any](ctx context.Context, r Repo[ID, T, F], f F) ([]*T, error) {
	var out []*T
	for {
		page, err := r.List(ctx, f, Page{Limit: MaxPage, Offset: len(out)})
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if len(page) < MaxPage {
			return out, nil
		}
	}
}

func index[ID ~int64, T, F any](ctx context.Context, r Repo[ID, T, F], f F, id func(*T) ID) (map[ID]*T, error) {
	rows, err := all(ctx, r, f)
	if err != nil {
		return nil, err
	}
	out := make(map[ID]*T, len(rows))
	for _, row := range rows {
		out[id(row)] = row
	}
	return out, nil
}

// scopeOf is the visibility predicate of an agent (FEATURES A3, A4).
func (c *config) scopeOf(a *Agent) Scope {
	s := Scope{Agent: a.ID, Inboxes: c.inboxesOf[a.ID]}
	switch a.Role {
	case Administrator:
		return Scope{All: true, Agent: a.ID}
	case Supervisor, AgentRole:
		s.Own, s.Free, s.Others = true, true, true
	case Assistant:
		s.Own, s.Free = true, true
	case CustomRoled:
		role := c.roles[a.Custom]
		if role == nil {
			return s // sees nothing
		}
		if role.Permissions&ManageAll != 0 {
			return Scope{All: true, Agent: a.ID}
		}
		s.Own = role.Permissions&(ManageUnassigned|ManageOthers|ManageParticipating) != 0
		s.Free = role.Permissions&ManageUnassigned != 0
		s.Others = role.Permissions&ManageOthers != 0
		s.Part = role.Permissions&ManageParticipating != 0
	}
	return s
}

// assignable reports whether conversations of the inbox may be assigned to the
// agent: its members and the account's administrators (FEATURES E1).
func (c *config) assignable(inbox InboxID, id AgentID) bool {
	a := c.agents[id]
	return a != nil && (a.Role == Administrator || slices.Contains(c.inboxMembers[inbox], id))
}

func (c *config) labelTitles(ids []LabelID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		if l := c.labels[id]; l != nil {
			out = append(out, l.Title)
		}
	}
	slices.Sort(out)
	return out
}
