package ctl

import (
	"context"
	"errors"
	"io"
)

// inputChunk is the most that is read from the standard input at a time, in bytes: what
// a terminal gives for a line.
const inputChunk = 4096

// eachInput hands over what comes from the standard input, as it comes, until take fails
// or ctx ends; io.EOF is the end of the input. When ctx has ended nothing more is taken
// from the input, so that it is there for whoever reads next. (Who types Enter and Ctrl-C
// within some microseconds may see one more read: the terminal forgets the line in
// between.)
func (e Env) eachInput(ctx context.Context, take func(text []byte) error) error {
	buf := make([]byte, inputChunk)
	for {
		if err := e.WaitStdin(ctx); err != nil {
			return err
		}
		n, err := e.Stdin.Read(buf)
		if n > 0 {
			if err := take(buf[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if err != nil {
			return err
		}
	}
}
