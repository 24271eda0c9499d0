#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who is counted: thousands of targets, added and removed while they run, their
# children, pids that come again, and pids of another namespace.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# in_chunks SIGN FILE: writes FILE's pids to targets, as many as fit each time
in_chunks() {
	local line status=0

	sed "s/^/$1/" "$2" | xargs -n 400 >"$T/chunks"
	while IFS= read -r line; do
		ctl targets "$line" || status=1
	done <"$T/chunks"
	return "$status"
}

# Thousands: 7 calls each time they are told
need_load syscalls=getppid
crowd=2003
talk_start crowd "$WORKLOAD/crowd" $crowd
talk_until crowd ready
said crowd process | sort -n >"$T/pids"
passes 'adding 2003 targets' in_chunks + "$T/pids"
is "$(status targets)" $crowd 'status: 2003 targets'
is "$(sort -n "$D/targets" | cmp - "$T/pids" && echo same)" same \
	'targets lists them'
talk_ask crowd go 'done'
is "$(awk 'NR > 1 { print $6 }' "$D/counters" | sort | uniq -c |
	xargs)" "$crowd 7" 'each is counted, 7 calls'
awk 'NR % 2' "$T/pids" >"$T/odd"
awk 'NR % 2 == 0' "$T/pids" >"$T/even"
passes 'removing half of them' in_chunks - "$T/odd"
is "$(status targets)" "$(wc -l <"$T/even")" 'status: the other half'
talk_ask crowd go 'done'
is "$(awk 'NR > 1 { print $6 }' "$D/counters" | sort -n | uniq -c |
	xargs)" "$(wc -l <"$T/odd") 7 $(wc -l <"$T/even") 14" \
	'the removed ones stay at 7, the others are at 14'
is "$(totals)" '' 'totals'
talk_end crowd

# Their end, the list replaced, removed while they run
wait_for grep -qx none "$D/targets"
is "$(<"$D/targets") $(status targets)" 'none 0' 'all gone, none is a target'
ctl reset 1
talk_start storm nice -n 19 "$WORKLOAD/storm" 3 2
talk_until storm ready
mapfile -t pids < <(said storm process)
ctl targets "${pids[0]} ${pids[1]}"
is "$(sort "$D/targets" | xargs)" "$(printf '%s\n' "${pids[@]:0:2}" |
	sort | xargs)" 'bare pids are the list'
ctl targets "${pids[2]}"
is "$(<"$D/targets")" "${pids[2]}" 'and replace it'
ctl targets "-${pids[2]} +${pids[0]}"
is "$(<"$D/targets")" "${pids[0]}" 'removing and adding in one write'
ctl targets "+${pids[0]} +${pids[0]}"
is "$(<"$D/targets") $(status targets)" "${pids[0]} 1" 'added again: once'
ctl targets "+${pids[1]} -${pids[1]}"
like "$(<"$D/targets")" "^${pids[0]}(\$|.${pids[1]}\$)" \
	'added and removed in one write: one of both, and no more'

# Mid-storm, at synchronised points
ctl targets none
ctl syscalls all
ctl reset 1
talk_ask storm go going
talk_ask storm pause parked
is "$(status entered)" 0 'storm: not a target, not counted'
before0=$(storm_total storm "${pids[0]}" getppid)
before1=$(storm_total storm "${pids[1]}" getppid)
ctl targets "${pids[0]}"
talk_ask storm go going
wait_for sh -c "[ \"\$(awk '\$5 == \"getppid\" { print \$6 }' \
	$D/counters)\" -gt 5000 ]"
talk_ask storm pause parked
is "$(count "${pids[0]}" x86-64 getppid)" \
	"$(($(storm_total storm "${pids[0]}" getppid) - before0))" \
	'storm: a target from a known point on, counted from there'
is "$(count "${pids[1]}" x86-64 getppid)" 0 'storm: the others are not'
before1=$(storm_total storm "${pids[1]}" getppid)
ctl targets "+${pids[1]}"
talk_ask storm go going
wait_for sh -c "[ \"\$(grep -c getppid $D/counters)\" = 2 ]"
sleep 0.2
talk_ask storm pause parked
is "$(count "${pids[0]}" x86-64 getppid) $(count "${pids[1]}" x86-64 getppid)" \
	"$(($(storm_total storm "${pids[0]}" getppid) - before0)) $((
		$(storm_total storm "${pids[1]}" getppid) - before1))" \
	'storm: a second one added'
ctl targets "-${pids[0]}"
was=$(count "${pids[0]}" x86-64 getppid)
talk_ask storm go going
sleep 0.2
talk_ask storm pause parked
is "$(count "${pids[0]}" x86-64 getppid) $(count "${pids[1]}" x86-64 getppid)" \
	"$was $(($(storm_total storm "${pids[1]}" getppid) - before1))" \
	'storm: the first removed, its count stays, the second goes on'
is "$(storm_total storm "${pids[1]}" close)" \
	"$(storm_total storm "${pids[1]}" select)" \
	'storm: its own counters agree with its pattern'

# Mid-storm, at no known point: added and removed again and again
ctl targets "${pids[1]}"
ctl reset 1
before1=$(storm_total storm "${pids[1]}" getppid)
before2=$(storm_total storm "${pids[2]}" getppid)
talk_ask storm go going
for _ in {1..50}; do
	ctl targets "+${pids[2]}"
	ctl targets "+${pids[0]}"
	ctl targets "-${pids[2]}"
	ctl targets "-${pids[0]}"
done
ctl targets "+${pids[2]}"
talk_ask storm pause parked
made=$(($(storm_total storm "${pids[2]}" getppid) - before2))
got=$(count "${pids[2]}" x86-64 getppid)
is "$(count "${pids[1]}" x86-64 getppid)" \
	"$(($(storm_total storm "${pids[1]}" getppid) - before1))" \
	'storm: 200 changes around a target do not touch it'
at_least "$got" 1 'storm: one added and removed is counted'
at_least "$made" "$got" 'storm: and not more than it made'
before2=$(storm_total storm "${pids[2]}" getppid)
talk_ask storm go going
sleep 0.1
talk_ask storm pause parked
is "$(count "${pids[2]}" x86-64 getppid)" \
	"$((got + $(storm_total storm "${pids[2]}" getppid) - before2))" \
	'storm: added last, it is counted exactly'
is "$("$WORKLOAD/snapread")" 'ok 1' 'storm: the snapshot adds up'
talk_ask storm stop stopped
talk_end storm

# follow, and threads that start later
ctl follow 0
ctl reset 1
workload tree -t -o 2 3 >"$T/expect"
is "$(compare "$T/expect")" '' 'follow=0: only the target itself'
ctl follow 1
ctl reset 1
workload tree -t 2 3 >"$T/expect"
is "$(compare "$T/expect")" '' 'follow=1: all that come from it'
ctl follow 0
ctl reset 1
"$WORKLOAD/threads" -s 8 >"$T/expect" &
pid=$!
wait_for state_is $pid T
ctl targets $pid
kill -CONT $pid
ended $pid "$T/expect"
is "$(compare "$T/expect")" '' 'threads that start later are counted'
is "$(<"$D/targets")" none 'and leave the list with their process'

# The same pid again
"$WORKLOAD/reuse" 0 n:1 >"$T/said"
read -r _ pid <"$T/said"
ctl reset 1
"$WORKLOAD/reuse" "$pid" t:101 n:211 t:307 n:11 >"$T/said"
is "$(<"$T/said")" "pid $pid" 'four processes with one pid'
is "$(awk -v pid="$pid" '$1 == pid && $5 == "getppid" { print $6 }' \
	"$D/counters" | sort -n | xargs)" '101 307' \
	'a pid that comes again is not a target, inherits no count'
is "$("$WORKLOAD/snapread" -d | awk -v pid="$pid" '
	$1 == "row" && $2 == pid { print $10 }' | sort -u | wc -l)" 2 \
	'the snapshot tells them apart by their start'
ctl follow 1
ctl reset 1
ctl collect time
highest=$(</proc/sys/kernel/pid_max)
echo 700 >/proc/sys/kernel/pid_max
workload churn -t 2003 7 >"$T/expect"
echo "$highest" >/proc/sys/kernel/pid_max
is "$(compare "$T/expect")" '' '2003 processes in 700 pids: equal'
at_least "$(awk '$5 == "close" { seen[$1]++ }
	END { for (pid in seen) twice += seen[pid] > 1; print twice + 0 }' \
	"$D/counters")" 2 'some pids came more than once'
is "$(awk '$5 == "close" && $1 && $6 != 1' "$D/counters")" '' \
	'each of their processes has a row of its own'
ctl collect count
ctl follow 0
ctl targets none
is "$("$WORKLOAD/snapread")" 'ok 1' 'the snapshot adds up'
is "$(status kprobe_missed) $(status untimed)" '0 0' 'none missed'

# Another namespace's pids
for token in 1 +1; do
	ctl reset 1
	ctl targets none
	"$WORKLOAD/namespace" "$token" 1009 >"$T/expect"
	pid=$(sed -n 's/^pid //p' "$T/expect")
	is "$(head -n 1 "$T/expect") $(count "$pid" x86-64 getppid) $(
		count all all getppid)" 'written 1009 1009' \
		"namespace: $token is the writer's own"
done
ctl reset 1
ctl targets none
is "$("$WORKLOAD/namespace" $$ | head -n 1) $(<"$D/targets")" 'ESRCH none' \
	'namespace: pids outside do not exist'
ctl targets $$
"$WORKLOAD/namespace" 1 7 >"$T/expect"
is "$(head -n 1 "$T/expect") $(<"$D/targets")" 'written none' \
	'namespace: bare pids replace the list, and it ended with its process'
ctl targets $$
"$WORKLOAD/namespace" -1 7 >"$T/expect"
is "$(head -n 1 "$T/expect") $(<"$D/targets")" "written $$" \
	'namespace: 1 there is not 1 here'
ctl targets 1
is "$("$WORKLOAD/namespace" +1 7 | head -n 1) $(<"$D/targets")" 'written 1' \
	'namespace: added to the list of another, gone with its process'
ctl targets none
is "$(status state)" off 'no target, no hook'
is "$(totals)" '' 'totals'

# Everyone
ctl syscalls getppid
ctl reset 1
ctl targets all
workload calls ppid 1009 >"$T/expect"
workload calls32 ppid 503 >>"$T/expect"
ctl targets none
is "$(compare "$T/expect")" '' 'all: everyone is counted'
is "$(status state) $(status targets)" 'off 0' 'none: no one is'
"$WORKLOAD/calls" ppid 1009 >/dev/null
is "$(compare "$T/expect")" '' 'none: and nothing is added'

finish
