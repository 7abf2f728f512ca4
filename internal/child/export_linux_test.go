package child

// OnThread is onThread.
func OnThread(do func()) { onThread(do) }
