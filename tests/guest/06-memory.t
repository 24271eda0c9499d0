#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The memory cap: with many short-lived processes, the totals stay exact, memory
# stays below the cap, and rows of exited processes are folded by command name.
# 5,000 processes, 100,000 with SYSTALLY_LONG=1, or SYSTALLY_PROCESSES=.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

processes=5000
[ -z "$LONG" ] || processes=100000
processes=${SYSTALLY_PROCESSES:-$processes}
cap=4194304
need_load memory_max_bytes=4M follow=1 collect=time

# The highest memory_bytes seen until process $1 has ended
watch_memory() {
	local key value highest=0 samples=0

	while kill -0 "$1" 2>/dev/null; do
		while read -r key value; do
			[ "$key" = memory_bytes: ] || continue
			samples=$((samples + 1))
			[ "$value" -le "$highest" ] || highest=$value
		done <"$D/status"
		sleep 0.05
	done
	echo "$highest $samples"
}

is "$(status memory_max_bytes)" $cap 'status: shows the cap'
at_least $cap "$(status memory_bytes)" 'memory_bytes begins below the cap'
"$WORKLOAD/churn" -t "$processes" 7 >"$T/expect" &
pid=$!
read -r highest samples < <(watch_memory $pid)
ended $pid "$T/expect"
note "highest memory_bytes $highest in $samples samples"
is "$(compare "$T/expect")" '' \
	"$processes processes: totals, names and errors are exact"
at_least $cap "$highest" 'memory_bytes stays below the cap'
at_least "$samples" 20 'it was read at least 20 times'
at_least $cap "$(status memory_bytes)" 'memory_bytes ends below the cap'
at_least "$(awk '$1 == 0' "$D/counters" | wc -l)" 7 \
	'rows of exited processes are folded'
is "$(awk '$1 == 0 && $5 == "getppid" { print $2 }' "$D/counters" | sort |
	uniq -d)" '' 'there is one folded row for each command name'
is "$("$WORKLOAD/snapread")" 'ok 1' 'the snapshot adds up'

# Rows of running processes are not folded: a storm beside short-lived processes
ctl reset 1
talk_start storm nice -n 19 "$WORKLOAD/storm" 2 2
talk_until storm ready
mapfile -t pids < <(said storm process)
ctl targets "${pids[*]}"
talk_ask storm go going
passes 'churn has run beside a storm' \
	"$WORKLOAD/churn" -t $((processes / 5)) 3
talk_ask storm pause parked
is "${#pids[@]}" 2 'the storm has two processes'
for pid in "${pids[@]}"; do
	is "$(count "$pid" x86-64 getppid)" \
		"$(storm_total storm "$pid" getppid)" \
		'a running process keeps its own rows'
done
is "$(status entered)" $(($(status tallied) + $(status unattributed))) \
	'the totals add up'
talk_ask storm stop stopped
talk_end storm
rmmod systally

# A cap that the table itself reaches: the totals are still exact
need_load memory_max_bytes=3328K follow=1 collect=time \
	syscalls=getppid,close
workload churn -t 1009 101 >"$T/expect"
wanted=$(awk '$1 == "count" { sum += $4 }
	$1 == "died" { print }
	END { print sum }' "$T/expect")
is "$(status entered)" "$wanted" 'small cap: entered is exact'
is $(($(status tallied) + $(status unattributed))) "$wanted" \
	'small cap: tallied and unattributed are exact together'
at_least 3407872 "$(status memory_bytes)" \
	'small cap: memory_bytes stays below the cap'
is "$("$WORKLOAD/snapread")" 'ok 1' 'small cap: the snapshot adds up'
is "$(awk '{ print $2 }' "$D/counters" | grep -c '\\x20')" \
	"$(grep -c '\\x20' "$D/counters")" 'a blank in a name is escaped'

finish
