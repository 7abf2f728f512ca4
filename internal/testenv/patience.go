package testenv

import "time"

// Patience is how long a test waits for anything before it fails: long, since it costs
// time only when something is wrong, and machines are busy.
const Patience = time.Minute
