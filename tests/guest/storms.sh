# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the storms, the tests 2x-*.t, share: a seed for all random choices, a
# time limit, and the verdict. Sourced instead of lib.sh. SYSTALLY_SEED repeats
# a run; SYSTALLY_SECONDS is how long each storm lasts.

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

# for_seconds N: storming succeeds for N seconds from now on
for_seconds() {
	storm_end=$((SECONDS + $1))
}

storming() {
	[ "$SECONDS" -lt "$storm_end" ]
}

# one_of WORD...: sets $REPLY to one of them at random. Not in a subshell, which
# would have a RANDOM of its own.
one_of() {
	shift $((RANDOM % $#))
	REPLY=$1
}

# storms_as_counts FILE...: prints what storms have said, in the FILEs below $T,
# as the lines that workload.h describes
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
# parked storms have made, by what they said in the FILEs below $T; something,
# too, if they said nothing
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

# traces_expected: the kernel prints call traces from here on, because it has no
# memory. They are kept off the console, where the lab would end the guest for
# them. traces_forget: none any more; clears the log, which `run` looks at.
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
