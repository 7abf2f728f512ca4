package child

// Spawners is spawners.
const Spawners = spawners

// OnThread is onThread.
func OnThread(do func()) { onThread(do) }
