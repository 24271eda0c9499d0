#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A storm of violent ends: killed in mid-call, denied calls and killed by
# seccomp, stopped, changed and killed by a tracer. What the kernel has entered
# is counted, and nothing else.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

combinations='tracepoint/time kprobe/time direct/count tracepoint/hist'

no_direct=$(direct_missing)
need_load "syscalls=$filter,read,futex,nanosleep,pause" follow=1

# killed_storm HOOK COLLECT
killed_storm() {
	local name=$1/$2 victims victims32

	ctl collect count
	ctl hook "$1"
	ctl collect "$2"
	ctl reset 1
	"$WORKLOAD/victims" -t "$seed" $((storm_seconds / 2)) >"$T/native" &
	"$WORKLOAD/victims32" -t $((seed + 1)) $((storm_seconds / 2)) \
		>"$T/compat"
	ok $? "$name: victims of 32 bits"
	wait $!
	ok $? "$name: victims"
	cat "$T/native" "$T/compat" >"$T/expect"
	is "$(compare "$T/expect")" '' "$name: equal"
	victims=$(sed -n 's/^# victims //p' "$T/native")
	victims32=$(sed -n 's/^# victims //p' "$T/compat")
	verdict "$name" "$((victims + victims32))" 'victims'
	is "$(grep -v '^tid\|^#' "$D/inflight")" '' \
		"$name: nobody is inside a call"
}

for combination in $combinations; do
	if [[ $combination == direct/* && -n $no_direct ]]; then
		skip "$combination" "$no_direct"
		continue
	fi
	killed_storm "${combination%/*}" "${combination#*/}"
done
storms_finish
