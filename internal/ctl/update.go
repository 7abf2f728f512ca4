package ctl

import (
	"context"
	"slices"
	"strings"

	"supervisord/internal/control"
)

// update rereads the configuration file and makes it so, for all groups or those named.
func (s *session) update(ctx context.Context, c call) (int, error) {
	return s.updateAndSay(ctx, c, "")
}

// updateAndSay is update that says none if nothing differs.
func (s *session) updateAndSay(ctx context.Context, c call, none string) (int, error) {
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	code, err := s.updateGroups(ctx, c, none)
	if err != nil && ctx.Err() != nil {
		return s.abandon(ctx, action{doing: "with what it has begun"}, nil), nil
	}
	return code, err
}

func (s *session) updateGroups(ctx context.Context, c call, none string) (int, error) {
	s.expectResults()
	diff, err := s.api.Reread(ctx)
	if hasCode(err, control.ShutdownState) {
		return s.complain("ERROR: already shutting down"), nil
	}
	if err != nil {
		return exitGeneric, err
	}
	code, some := exitOK, len(c.args) > 0 && !slices.Contains(c.args, "all")
	if some {
		if code, err = s.checkGroups(ctx, diff, c.args); err != nil {
			return code, err
		}
		others := func(group string) bool { return !slices.Contains(c.args, group) }
		diff.Added = slices.DeleteFunc(diff.Added, others)
		diff.Changed = slices.DeleteFunc(diff.Changed, others)
		diff.Removed = slices.DeleteFunc(diff.Removed, others)
	}
	groups := slices.Concat(diff.Added, diff.Changed, diff.Removed)
	if len(groups) == 0 && some {
		return code, nil
	}
	names := groups
	if !some {
		names = nil // the sections of the daemon too, which reread says nothing of
	}
	next, err := s.updateExactly(ctx, names, none)
	if hasCode(err, control.UnknownMethod) { // a Python Supervisor
		if len(groups) == 0 {
			s.say(none)
		}
		next, err = s.carryOut(ctx, diff)
	}
	return last(code, next), err
}

// say prints a text, unless the output is JSON.
func (s *session) say(text string) {
	if s.doc == nil {
		s.printf("%s", text)
	}
}

// updateExactly has the supervisor carry the difference out, for the groups named or all.
// It says none if there is none.
func (s *session) updateExactly(ctx context.Context, groups []string, none string) (int, error) {
	erase, err := s.drawUpdate(ctx)
	if err != nil {
		return exitGeneric, err
	}
	plan, err := s.api.Update(ctx, groups)
	erase()
	if err != nil {
		return exitGeneric, err
	}
	if s.doc != nil {
		if len(plan.Groups) > 0 {
			s.doc.Plan = toJSONPlan(plan)
		}
		s.doc.Sections, s.doc.Needed = toJSONSections(plan), toJSONNeeded(plan)
	}
	if differs := len(plan.Groups)+len(plan.Sections)+len(plan.Needed) > 0; !differs {
		s.say(none)
	}
	code := exitOK
	for _, sec := range plan.Sections {
		code = last(code, s.tellSection(sec))
	}
	for _, fate := range []control.Fate{control.GroupRemoved, control.GroupChanged, control.GroupAdded} { // Python's order
		for _, g := range plan.Groups {
			if g.Fate == fate {
				code = last(code, s.tellUpdated(g, plan))
			}
		}
	}
	if s.showsDetails() {
		s.printNeeded(plan)
	}
	return code, nil
}

// updated are Python's words for what became of a group.
var updated = map[control.Fate]string{
	control.GroupAdded: "added", control.GroupRemoved: "removed", control.GroupChanged: "updated",
}

// tellSection tells what became of a section of the daemon, on a terminal with all details.
func (s *session) tellSection(sec control.SectionPlan) int {
	name := "[" + sec.Name + "]"
	about := result{Name: name}
	if sec.Problem != "" {
		s.tell(about.failed("has problems: "+sec.Problem), name+": has problems; not "+updated[sec.Fate]+": "+sec.Problem)
		return exitGeneric
	}
	if sec.Applied() {
		s.tell(about.done(updated[sec.Fate]), name+": "+updated[sec.Fate])
	}
	if left := sec.AfterRestart(); len(left) > 0 {
		words := "needs a restart of the daemon: " + strings.Join(left, ", ")
		s.tell(about.done(words), name+": "+words)
	}
	if s.showsDetails() {
		s.printChanges("  ", sec.Changes)
	}
	return exitOK
}

// showsDetails reports whether people read what an update has done.
func (s *session) showsDetails() bool {
	_, people := s.env.Terminal()
	return people && s.doc == nil
}

// tellUpdated tells what became of a group, on a terminal with all details.
func (s *session) tellUpdated(g control.GroupPlan, plan control.Plan) int {
	about := groupResult(g.Name)
	if g.Fate == control.GroupRemoved || g.Whole && g.Problem == "" {
		s.tell(about.done("stopped"), g.Name+": stopped")
	}
	if g.Problem != "" {
		s.tell(about.failed("has problems: "+g.Problem), g.Name+": has problems; not "+updated[g.Fate]+": "+g.Problem)
		return exitGeneric
	}
	s.tell(about.done(updated[g.Fate]), g.Name+": "+updated[g.Fate]+" process group")
	if s.showsDetails() {
		s.printDetails(g, reasons(plan))
	}
	return exitOK
}

// drawUpdate shows how far an update is with what it stops, until erase is called.
func (s *session) drawUpdate(ctx context.Context) (erase func(), err error) {
	if !s.display().moves || s.doc != nil {
		return func() {}, nil
	}
	plan, err := s.api.Plan(ctx)
	if hasCode(err, control.UnknownMethod) {
		return func() {}, nil
	}
	var names []string
	for _, g := range plan.Groups {
		for _, p := range g.Processes {
			if p.Step == control.StepStop || p.Step == control.StepRestart {
				names = append(names, g.Selector(p.Name).String())
			}
		}
	}
	return s.draw(ctx, s.stopAction(call{}), names), err
}

// expectResults makes a list of results part of the JSON, even if there are none.
func (s *session) expectResults() {
	if s.doc != nil && s.doc.Results == nil {
		s.doc.Results = []result{}
	}
}

// checkGroups reports the names that are no group, neither of what runs nor of the file.
func (s *session) checkGroups(ctx context.Context, diff control.Diff, names []string) (int, error) {
	infos, err := s.api.Status(ctx, control.All())
	if err != nil {
		return exitGeneric, err
	}
	code := exitOK
	for _, name := range names {
		active := slices.ContainsFunc(infos, func(i control.Info) bool { return i.Group == name })
		if !active && !slices.Contains(diff.Added, name) {
			s.tell(groupResult(name).failed("no such group"), "ERROR: no such group: "+name)
			code = exitGeneric
		}
	}
	return code, nil
}

func (s *session) carryOut(ctx context.Context, diff control.Diff) (int, error) {
	code := exitOK
	for _, group := range slices.Concat(diff.Removed, diff.Changed) {
		next, err := s.retire(ctx, group)
		if err != nil || ctx.Err() != nil {
			return next, err
		}
		if code = last(code, next); next != exitOK {
			continue
		}
		if slices.Contains(diff.Removed, group) {
			s.tell(groupResult(group).done("removed"), group+": removed process group")
			continue
		}
		if err := s.api.AddGroup(ctx, group); err != nil {
			return exitGeneric, err
		}
		s.tell(groupResult(group).done("updated"), group+": updated process group")
	}
	for _, group := range diff.Added {
		if err := s.api.AddGroup(ctx, group); err != nil {
			return exitGeneric, err
		}
		s.tell(groupResult(group).done("added"), group+": added process group")
	}
	return code, nil
}

// retire stops a group and removes it. The code is not exitOK if that could not be done,
// which it has told.
func (s *session) retire(ctx context.Context, group string) (code int, err error) {
	sel := control.OfGroup(group)
	a := s.stopAction(call{})
	erase := s.draw(ctx, a, []string{sel.String()})
	results, err := s.api.Stop(ctx, sel, control.WaitDone)
	erase()
	if err != nil && ctx.Err() != nil {
		return s.abandon(ctx, a, []string{sel.String()}), nil
	}
	if err != nil {
		return exitGeneric, err
	}
	s.tell(groupResult(group).done("stopped"), group+": stopped")
	if slices.ContainsFunc(results, func(r control.Result) bool { return r.Fault != nil }) {
		s.tell(groupResult(group).failed("has problems; not removing"), group+": has problems; not removing")
		return exitGeneric, nil
	}
	if err := s.api.RemoveGroup(ctx, group); err != nil {
		return exitGeneric, err
	}
	_ = s.out.Flush()        // what is done is shown before the next takes its time
	return exitOK, ctx.Err() // what is left to be done would only fail
}
