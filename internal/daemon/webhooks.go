package daemon

import (
	"os"

	"supervisord/internal/config"
	"supervisord/internal/event"
	"supervisord/internal/webhook"
)

// openWebhooks begins to post events. They are closed first, when the loop has ended, so
// that they hear of the end of all programs.
func (g *generation) openWebhooks() error {
	host, _ := os.Hostname() // without one, the name is empty
	for _, c := range g.conf.Webhooks {
		o := webhook.Options{
			Name: c.Name, URL: c.URL, Secret: c.Secret, Size: c.BufferSize, Timeout: c.EventTimeout,
			Server: g.conf.Supervisord.Identifier, Host: host, Log: g.log.Logger,
		}
		for _, name := range c.Events {
			o.Types = append(o.Types, event.Type(name))
		}
		h, err := webhook.Open(g.events, o)
		if err != nil {
			return err
		}
		g.hooks = append(g.hooks, h)
	}
	g.onClose(g.closeWebhooks)
	return nil
}

// closeWebhooks closes all at once, since each may take a moment.
func (g *generation) closeWebhooks() {
	for _, h := range g.hooks {
		g.aside.Go(h.Close)
	}
	g.aside.Wait()
}

// sayWebhooks logs that webhooks have changed, which a reading alone does not put to use.
func (g *generation) sayWebhooks(next *config.Config) {
	if !config.SameWebhooks(g.conf.Webhooks, next.Webhooks) {
		g.log.Warn("webhooks have changed in the configuration; the change is used after a reload")
	}
}
