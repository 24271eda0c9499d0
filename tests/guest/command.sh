# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Functions of the tests of the command: they run a command line, and check that
# one fails with an error. Sourced instead of lib.sh.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# try COMMAND-LINE...: sets $got to its status, its output in $T/out and $T/err
try() {
	"$SYSTALLY" "$@" >"$T/out" 2>"$T/err" </dev/null
	got=$?
}

# fails STATUS PATTERN NAME ARGUMENTS...: one line on stderr, none on stdout
fails() {
	local status=$1 pattern=$2 name=$3

	shift 3
	try "$@"
	if [ "$got $(wc -l <"$T/err") $(wc -c <"$T/out")" = "$status 1 0" ] &&
	   grep -qE "^systally: .*($pattern)" "$T/err"; then
		ok 0 "$name"
	else
		ok 1 "$name"
		note "status $got; $(head -n 5 "$T/err")"
		note "wanted $status, one line on stderr like $pattern"
	fi
}
