package config

import (
	"slices"

	"supervisord/internal/config/expand"
	"supervisord/internal/config/ini"
)

// urlKey is the option that makes a webhook of an [eventlistener:x].
const urlKey = "url"

// webhook reads an [eventlistener:x] that has a url, and so no processes.
func (l *loader) webhook(src *source) {
	v := src.values
	if _, ok := v.get("command"); ok {
		l.report(v.problem(urlKey, "a listener has either a command or a url"))
	}
	for _, e := range v.entries[:v.own] {
		if programOptions.has(e.Key) && e.Key != "command" {
			l.warn(v.problem(e.Key, "has no effect: a listener with a url has no processes"))
		}
	}
	name := expand.Text(src.name)
	names := expand.Scope{l.daemonNames, {"program_name": name, "group_name": name}}
	l.cfg.Webhooks = append(l.cfg.Webhooks, Webhook{Name: src.name, Listener: *l.listener(v, names)})
	l.webhooks = append(l.webhooks, src.section)
}

func (e *explainer) isWebhook(s *ini.Section) bool { return slices.Contains(e.l.webhooks, s) }

// webhook explains the section of a webhook.
func (e *explainer) webhook(s *ini.Section) {
	hook := e.l.cfg.Webhooks[slices.Index(e.l.webhooks, s)]
	explain(e, newValues(s, e.l.doc.Default), listenerOptions, &hook.Listener, func(*Option) scope { return e.outside(hook.Name) })
}
