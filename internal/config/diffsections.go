package config

import "slices"

// SectionDiff is how one of the sections that are not of programs differs between two
// configurations: [supervisord], a server, or a webhook.
type SectionDiff struct {
	Name string // as written: supervisord, inet_http_server:x, eventlistener:x
	Fate Fate
	// Changes are those of a section that is in both.
	Changes []Change
}

// Section returns the name of the webhook's section, without brackets.
func (w *Webhook) Section() string { return ListenerGroup.String() + ":" + w.Name }

// DiffSections returns the sections of the daemon itself that differ: [supervisord], unix
// servers, TCP servers and webhooks; of each kind those that are in next in its order,
// then those that are not. What [supervisord] has for programs is in their own options.
func DiffSections(old, next *Config) []SectionDiff {
	var diffs []SectionDiff
	changes := tableChanges(nil, supervisordOptions, &old.Supervisord, &next.Supervisord)
	changes = slices.DeleteFunc(changes, func(c Change) bool { return c.Option == environmentKey })
	if len(changes) > 0 {
		diffs = append(diffs, SectionDiff{"supervisord", Changed, changes})
	}
	diffs = append(diffs, diffList(old.UnixServers, next.UnixServers, func(u *UnixServer) string { return u.Section },
		func(a, b *UnixServer) []Change { return tableChanges(nil, unixServerOptions, a, b) })...)
	diffs = append(diffs, diffList(old.InetServers, next.InetServers, func(i *InetServer) string { return i.Section },
		func(a, b *InetServer) []Change { return tableChanges(nil, inetServerOptions, a.table(), b.table()) })...)
	return append(diffs, diffList(old.Webhooks, next.Webhooks, (*Webhook).Section, webhookChanges)...)
}

// environmentKey is the option of [supervisord] that the programs inherit.
const environmentKey = "environment"

// table returns the server as the option table has it.
func (i *InetServer) table() *inetSection { return &inetSection{*i, address{i.Host, i.Port}} }

// webhookChanges compares two webhooks. All of it can change live, which is not so for the
// processes of a listener.
func webhookChanges(a, b *Webhook) []Change {
	changes := tableChanges(nil, listenerOptions, &a.Listener, &b.Listener)
	for i := range changes {
		changes[i].Apply = Live
	}
	return changes
}

// SameWebhook reports whether two webhooks of one name mean the same.
func SameWebhook(a, b *Webhook) bool { return len(webhookChanges(a, b)) == 0 }

// diffList compares the sections of one kind.
func diffList[S any](old, next []S, name func(*S) string, compare func(a, b *S) []Change) (diffs []SectionDiff) {
	before, after := make(map[string]*S), make(map[string]bool)
	for i := range old {
		before[name(&old[i])] = &old[i]
	}
	for i := range next {
		s := &next[i]
		after[name(s)] = true
		if was := before[name(s)]; was == nil {
			diffs = append(diffs, SectionDiff{Name: name(s), Fate: Added})
		} else if changes := compare(was, s); len(changes) > 0 {
			diffs = append(diffs, SectionDiff{name(s), Changed, changes})
		}
	}
	for i := range old {
		if name := name(&old[i]); !after[name] {
			diffs = append(diffs, SectionDiff{Name: name, Fate: Removed})
		}
	}
	return diffs
}

// Adopt returns next with those options of [supervisord] that take another start of the
// daemon as they are in old: what a daemon that was started with old runs with after an
// update to next.
func Adopt(old, next *Config) *Config {
	adopted := *next
	for _, o := range supervisordOptions.rows {
		if o.Apply == DaemonRestart {
			o.take(&adopted.Supervisord, &old.Supervisord)
		}
	}
	return &adopted
}
