package signin

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Membership is a CO in which a login identifier belongs to a person.
type Membership struct {
	CoId, PersonId int64
	// CoName is the CO's name.
	CoName string
}

// peopleOf returns the ids of the people of memberships, ascending.
func peopleOf(list []Membership) []int64 {
	var people []int64
	for _, m := range list {
		people = append(people, m.PersonId)
	}
	slices.Sort(people)
	return people
}

var apiUserName = regexp.MustCompile(`^co_[0-9]+\.`)

// isLogin says whether a text can be a login identifier. One that looks like an API user's name cannot, as
// the history would confuse the two.
func isLogin(login string) bool { return login != "" && !apiUserName.MatchString(login) }

// maxLoginCOs and maxLoginPerCO bound in how many COs a login is looked up, and for how many people in each.
const (
	maxLoginCOs   = 200
	maxLoginPerCO = 20
)

// Memberships returns the COs in which a login identifier is that of an active person, in order of the COs'
// ids.
func (s *Service) Memberships(ctx context.Context, login string) (list []Membership, err error) {
	if !isLogin(login) {
		return nil, nil
	}
	err = s.store.Read(ctx, func(tx *db.Tx) error {
		found, err := store.LoginPeople(ctx, tx, login, comity.ActiveStatuses(), maxLoginPerCO, maxLoginCOs)
		list = nil
		for _, p := range found {
			list = append(list, Membership(p))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for a login: %w", err)
	}
	return list, nil
}

// SessionMemberships returns the Memberships of a session's login identifier. If the identifier has gone from
// one person to another, it ends the session and returns an Unauthorised error.
func (s *Service) SessionMemberships(ctx context.Context, session comity.Session) ([]Membership, error) {
	list, err := s.Memberships(ctx, session.Who)
	if err != nil {
		return nil, err
	}
	now := peopleOf(list)
	has := func(people []int64) func(int64) bool {
		return func(id int64) bool { return slices.Contains(people, id) }
	}
	came, went := slices.DeleteFunc(slices.Clone(now), has(session.People)), slices.DeleteFunc(slices.Clone(session.People), has(now))
	switch {
	case len(came) == 0:
		return list, nil
	case len(went) > 0:
		if err := s.EndSession(ctx, session); err != nil {
			return nil, fmt.Errorf("end the session of a login that went to somebody else: %w", err)
		}
		return nil, comity.Forbid()
	}
	all := append(came, session.People...)
	slices.Sort(all)
	err = s.store.Write(ctx, func(tx *db.Tx) error { return store.SetSessionPeople(ctx, tx, session.Digest, all) })
	if err != nil {
		return nil, fmt.Errorf("note whom a session is of: %w", err)
	}
	return list, nil
}

// CallerOf returns the caller that a login identifier is in one of their COs.
func (s *Service) CallerOf(ctx context.Context, login string, m Membership) (caller authz.Caller, err error) {
	err = s.store.Read(ctx, func(tx *db.Tx) error {
		rights, err := authz.RightsOf(ctx, tx, m.PersonId)
		caller = authz.ForPerson(login, m.CoId, m.PersonId, rights)
		return err
	})
	if err != nil {
		return caller, fmt.Errorf("read the rights of person %d: %w", m.PersonId, err)
	}
	return caller, nil
}
