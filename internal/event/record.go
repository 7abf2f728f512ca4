package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"supervisord/internal/process"
)

// Record is an event as those see it who are no event listeners: who follows the stream
// of events, and who gets them by a webhook. Its JSON is part of the interface.
type Record struct {
	Serial uint64    `json:"serial"` // position on the one timeline of the daemon, from 0
	Time   time.Time `json:"time"`   // when it happened
	Type   Type      `json:"type"`
	// Payload has the keys of the type's row in Table, in that order.
	Payload Fields `json:"payload"`
	// Data follows the keys, as it does for listeners; empty for most types.
	Data string `json:"data,omitempty"`
}

// Record returns what others see of an event.
func (e Event) Record() Record {
	return Record{Serial: e.Serial, Time: e.At.UTC(), Type: e.Type, Payload: e.fields(), Data: e.data()}
}

// Field is a key of a payload and its value.
type Field struct {
	Key, Value string
	// Number says that the value is a whole number.
	Number bool
}

// Fields are the keys of a payload in their order. In JSON they are an object.
type Fields []Field

func text(key, value string) Field { return Field{Key: key, Value: value} }

func number[N int | int64](key string, n N) Field {
	return Field{Key: key, Value: strconv.FormatInt(int64(n), 10), Number: true}
}

// fields returns the keys of the payload.
func (e Event) fields() Fields {
	switch {
	case e.Type.Is(ProcessState):
		return e.stateFields()
	case e.Type.Is(ProcessGroup):
		return Fields{text(keyGroup, e.Group)}
	case e.Type.Is(ProcessLog):
		return append(e.outputFields(), text(keyChannel, e.channel().String()))
	case e.Type.Is(ProcessCommunication):
		return e.outputFields()
	case e.Type == RemoteCommunication:
		return Fields{text(keyKind, e.Kind)}
	case periods[e.Type] != 0:
		return Fields{number(keyWhen, e.At.Unix()-e.At.Unix()%periods[e.Type])}
	}
	return nil
}

func (e Event) stateFields() Fields {
	f := append(make(Fields, 0, 5), text(keyProcess, e.Process), text(keyGroup, e.Group), text(keyFrom, e.Change.From.String()))
	switch e.Change.To {
	case process.Starting, process.Backoff:
		return append(f, number(keyTries, e.Change.Tries))
	case process.Exited:
		expected := 0
		if e.Change.Expected {
			expected = 1
		}
		return append(f, number(keyExpected, expected), number(keyPID, e.Change.PID))
	case process.Running, process.Stopping, process.Stopped:
		return append(f, number(keyPID, e.Change.PID))
	case process.Fatal, process.Unknown: // nothing more is known
	}
	return f
}

func (e Event) outputFields() Fields {
	return append(make(Fields, 0, 4), text(keyProcess, e.Process), text(keyGroup, e.Group), number(keyPID, e.PID))
}

// data returns what follows the keys of the payload.
func (e Event) data() string {
	switch {
	case e.Type.Is(ProcessLog), e.Type.Is(ProcessCommunication):
		return decodable(e.Data)
	case e.Type == RemoteCommunication:
		return e.Data
	}
	return ""
}

// MarshalJSON writes an object with the keys in their order.
func (f Fields) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, field := range f {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := quote(field.Key)
		if err != nil {
			return nil, err
		}
		value := []byte(field.Value)
		if !field.Number {
			if value, err = quote(field.Value); err != nil {
				return nil, err
			}
		}
		b = append(append(append(b, key...), ':'), value...)
	}
	return append(b, '}'), nil
}

// quote returns a text as JSON; whoever puts it into HTML may ask the encoder for more.
func quote(s string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// UnmarshalJSON reads an object of texts and whole numbers.
func (f *Fields) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	*f = nil
	for depth := 0; ; {
		token, err := d.Token()
		switch token := token.(type) {
		case json.Delim:
			if token == '}' {
				return nil
			}
			if depth++; token != '{' || depth > 1 {
				return fmt.Errorf("payload: unexpected %v", token)
			}
			continue
		case string:
			field, err := readField(d, token)
			if err != nil {
				return err
			}
			*f = append(*f, field)
		default:
			return fmt.Errorf("payload: unexpected %v (%w)", token, err)
		}
	}
}

// readField reads the value behind a key.
func readField(d *json.Decoder, key string) (Field, error) {
	value, err := d.Token()
	if err != nil {
		return Field{}, err
	}
	switch v := value.(type) {
	case string:
		return text(key, v), nil
	case json.Number:
		n, err := v.Int64()
		return number(key, n), err
	}
	return Field{}, fmt.Errorf("payload: %s is neither a text nor a number", key)
}
