package supervise

import "supervisord/internal/runner"

// The loop does without an ability that a Runner lacks, and no compiler says that the real
// one has lost it.
var _ interface {
	Runner
	rester
	limiter
	teller
	audience
} = (*runner.Runner)(nil)
