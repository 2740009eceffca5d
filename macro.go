package helpdesk

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"
)

// MacroVisibility says who sees and runs a macro.
type MacroVisibility string

const (
	PersonalMacro MacroVisibility = "personal" // its owner alone
	GlobalMacro   MacroVisibility = "global"   // everybody; administrators alone make and change it
)

// Macro is a list of actions that an agent runs on conversations.
type Macro struct {
	Account    AccountID
	ID         MacroID
	Name       string
	Visibility MacroVisibility
	Actions    []RuleAction
	Files      []KeptFile // what the actions send
	CreatedBy  AgentID    // the owner of a personal macro; 0 = the host
	UpdatedBy  AgentID

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Macros is the service for macros. An actor sees the global ones and their own.
type Macros struct{ d *Desk }

// MacroInput is what a macro is made of; in an update nil leaves a field alone.
type MacroInput struct {
	Name       *string
	Visibility MacroVisibility // "" on create = personal; always personal for who is no administrator
	Actions    []RuleAction
	Files      FileChange
}

// maxMacroRun is how many conversations one run of a macro takes.
const maxMacroRun = 1000

func loadMacro(u *unit, id int64) (*Macro, error) { return u.tx.Macros().Get(u.ctx, MacroID(id)) }

func macroFiles(m *Macro) []KeptFile { return m.Files }

// macro loads a macro that the actor sees and may do a with.
func (u *unit) macro(a Action, id MacroID) (*Macro, error) {
	if err := u.may(a); err != nil {
		return nil, err
	}
	m, err := u.tx.Macros().Get(u.ctx, id)
	if err == nil && !u.seesMacro(m) {
		err = notFound("macro")
	}
	if err == nil && a == EditMacro && m.Visibility == GlobalMacro {
		err = u.may(EditSettings)
	}
	return orNil(m, err)
}

func (u *unit) seesMacro(m *Macro) bool {
	return m.Visibility == GlobalMacro || u.self == nil || m.CreatedBy == u.self.ID
}

// List returns the macros the actor sees, by name.
func (s Macros) List(ctx context.Context) ([]*Macro, error) {
	return read(ctx, s.d, func(u *unit) ([]*Macro, error) {
		if err := u.may(RunMacro); err != nil {
			return nil, err
		}
		found, err := all(u.ctx, u.tx.Macros(), MacroFilter{VisibleTo: u.selfID()})
		slices.SortStableFunc(found, func(a, b *Macro) int { return cmp.Compare(fold(a.Name), fold(b.Name)) })
		return found, err
	})
}

// Get returns one macro.
func (s Macros) Get(ctx context.Context, id MacroID) (*Macro, error) {
	return read(ctx, s.d, func(u *unit) (*Macro, error) {
		if err := u.may(RunMacro); err != nil {
			return nil, err
		}
		return u.macro(RunMacro, id)
	})
}

// OpenFile returns the bytes of a macro's file. The caller closes it.
func (s Macros) OpenFile(ctx context.Context, id MacroID, key string) (KeptFile, io.ReadSeekCloser, error) {
	m, err := s.Get(ctx, id)
	if err != nil {
		return KeptFile{}, nil, err
	}
	return s.d.e.openKept(ctx, m.Files, key)
}

// Create adds a macro. Who is no administrator makes a personal one, whatever
// they ask for.
func (s Macros) Create(ctx context.Context, in MacroInput) (*Macro, error) {
	return keeping(ctx, s.d, &in.Files, macroFiles, func() (*Macro, error) {
		return change(ctx, s.d, loadMacro, func(u *unit) (*Macro, int64, error) {
			if err := u.may(EditMacro); err != nil {
				return nil, 0, err
			}
			m := &Macro{Account: u.actor.account, Visibility: PersonalMacro, CreatedBy: u.selfID(), CreatedAt: u.now}
			if in.Actions == nil {
				in.Actions = []RuleAction{}
			}
			if err := u.applyMacro(m, in); err != nil {
				return nil, 0, err
			}
			if err := u.tx.Macros().Insert(u.ctx, m); err != nil {
				return nil, 0, err
			}
			return m, int64(m.ID), record(u, "macro", int64(m.ID), nil, m)
		})
	})
}

// Update changes a macro. An administrator who makes a global one personal
// becomes its owner.
func (s Macros) Update(ctx context.Context, id MacroID, in MacroInput) (*Macro, error) {
	return keeping(ctx, s.d, &in.Files, macroFiles, func() (*Macro, error) {
		return change(ctx, s.d, loadMacro, func(u *unit) (*Macro, int64, error) {
			if err := u.may(EditMacro); err != nil {
				return nil, 0, err
			}
			m, err := u.macro(EditMacro, id)
			if err != nil {
				return nil, 0, err
			}
			before := *m
			if err := u.applyMacro(m, in); err != nil {
				return nil, 0, err
			}
			if err := u.tx.Macros().Update(u.ctx, m); err != nil {
				return nil, 0, err
			}
			return m, int64(id), record(u, "macro", int64(id), &before, m)
		})
	})
}

func (u *unit) applyMacro(m *Macro, in MacroInput) error {
	p := problems{}
	setText(p, &m.Name, in.Name, "name", 255)
	p.add(m.Name == "", "name", "can't be blank")
	p.add(!slices.Contains([]MacroVisibility{"", PersonalMacro, GlobalMacro}, in.Visibility), "visibility", "must be personal or global")
	was := m.Visibility
	if in.Visibility != "" && u.may(EditSettings) == nil {
		m.Visibility = in.Visibility
	}
	if was == GlobalMacro && m.Visibility == PersonalMacro {
		m.CreatedBy = u.selfID()
	}
	m.Files = u.keep(p, m.Files, in.Files)
	u.setActions(p, &m.Actions, in.Actions, m.Files)
	m.UpdatedBy, m.UpdatedAt = u.selfID(), u.now
	return p.err()
}

// Delete removes a macro. A run that has begun ends with the conversation it is at.
func (s Macros) Delete(ctx context.Context, id MacroID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditMacro); err != nil {
			return err
		}
		m, err := u.macro(EditMacro, id)
		if err != nil {
			return err
		}
		if err := u.tx.Macros().Delete(u.ctx, id); err != nil {
			return err
		}
		u.dropKept(m.Files)
		return record(u, "macro", int64(id), m, nil)
	})
}

// Execute runs a macro on conversations, at most 1000, by a job: in the name of
// the actor, with what they may do when it runs. Conversations they do not see
// are left out, and so is an action that is refused.
func (s Macros) Execute(ctx context.Context, id MacroID, conversations ...DisplayID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(RunMacro); err != nil {
			return err
		}
		m, err := u.macro(RunMacro, id)
		if err != nil {
			return err
		}
		if len(conversations) > maxMacroRun {
			return problems{"conversation_ids": "are too many (maximum is 1000)"}.err()
		}
		if len(conversations) == 0 {
			return nil
		}
		u.enqueue(&Job{Kind: jobMacroRun, Lane: Bulk, Args: args(macroArgs{m.ID, newToken(), u.actor.ref, conversations})})
		return nil
	})
}

// dropMacros removes the files of the personal macros of an agent who leaves;
// the macros go with the agent.
func (u *unit) dropMacros(agent AgentID) error {
	own, err := all(u.ctx, u.tx.Macros(), MacroFilter{Owner: agent})
	for _, m := range own {
		u.dropKept(m.Files)
	}
	return err
}
