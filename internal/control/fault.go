package control

import "fmt"

// Code is the number of a fault on the wire (Python's manual, "XML-RPC API", and
// the table of supervisor.xmlrpc.Faults it documents).
type Code int

// The fault codes.
const (
	UnknownMethod        Code = 1
	IncorrectParameters  Code = 2
	BadArguments         Code = 3
	SignatureUnsupported Code = 4
	ShutdownState        Code = 6
	BadName              Code = 10
	BadSignal            Code = 11
	NoFile               Code = 20
	NotExecutable        Code = 21
	Failed               Code = 30
	AbnormalTermination  Code = 40
	SpawnError           Code = 50
	AlreadyStarted       Code = 60
	NotRunning           Code = 70
	Success              Code = 80
	AlreadyAdded         Code = 90
	StillRunning         Code = 91
	CantReread           Code = 92
)

// Codes maps every fault code to its name.
var Codes = map[Code]string{
	UnknownMethod:        "UNKNOWN_METHOD",
	IncorrectParameters:  "INCORRECT_PARAMETERS",
	BadArguments:         "BAD_ARGUMENTS",
	SignatureUnsupported: "SIGNATURE_UNSUPPORTED",
	ShutdownState:        "SHUTDOWN_STATE",
	BadName:              "BAD_NAME",
	BadSignal:            "BAD_SIGNAL",
	NoFile:               "NO_FILE",
	NotExecutable:        "NOT_EXECUTABLE",
	Failed:               "FAILED",
	AbnormalTermination:  "ABNORMAL_TERMINATION",
	SpawnError:           "SPAWN_ERROR",
	AlreadyStarted:       "ALREADY_STARTED",
	NotRunning:           "NOT_RUNNING",
	Success:              "SUCCESS",
	AlreadyAdded:         "ALREADY_ADDED",
	StillRunning:         "STILL_RUNNING",
	CantReread:           "CANT_REREAD",
}

// String returns the name of the code.
func (c Code) String() string {
	if name, ok := Codes[c]; ok {
		return name
	}
	return fmt.Sprintf("Code(%d)", int(c))
}

// Fault is a request that was understood and refused.
type Fault struct {
	Code   Code
	Detail string // what it is about, usually the name as the caller gave it; may be empty
}

// NewFault returns a fault about detail, which may be empty.
func NewFault(c Code, detail string) *Fault { return &Fault{Code: c, Detail: detail} }

// Error returns the fault string as it goes over the wire: NAME or NAME: detail.
func (f *Fault) Error() string {
	if f.Detail == "" {
		return f.Code.String()
	}
	return f.Code.String() + ": " + f.Detail
}

// Is makes errors.Is match two faults of one code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}
