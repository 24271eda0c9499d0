# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # the scripts that source it set them
#
# What the ready-made cases of `systally needs` share. A case sets $case_name and
# $packages before it sources this file.

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

Finds out with \`systally needs\` which system calls $case_name requires. This
takes less than an hour. OPTIONs are those of \`systally needs\`, such as
-e CALLS, -r REPLICAS, --state FILE, --format json. Neither root nor the module
is necessary. It needs $packages; \`scripts/setup demo\` unpacks
them in the cache without installing them.
The command systally is \$SYSTALLY, or the one of this tree, or the one in PATH.
END
	exit
	;;
esac

systally=${SYSTALLY:-}
for candidate in "$tree/userland/systally" "$(command -v systally || :)"; do
	[ -n "$systally" ] || [ ! -x "$candidate" ] || systally=$candidate
done
[ -n "$systally" ] ||
	die 'there is no systally: run make userland, or set SYSTALLY'

# need PROGRAM...: ends the script if one of them is missing
need() {
	local program

	for program; do
		command -v "$program" >/dev/null ||
			die "there is no $program: install $packages," \
				"or run scripts/setup demo"
	done
}

# free_port FIRST: sets $port to a TCP port of this machine that is free
free_port() {
	for ((port = $1; port < $1 + 1000; port++)); do
		(: </dev/tcp/127.0.0.1/$port) 2>/dev/null || return 0
	done
	die "no port from $1 to $((port - 1)) is free"
}
