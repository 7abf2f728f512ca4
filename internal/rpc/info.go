package rpc

import (
	"slices"

	"supervisord/internal/control"
)

// infoSize is about the length of an Info that has been appended, in bytes.
const infoSize = 1300

// appendInfos appends what getAllProcessInfo reports. It takes no way by Struct, since
// fourteen values of each of a thousand processes would have to be made for it.
func appendInfos(b []byte, infos []control.Info) []byte {
	b = slices.Grow(b, infoSize*len(infos))
	b = append(b, "<value><array><data>\n"...)
	for i := range infos {
		b = appendInfo(b, &infos[i])
	}
	return append(b, "</data></array></value>\n"...)
}

// appendInfo appends an Info as getProcessInfo reports it.
func appendInfo(b []byte, i *control.Info) []byte {
	b = append(b, "<value><struct>\n"...)
	b = appendTextMember(b, "name", i.Name)
	b = appendTextMember(b, "group", i.Group)
	b = appendIntMember(b, "start", seconds(i.Started))
	b = appendIntMember(b, "stop", seconds(i.Ended))
	b = appendIntMember(b, "now", seconds(i.Now))
	b = appendIntMember(b, "state", int64(i.Phase))
	b = appendTextMember(b, "statename", i.Phase.String())
	b = appendTextMember(b, "spawnerr", i.SpawnErr)
	b = appendIntMember(b, "exitstatus", int64(i.ExitStatus))
	b = appendTextMember(b, "logfile", i.StdoutLog) // the name it had before there were two
	b = appendTextMember(b, "stdout_logfile", i.StdoutLog)
	b = appendTextMember(b, "stderr_logfile", i.StderrLog)
	b = appendIntMember(b, "pid", int64(i.PID))
	b = appendTextMember(b, "description", i.Description)
	if len(i.Pending) > 0 { // a member that Python's Supervisor does not have
		b = appendMemberName(b, "pending")
		b = append(b, "<value><array><data>\n"...)
		for _, option := range i.Pending {
			b = appendString(b, option)
		}
		b = append(b, "</data></array></value>\n</member>\n"...)
	}
	return append(b, "</struct></value>\n"...)
}

// appendTextMember appends a member that is a string. Its name needs no escaping.
func appendTextMember(b []byte, name, text string) []byte {
	b = appendMemberName(b, name)
	b = appendString(b, text)
	return append(b, "</member>\n"...)
}

// appendIntMember appends a member that is an int. Its name needs no escaping.
func appendIntMember(b []byte, name string, n int64) []byte {
	b = appendMemberName(b, name)
	b = appendInt(b, n)
	return append(b, "</member>\n"...)
}

func appendMemberName(b []byte, name string) []byte {
	b = append(b, "<member>\n<name>"...)
	b = append(b, name...)
	return append(b, "</name>\n"...)
}
