# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # its callers set them
#
# What the ready-made cases of `systally needs` share. Sourced by them, after
# they have set $case_name and $packages.

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# where scripts/setup demo puts servers without installing them
demo=${SYSTALLY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/systally}/demo
PATH=$PATH:/usr/sbin:$demo/bin:$demo/nginx/usr/sbin

die() {
	printf '%s: %s\n' "$case_name" "$*" >&2
	exit 2
}

case ${1:-} in
-h | --help)
	cat <<END
Usage: scripts/needs/$case_name [OPTION...]

Find out by \`systally needs\` which system calls $case_name needs, unattended;
it takes less than an hour. OPTIONs are those of \`systally needs\`, such as
-e CALLS, -r REPLICAS, --state FILE, --format json. Needs no root and no
module, but $packages (or \`scripts/setup demo\`, which
unpacks the servers in the cache).
Takes the command from \$SYSTALLY, from this tree, or from PATH.
END
	exit
	;;
esac

systally=${SYSTALLY:-}
for candidate in "$tree/userland/systally" "$(command -v systally || :)"; do
	[ -n "$systally" ] || [ ! -x "$candidate" ] || systally=$candidate
done
[ -n "$systally" ] || die 'no systally: make userland, or set SYSTALLY'

# need PROGRAM...
need() {
	local program

	for program; do
		command -v "$program" >/dev/null ||
			die "there is no $program: install $packages," \
				"or run scripts/setup demo"
	done
}

# A TCP port of this machine where nobody listens, in $port
free_port() {
	for ((port = $1; port < $1 + 1000; port++)); do
		(: </dev/tcp/127.0.0.1/$port) 2>/dev/null || return 0
	done
	die 'no port is free'
}
