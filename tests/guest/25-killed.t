#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Processes that are killed in a call, denied calls or killed by seccomp, or
# stopped, changed and killed by a tracer: each call that the kernel has entered
# is counted, and nothing else. Where exits are seen, `status` says which calls
# were denied or answered by a tracer.

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
	ok $? "$name: the 32-bit workload succeeds"
	wait $!
	ok $? "$name: the 64-bit workload succeeds"
	cat "$T/native" "$T/compat" >"$T/expect"
	is "$(compare "$T/expect")" '' "$name: every call is counted exactly"
	victims=$(sed -n 's/^# victims //p' "$T/native")
	victims32=$(sed -n 's/^# victims //p' "$T/compat")
	verdict "$name" "$((victims + victims32))" 'victims'
	is "$(grep -v '^tid\|^#' "$D/inflight")" '' \
		"$name: no call is in flight in the end"
}

for combination in $combinations; do
	if [[ $combination == direct/* && -n $no_direct ]]; then
		skip "$combination" "$no_direct"
		continue
	fi
	killed_storm "${combination%/*}" "${combination#*/}"
done
storms_finish
