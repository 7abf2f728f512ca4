package daemon

import (
	"os"
	"sync"

	"supervisord/internal/config"
	"supervisord/internal/event"
	"supervisord/internal/webhook"
)

// webhooks are those of one generation. Only one goroutine at a time may use them.
type webhooks struct {
	g       *generation
	open    []openWebhook
	closing sync.WaitGroup // of those that an update has taken away
}

// openWebhook is a webhook and its section.
type openWebhook struct {
	conf config.Webhook
	hook *webhook.Hook
}

// openWebhooks begins to post events. They are closed first, when the loop has ended, so
// that they hear of the end of all programs.
func (g *generation) openWebhooks() error {
	g.hooks = &webhooks{g: g}
	g.onClose(g.hooks.close)
	for _, err := range g.hooks.update(g.conf.Webhooks) {
		return err
	}
	return nil
}

// update makes the webhooks those of a configuration: opens what is new or has changed,
// then closes what was before, and leaves the others alone. It returns what went wrong by
// section, of which the webhook before stays.
func (w *webhooks) update(next []config.Webhook) map[string]error {
	problems := make(map[string]error)
	before := make(map[string]openWebhook, len(w.open))
	for _, o := range w.open {
		before[o.conf.Name] = o
	}
	w.open = nil
	for _, c := range next {
		was, there := before[c.Name]
		if !there || !config.SameWebhook(&was.conf, &c) {
			hook, err := w.g.openWebhook(c)
			if err == nil {
				w.open = append(w.open, openWebhook{c, hook})
				continue
			}
			problems[c.Section()] = err
		}
		if there {
			w.open = append(w.open, was)
			delete(before, c.Name)
		}
	}
	for _, o := range before {
		w.closing.Go(o.hook.Close)
	}
	return problems
}

// configured returns the sections of those that are open.
func (w *webhooks) configured() (all []config.Webhook) {
	for _, o := range w.open {
		all = append(all, o.conf)
	}
	return all
}

// openWebhook begins to post the events of one webhook.
func (g *generation) openWebhook(c config.Webhook) (*webhook.Hook, error) {
	host, _ := os.Hostname() // without one, the name is empty
	o := webhook.Options{
		Name: c.Name, URL: c.URL, Secret: c.Secret, Size: c.BufferSize, Timeout: c.EventTimeout,
		Server: g.conf.Supervisord.Identifier, Host: host, Log: g.log.Logger,
	}
	for _, name := range c.Events {
		o.Types = append(o.Types, event.Type(name))
	}
	return webhook.Open(g.events, o)
}

// close closes all at once, since each may take a moment.
func (w *webhooks) close() {
	for _, o := range w.open {
		w.closing.Go(o.hook.Close)
	}
	w.closing.Wait()
}
