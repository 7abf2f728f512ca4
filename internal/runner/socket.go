package runner

// socket returns what makes the descriptor 0 of an [fcgi-program:x]; nil for others. From
// now on until the process comes to rest the socket is kept open, once it is.
func (r *Runner) socket() func() (int, error) {
	spec := r.program().FastCGI
	if spec == nil {
		return nil
	}
	if !r.holds {
		r.children.Sockets.Hold(*spec)
		r.holds = true
	}
	return func() (int, error) { return r.children.Sockets.Copy(*spec) }
}

// Rest lets the socket go, since the process has come to rest.
func (r *Runner) Rest() {
	if r.holds {
		r.children.Sockets.Release(*r.program().FastCGI)
		r.holds = false
	}
}
