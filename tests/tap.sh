# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The Test Anything Protocol, for the tests that are shell scripts: guest, stap
# and build tests source it. Each test is one line, and done_testing prints the
# plan. $T is a folder of the caller's for temporary files.

tests=0

# done_testing: prints the plan at the end. prove fails a file without a plan:
# that file ended early.
done_testing() {
	[ $tests -gt 0 ] || ok 1 'at least one test ran'
	echo "1..$tests"
}

# Prints at most 20 lines of the arguments as comments.
note() {
	local line lines=0

	while IFS= read -r line; do
		echo "# $line"
		lines=$((lines + 1))
		[ $lines -lt 20 ] || break
	done <<<"$*"
}

# ok STATUS NAME
ok() {
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
		return 0
	fi
	echo "not ok $tests - $2"
	return 1
}

# is GOT WANTED NAME
is() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
		return
	fi
	ok 1 "$3"
	note "got    '$1'"
	note "wanted '$2'"
	return 1
}

# like GOT EXTENDED-REGULAR-EXPRESSION NAME
like() {
	if [[ $1 =~ $2 ]]; then
		ok 0 "$3"
		return
	fi
	ok 1 "$3"
	note "got '$1'"
	note "not like '$2'"
	return 1
}

# at_least GOT LIMIT NAME: whole numbers
at_least() {
	local status=1

	[[ $1 =~ ^[0-9]+$ ]] && [ "$1" -ge "$2" ] && status=0
	ok "$status" "$3" || note "got '$1', wanted at least $2"
	return "$status"
}

# passes NAME COMMAND...: ok if COMMAND succeeds
passes() {
	local name=$1

	shift
	"$@" >"$T/output" 2>&1
	ok $? "$name" || note "$(cat "$T/output")"
}

skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
	skipped "${0##*/}: $2"
}

# skip_all WHY: skips the whole file; before its first test
skip_all() {
	echo "1..0 # SKIP $1"
	skipped "${0##*/}, all of it: $1"
	exit 0
}

# skipped WHAT-AND-WHY: records it for `run`, because prove does not show what
# was skipped
skipped() {
	[ -z "${SKIPPED:-}" ] || echo "$1" >>"$SKIPPED"
}

bail() {
	echo "Bail out! $*"
	exit 1
}

# becomes COMMAND...: repeats COMMAND until it succeeds. Fails after a minute,
# or after $patience seconds; $slowness times as long on a slow kernel. For
# callers that use the status; all others use wait_for.
becomes() {
	local end=$((SECONDS + ${slowness:-1} * ${patience:-60}))

	until "$@" 2>/dev/null; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.02
	done
}

# wait_for COMMAND...: the same, but a time-out is a failed test. Not for use in
# a subshell, whose tests are not counted.
wait_for() {
	becomes "$@" && return
	ok 1 "the wait for this ends: $*"
	return 1
}
