//go:build !unix

package host

// DropPrivileges cannot change the user of a process that runs.
func DropPrivileges(uid, gid int, groups []int) (msg string, err error) {
	return "", unsupported("user")
}
