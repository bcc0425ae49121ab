package store

import (
	"context"
	"sync"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// COState is what nearly every write of a CO must know of it and what rarely changes.
type COState struct {
	// Types are the active extended types, nil where the CO has too many to keep.
	Types map[comity.ExtendedType]bool
	// Automatic are the ids of the CO's own groups with automatic members, by their type.
	Automatic map[string]int64
	// Nested says that groups of the CO are nested.
	Nested bool
	// targets says that the CO has provisioning targets, groupTargets that it has targets that receive groups.
	targets, groupTargets bool
}

// coStates are the states of COs that the program has read, each with its version. Triggers give a CO another version
// with each change of what its state is made from, and no version is given twice.
type coStates struct {
	mu   sync.Mutex
	byCO map[int64]versioned
}

type versioned struct {
	version int64
	state   *COState
}

const (
	// maxStates is how many states are kept, maxTypes how many types of one CO.
	maxStates = 1000
	maxTypes  = 1000
)

func (s *coStates) get(co, version int64) *COState {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.byCO[co]; ok && v.version == version {
		return v.state
	}
	return nil
}

func (s *coStates) put(co, version int64, state *COState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byCO == nil || len(s.byCO) >= maxStates {
		s.byCO = map[int64]versioned{}
	}
	s.byCO[co] = versioned{version, state}
}

// enteredStates are the states of the COs that a transaction has entered.
type enteredStates map[int64]*COState

// StateOf returns the state of a CO that the transaction has entered. It is nil where the transaction has not, or has
// itself changed something that a state is made from.
func StateOf(tx *db.Tx, co int64) *COState {
	if tx.Changes(comity.CoExtendedType.Resource, comity.CoGroup.Resource, comity.CoGroupNesting.Resource) > 0 || *db.Local[addsToState](tx) {
		return nil
	}
	return (*db.Local[enteredStates](tx))[co]
}

// addsToState says that the transaction has added a group or nesting, which is not counted as a change of one.
type addsToState bool

// versionOf is the query of the version of the CO %s; it has no row where the state never changed.
const versionOf = `SELECT version FROM co_versions WHERE co_id = %s`

// enterState reads the state of a CO for the transaction, unless it is known by its version.
func enterState(ctx context.Context, tx *db.Tx, co, version int64) error {
	states := db.Shared[coStates](tx)
	state := states.get(co, version)
	if state == nil {
		var err error
		if state, err = readState(ctx, tx, co); err != nil {
			return err
		}
		states.put(co, version, state)
	}
	entered := db.Local[enteredStates](tx)
	if *entered == nil {
		*entered = enteredStates{}
	}
	(*entered)[co] = state
	queue.Entered(tx, state.targets, state.groupTargets)
	if state.targets {
		return tx.Apart()
	}
	return nil
}

// targetsOfCO are the SQL conditions that the CO $1 has targets, and that it has targets that receive groups. No
// deliveries are enqueued for a CO without targets.
const targetsOfCO = `EXISTS (SELECT 1 FROM co_provisioning_targets s WHERE s.co_id = $1),
	EXISTS (SELECT 1 FROM co_provisioning_targets s WHERE s.co_id = $1 AND s.include_groups)`

// readState reads the state of a CO, after its version: a change in between has another version.
func readState(ctx context.Context, tx *db.Tx, co int64) (*COState, error) {
	s := &COState{Types: map[comity.ExtendedType]bool{}, Automatic: map[string]int64{}}
	t := comity.CoExtendedType
	types, err := List(ctx, tx, t.Resource, 0, maxTypes+1, Equal("co_id", co), Equal(t.Status.Column, comity.Active))
	if err != nil {
		return nil, err
	}
	for _, rec := range types {
		s.Types[comity.ExtendedType{Attribute: rec.Text(t.Attribute), Name: rec.Text(t.Name)}] = true
	}
	if len(types) > maxTypes {
		s.Types = nil
	}
	g := comity.CoGroup
	groups, err := List(ctx, tx, g.Resource, 0, maxTypes, Equal("co_id", co), Equal(g.Auto.Column, true), IsNull(g.CouId.Column))
	if err != nil {
		return nil, err
	}
	for _, rec := range groups {
		s.Automatic[rec.Text(g.GroupType)] = rec.Id
	}
	return s, tx.Query(ctx, `SELECT EXISTS (SELECT 1 FROM co_group_nestings n WHERE n.co_id = $1), `+targetsOfCO, db.Args{co}, func(r *db.Row) error {
		s.Nested, s.targets, s.groupTargets = r.Bool(), r.Bool(), r.Bool()
		return nil
	})
}
