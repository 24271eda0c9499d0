# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the storms share, the tests 2x-*.t: a seed from which all that they
# choose follows, a time to end by, and the verdict. Sourced instead of lib.sh.
# SYSTALLY_SEED repeats one; SYSTALLY_SECONDS is how long each goes on.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/flags.sh"

seed=${SYSTALLY_SEED:-$((SRANDOM % 1000000))}
RANDOM=$seed
# shellcheck disable=SC2034 # the test files use it
storm_seconds=${SYSTALLY_SECONDS:-8}

# The storms' calls, as a value for `syscalls`
# shellcheck disable=SC2034 # the test files use it
filter=${storm_calls// /,}

# for_seconds N: starts the clock of storming
for_seconds() {
	storm_end=$((SECONDS + $1))
}

storming() {
	[ "$SECONDS" -lt "$storm_end" ]
}

# one_of WORD...: one of them by chance, in $REPLY; no subshell, which would
# have a RANDOM of its own
one_of() {
	shift $((RANDOM % $#))
	REPLY=$1
}

# What storms have said, in the FILEs below $T, in the words of workload.h
storms_as_counts() {
	awk '$1 == "storm" {
		print "count", $3, $4, $5
		if ($4 == "close")
			print "error", $3, $4, 9, $5
		next
	}
	{ print }' "${@/#/"$T/"}"
}

# rows_differ FILE...: prints the calls of which a row has another number than
# parked storms have made, by what they said in the FILEs below $T; something, too,
# if they said nothing
rows_differ() {
	awk 'FILENAME !~ /counters$/ {
		if ($1 == "storm") {
			said[$2 " " $3 " " $4] = $5
			calls += $5
		}
		next
	}
	{ got[$1 " " $3 " " $5] = $6 }
	END {
		for (call in said)
			if (got[call] != said[call])
				print call ": " got[call] ", not " said[call]
		if (!calls)
			print "the storms have made no calls"
	}' "${@/#/"$T/"}" "$D/counters"
}

# Calls that were entered but are neither in a row nor unattributed
difference() {
	local key value entered='' accounted=0

	while read -r key value; do
		case $key in
		entered:) entered=$value ;;
		tallied: | unattributed:) accounted=$((accounted + value)) ;;
		esac
	done <"$D/status"
	echo $((entered - accounted))
}

judged=0
# verdict NAME ITERATIONS WHAT. Two tests: the difference, and that
# calls were counted at all.
verdict() {
	local entered difference

	difference=$(difference)
	# with those before resets since the last verdict
	entered=$(($(status entered) + $(status discarded) - judged))
	judged=$((judged + entered))
	is "$difference" 0 "$1: entered is tallied and unattributed"
	at_least "$entered" 1 "$1: calls were counted"
	note "storm $1: seed $seed, $2 $3, $entered calls counted," \
		"$(status unattributed) unattributed, difference $difference"
}

# traces_expected: from here on the kernel itself shows call traces, of what it
# does when it has no memory. On the console they would be the lab's business.
# traces_forget: and not any more; for `run`, which looks at the log as well.
traces_expected() {
	dmesg -n 3
	splats=${splats/|Call Trace/}
}

traces_forget() {
	dmesg -C
	splats_begin run
	dmesg -n 5
}

# storms_finish: the last five tests of each storm. Without any tracer, no task
# carries the flag.
storms_finish() {
	if loaded; then
		passes 'unloads after the storm' unload
	else
		ok 0 'is unloaded after the storm'
	fi
	referee_load
	is "$(flags_differ none)" '' 'no flag is left on any task'
	referee_unload
	finish
}
