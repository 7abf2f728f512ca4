package output

// Parked reports whether the pump does not await s since a worker has it in hand.
func (s *Source) Parked() bool {
	s.pump.mu.Lock()
	defer s.pump.mu.Unlock()
	return s.parked
}
