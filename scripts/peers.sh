#!/bin/sh
# Installs what the tests compare with: Debian's supervisor, and python3 with it;
# rsyslogd and its driver for tls, which take what we send; tmux, whose screens tests look
# at; s6 and systemd, whose programs say when they are up; and gcc, for the race detector and for
# programs in C. Where that is not possible it says so, and the tests that need it skip
# (with CI=true they fail).
set -eu

missing() {
	for file in /usr/bin/supervisord /usr/bin/supervisorctl /usr/bin/python3 /usr/sbin/rsyslogd /usr/bin/tmux /usr/bin/s6-log /usr/bin/systemd-notify; do
		[ -x "$file" ] || return 0
	done
	ls /usr/lib/*/rsyslog/lmnsd_ossl.so >/dev/null 2>&1 || return 0
	command -v gcc >/dev/null || return 0
	return 1
}

missing || exit 0
if ! command -v apt-get >/dev/null; then
	echo "peers: no apt-get here; tests against other programs will skip" >&2
	exit 0
fi
as_root=
if [ "$(id -u)" != 0 ]; then
	as_root=sudo
	command -v sudo >/dev/null || {
		echo "peers: not root, and no sudo; tests against other programs will skip" >&2
		exit 0
	}
fi
# RUNLEVEL=1 keeps the packages from starting their daemons.
install() {
	$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
		apt-get install -y -qq --no-install-recommends supervisor python3 rsyslog rsyslog-openssl tmux s6 systemd gcc libc6-dev
}
install >/dev/null 2>&1 || { $as_root apt-get update -qq && install >/dev/null; } ||
	echo "peers: apt-get could not install all; tests that need what is missing will skip" >&2
