package child

import "time"

// SetLimits makes a Parent less patient with preparations than it is. To be called
// before the first start.
func (p *Parent) SetLimits(patience, limit time.Duration) { p.patience, p.limit = patience, limit }
