package httpd

import (
	"strconv"
	"syscall"

	"golang.org/x/sys/windows"
)

const addressInUse = windows.WSAEADDRINUSE

// errnoName has no table to look names up in.
func errnoName(number syscall.Errno) string { return "error " + strconv.Itoa(int(number)) }
