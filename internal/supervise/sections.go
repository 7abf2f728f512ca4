package supervise

import (
	"supervisord/internal/config"
	"supervisord/internal/control"
)

// Sections are those parts of a configuration that are not of programs: the daemon's own,
// its servers and webhooks. Plan may be called from any goroutine, Prepare while no other
// exchange is under way.
type Sections interface {
	// Plan says what an update to a configuration does.
	Plan(next *config.Config) []control.SectionPlan
	// Prepare opens what a configuration needs beside what there is. On an error all is as
	// it was.
	Prepare(next *config.Config) (Exchange, error)
}

// Exchange is a change of the sections for which all is prepared: either it is abandoned,
// or it is made and finished.
type Exchange interface {
	// Abandon closes what was opened.
	Abandon()
	// Make puts what was opened to use, and says what was done.
	Make() []control.SectionPlan
	// Finish closes what is not used any more, after the moment that the answer to the
	// update may take.
	Finish()
}

// noExchange is that of an update which leaves the sections alone.
type noExchange struct{}

func (noExchange) Abandon()                    {}
func (noExchange) Make() []control.SectionPlan { return nil }
func (noExchange) Finish()                     {}

// prepareSections prepares the sections for an update of all groups; one of some groups is
// of no concern to them.
func (l *Loop) prepareSections(next *config.Config, groups []string) (Exchange, error) {
	if l.sections == nil || len(groups) > 0 {
		return noExchange{}, nil
	}
	x, err := l.sections.Prepare(next)
	if err != nil {
		return nil, control.NewFault(control.CantReread, err.Error())
	}
	return x, nil
}

// PlanSections says what an update from one configuration to another does to the sections.
func PlanSections(old, next *config.Config) []control.SectionPlan {
	var plans []control.SectionPlan
	for _, d := range config.DiffSections(old, next) {
		plans = append(plans, control.SectionPlan{Name: d.Name, Fate: fates[d.Fate], Changes: optionChanges(d.Changes)})
	}
	return plans
}
