# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Functions of the storms, the tests 2x-*.t: a seed for all random choices, a
# time limit, and the verdict. Sourced instead of lib.sh. SYSTALLY_SEED repeats
# a run. SYSTALLY_SECONDS is the duration of each storm.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/flags.sh"

seed=${SYSTALLY_SEED:-$((SRANDOM % 1000000))}
RANDOM=$seed
# shellcheck disable=SC2034 # the test files use it
storm_seconds=${SYSTALLY_SECONDS:-5}

# The storms' calls, as a value for `syscalls`
# shellcheck disable=SC2034 # the test files use it
filter=${storm_calls// /,}

# for_seconds N: `storming` succeeds during the next N seconds
for_seconds() {
	storm_end=$((SECONDS + $1))
}

storming() {
	[ "$SECONDS" -lt "$storm_end" ]
}

# one_of WORD...: sets $REPLY to a random one. Not for use in a subshell, which
# has its own RANDOM.
one_of() {
	shift $((RANDOM % $#))
	REPLY=$1
}

# storms_as_counts FILE...: prints the counts of storms, which are in the FILEs
# below $T, in the form that workload.h describes
storms_as_counts() {
	awk '$1 == "storm" {
		print "count", $3, $4, $5
		if ($4 == "close")
			print "error", $3, $4, 9, $5
		next
	}
	{ print }' "${@/#/"$T/"}"
}

# rows_differ FILE...: compares the rows with the counts of parked storms in the
# FILEs below $T. Prints the calls that differ, or a line if there are no
# counts.
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

# Prints how many calls were entered but are neither in a row nor unattributed.
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
# verdict NAME ITERATIONS WHAT: two tests: the totals add up, and calls were
# counted
verdict() {
	local entered difference

	difference=$(difference)
	# with the calls that resets have discarded since the last verdict
	entered=$(($(status entered) + $(status discarded) - judged))
	judged=$((judged + entered))
	is "$difference" 0 "$1: entered is tallied + unattributed"
	at_least "$entered" 1 "$1: calls were counted"
	note "storm $1: seed $seed, $2 $3, $entered calls counted," \
		"$(status unattributed) unattributed, difference $difference"
}

# traces_expected: from now on the kernel may print call traces, because it has
# no memory. They do not go to the console, where the lab would report a splat.
# traces_forget: ends this, and clears the log, which `run` checks.
traces_expected() {
	dmesg -n 3
	splats=${splats/|Call Trace/}
}

traces_forget() {
	dmesg -C
	splats_begin run
	dmesg -n 5
}

# storms_finish: the last five tests of each storm. Without tracers, no task
# carries the flag.
storms_finish() {
	if loaded; then
		passes 'the module unloads after the storm' unload
	else
		ok 0 'the module is unloaded after the storm'
	fi
	referee_load
	is "$(flags_differ none)" '' 'no task carries the flag'
	referee_unload
	finish
}
