#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many rows: unprivileged processes try every number in all ABIs, with
# histograms of all calls. Every call has its row. `make check-cpus` runs this
# on kernels with 256 and 1,024 possible CPUs.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

note "$(nproc) CPUs of $(tr -d '\n' </sys/devices/system/cpu/possible)"

# lost: prints the totals that do not add up, and how many calls have no row
lost() {
	totals
	awk '$1 ~ /^(unattributed|untimed)/ && $2 { print }' "$D/status"
}

need_load collect=hist
"$WORKLOAD/sweep" -t 2 300 >"$T/made"
is "$(cat "$T/made")" "made $((2 * (3 * 301 - 38)))" \
	'a process calls 301 numbers in 3 ABIs'
is "$(lost)" '' 'with histograms: every call has its row'
note "memory_bytes $(status memory_bytes) of $(status memory_max_bytes)"
for last in {300..307}; do
	ctl reset 1
	"$WORKLOAD/sweep" -t 1 "$last" deny >"$T/made"
	is "denied $(status denied)" "$(grep denied "$T/made")" \
		"denied calls of $((last + 1)) numbers have their rows"
done
is "$(lost | grep -v denied)" '' 'every other call has its row'
rmmod systally

need_load collect=hist follow=1
talk_start storm nice -n 19 "$WORKLOAD/storm" 1 2
talk_until storm ready
pid=$(said storm process)
ctl targets "$pid"
ctl reset 1
talk_ask storm go going
sweeps=()
for ((i = 0; i < 25; i++)); do
	nice -n 19 "$WORKLOAD/sweep" -t 1 >/dev/null &
	sweeps+=($!)
done
died=0
for sweep in "${sweeps[@]}"; do
	wait "$sweep" || died=$((died + 1))
done
is $died 0 '25 unprivileged processes have tried every number'
talk_ask storm stop stopped
talk_end storm
grep ^storm "$T/storm.said" >"$T/calls"
is "$(awk '{ print $4, $5 }' "$T/calls" | while read -r name calls; do
	[ "$(count "$pid" all "$name")" = "$calls" ] || echo "$name $calls"
done)" '' 'the counts of another process are exact'
# On a machine that is busy otherwise, too, a table may be folded too late for
# all errnos and histograms of such processes; these are untimed then.
is "$(lost | grep -v -e untimed -e '^errors of ')" '' 'every call has its row'
note "untimed $(status untimed), memory_bytes $(status memory_bytes) of $(
	status memory_max_bytes)"

finish
