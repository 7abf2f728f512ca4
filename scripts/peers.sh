#!/bin/sh
# Installs what the tests compare with: Debian's supervisor, and python3 with it; and
# gcc, for the race detector. Where that is not possible it says so, and the tests that
# need it skip (with CI=true they fail).
set -eu

missing() {
	for file in /usr/bin/supervisord /usr/bin/supervisorctl /usr/bin/python3; do
		[ -x "$file" ] || return 0
	done
	command -v gcc >/dev/null || return 0
	return 1
}

missing || exit 0
if ! command -v apt-get >/dev/null; then
	echo "peers: no apt-get here; tests against Debian's supervisor will skip" >&2
	exit 0
fi
as_root=
if [ "$(id -u)" != 0 ]; then
	as_root=sudo
	command -v sudo >/dev/null || {
		echo "peers: not root, and no sudo; tests against Debian's supervisor will skip" >&2
		exit 0
	}
fi
# RUNLEVEL=1 keeps the package from starting its daemon.
install() {
	$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
		apt-get install -y -qq --no-install-recommends supervisor python3 gcc libc6-dev
}
install >/dev/null 2>&1 || { $as_root apt-get update -qq && install >/dev/null; } ||
	echo "peers: apt-get could not install supervisor; the tests that need it will skip" >&2
