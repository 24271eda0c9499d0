#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which processes are counted: thousands of targets, added and removed while
# they run, their children, reused pids, and pids of another namespace.

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

# Thousands of processes that make 7 calls when they are told to
need_load syscalls=getppid
crowd=1009
talk_start crowd "$WORKLOAD/crowd" $crowd
talk_until crowd ready
said crowd process | sort -n >"$T/pids"
passes "$crowd targets can be added" in_chunks + "$T/pids"
is "$(status targets)" $crowd "status: shows $crowd targets"
is "$(sort -n "$D/targets" | cmp - "$T/pids" && echo same)" same \
	'targets: lists all of them'
talk_ask crowd go 'done'
is "$(awk 'NR > 1 { print $6 }' "$D/counters" | sort | uniq -c |
	xargs)" "$crowd 7" 'each of them has 7 calls'
awk 'NR % 2' "$T/pids" >"$T/odd"
awk 'NR % 2 == 0' "$T/pids" >"$T/even"
passes 'half of them can be removed' in_chunks - "$T/odd"
is "$(status targets)" "$(wc -l <"$T/even")" 'status: shows half of the targets'
talk_ask crowd go 'done'
is "$(awk 'NR > 1 { print $6 }' "$D/counters" | sort -n | uniq -c |
	xargs)" "$(wc -l <"$T/odd") 7 $(wc -l <"$T/even") 14" \
	'the removed ones still have 7 calls, the others 14'
is "$(totals)" '' 'the totals add up'
talk_end crowd

# Targets that exit; the list replaced; targets removed while they run
wait_for grep -qx none "$D/targets"
is "$(<"$D/targets") $(status targets)" 'none 0' \
	'when all have exited, none is a target'
ctl reset 1
talk_start storm nice -n 19 "$WORKLOAD/storm" 3 2
talk_until storm ready
mapfile -t pids < <(said storm process)
ctl targets "${pids[0]} ${pids[1]}"
is "$(sort "$D/targets" | xargs)" "$(printf '%s\n' "${pids[@]:0:2}" |
	sort | xargs)" 'pids without a sign are the new list'
ctl targets "${pids[2]}"
is "$(<"$D/targets")" "${pids[2]}" 'they replace the former list'
ctl targets "-${pids[2]} +${pids[0]}"
is "$(<"$D/targets")" "${pids[0]}" 'one write can remove and add'
ctl targets "+${pids[0]} +${pids[0]}"
is "$(<"$D/targets") $(status targets)" "${pids[0]} 1" \
	'a pid added twice is one target'
ctl targets "+${pids[1]} -${pids[1]}"
like "$(<"$D/targets")" "^${pids[0]}(\$|.${pids[1]}\$)" \
	'a pid added and removed in one write: the others stay'

# Changes while a storm is parked
ctl targets none
ctl syscalls all
ctl reset 1
talk_ask storm go going
talk_ask storm pause parked
is "$(status entered)" 0 'storm: without targets, nothing is counted'
before0=$(storm_total storm "${pids[0]}" getppid)
before1=$(storm_total storm "${pids[1]}" getppid)
ctl targets "${pids[0]}"
talk_ask storm go going
wait_for sh -c "[ \"\$(awk '\$5 == \"getppid\" { print \$6 }' \
	$D/counters)\" -gt 5000 ]"
talk_ask storm pause parked
is "$(count "${pids[0]}" x86-64 getppid)" \
	"$(($(storm_total storm "${pids[0]}" getppid) - before0))" \
	'storm: a new target is counted from then on'
is "$(count "${pids[1]}" x86-64 getppid)" 0 \
	'storm: the other processes are not counted'
before1=$(storm_total storm "${pids[1]}" getppid)
ctl targets "+${pids[1]}"
talk_ask storm go going
wait_for sh -c "[ \"\$(grep -c getppid $D/counters)\" = 2 ]"
sleep 0.2
talk_ask storm pause parked
is "$(count "${pids[0]}" x86-64 getppid) $(count "${pids[1]}" x86-64 getppid)" \
	"$(($(storm_total storm "${pids[0]}" getppid) - before0)) $((
		$(storm_total storm "${pids[1]}" getppid) - before1))" \
	'storm: a second target is counted from then on'
ctl targets "-${pids[0]}"
was=$(count "${pids[0]}" x86-64 getppid)
talk_ask storm go going
sleep 0.2
talk_ask storm pause parked
is "$(count "${pids[0]}" x86-64 getppid) $(count "${pids[1]}" x86-64 getppid)" \
	"$was $(($(storm_total storm "${pids[1]}" getppid) - before1))" \
	'storm: a removed target keeps its count, the other one still counts'
is "$(storm_total storm "${pids[1]}" close)" \
	"$(storm_total storm "${pids[1]}" select)" \
	'storm: it has made as many close as select calls'

# Changes while a storm runs: targets added and removed again and again
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
	'storm: 200 changes of other targets lose no call of a target'
at_least "$got" 1 'storm: one that is added and removed is counted at times'
at_least "$made" "$got" 'storm: and never more than it has made'
before2=$(storm_total storm "${pids[2]}" getppid)
talk_ask storm go going
sleep 0.1
talk_ask storm pause parked
is "$(count "${pids[2]}" x86-64 getppid)" \
	"$((got + $(storm_total storm "${pids[2]}" getppid) - before2))" \
	'storm: when it stays a target, it is counted exactly'
is "$("$WORKLOAD/snapread")" 'ok 1' 'storm: the snapshot adds up'
talk_ask storm stop stopped
talk_end storm

# follow, and threads that start later
ctl follow 0
ctl reset 1
workload tree -t -o 2 3 >"$T/expect"
is "$(compare "$T/expect")" '' 'follow=0: counts only the target itself'
ctl follow 1
ctl reset 1
workload tree -t 2 3 >"$T/expect"
is "$(compare "$T/expect")" '' 'follow=1: counts all its descendants'
ctl follow 0
ctl reset 1
"$WORKLOAD/threads" -s 8 >"$T/expect" &
pid=$!
wait_for state_is $pid T
ctl targets $pid
kill -CONT $pid
ended $pid "$T/expect"
is "$(compare "$T/expect")" '' 'threads that start later are counted'
is "$(<"$D/targets")" none 'targets: none when the process has exited'

# A pid that is used again
"$WORKLOAD/reuse" 0 n:1 >"$T/said"
read -r _ pid <"$T/said"
ctl reset 1
"$WORKLOAD/reuse" "$pid" t:101 n:211 t:307 n:11 >"$T/said"
is "$(<"$T/said")" "pid $pid" 'four processes with one pid'
is "$(awk -v pid="$pid" '$1 == pid && $5 == "getppid" { print $6 }' \
	"$D/counters" | sort -n | xargs)" '101 307' \
	'a reused pid is not a target, and inherits no count'
is "$("$WORKLOAD/snapread" -d | awk -v pid="$pid" '
	$1 == "row" && $2 == pid { print $10 }' | sort -u | wc -l)" 2 \
	'snapshot: processes with one pid differ in their start time'
ctl follow 1
ctl reset 1
ctl collect time
highest=$(</proc/sys/kernel/pid_max)
echo 700 >/proc/sys/kernel/pid_max
workload churn -t 2003 7 >"$T/expect"
echo "$highest" >/proc/sys/kernel/pid_max
is "$(compare "$T/expect")" '' '2003 processes in 700 pids are counted exactly'
at_least "$(awk '$5 == "close" { seen[$1]++ }
	END { for (pid in seen) twice += seen[pid] > 1; print twice + 0 }' \
	"$D/counters")" 2 'some pids were used more than once'
is "$(awk '$5 == "close" && $1 && $6 != 1' "$D/counters")" '' \
	'each process with such a pid has its own row'
ctl collect count
ctl follow 0
ctl targets none
is "$("$WORKLOAD/snapread")" 'ok 1' 'the snapshot adds up'
is "$(status kprobe_missed) $(status untimed)" '0 0' \
	'no call was missed, none is untimed'

# Pids of another namespace
for token in 1 +1; do
	ctl reset 1
	ctl targets none
	"$WORKLOAD/namespace" "$token" 1009 >"$T/expect"
	pid=$(sed -n 's/^pid //p' "$T/expect")
	is "$(head -n 1 "$T/expect") $(count "$pid" x86-64 getppid) $(
		count all all getppid)" 'written 1009 1009' \
		"namespace: $token is a pid of the writer's namespace"
done
ctl reset 1
ctl targets none
is "$("$WORKLOAD/namespace" $$ | head -n 1) $(<"$D/targets")" 'ESRCH none' \
	'namespace: pids outside of it do not exist'
ctl targets $$
"$WORKLOAD/namespace" 1 7 >"$T/expect"
is "$(head -n 1 "$T/expect") $(<"$D/targets")" 'written none' \
	'namespace: pids replace the list, which is empty after their exit'
ctl targets $$
"$WORKLOAD/namespace" -1 7 >"$T/expect"
is "$(head -n 1 "$T/expect") $(<"$D/targets")" "written $$" \
	'namespace: removing its pid 1 does not remove pid 1'
ctl targets 1
is "$("$WORKLOAD/namespace" +1 7 | head -n 1) $(<"$D/targets")" 'written 1' \
	'namespace: a pid added to a list is removed at its exit'
ctl targets none
is "$(status state)" off 'state: off without targets'
is "$(totals)" '' 'the totals add up'

# All processes
ctl syscalls getppid
ctl reset 1
ctl targets all
workload calls ppid 1009 >"$T/expect"
workload calls32 ppid 503 >>"$T/expect"
ctl targets none
is "$(compare "$T/expect")" '' 'all: every process is counted'
is "$(status state) $(status targets)" 'off 0' \
	'none: state is off, and there are no targets'
"$WORKLOAD/calls" ppid 1009 >/dev/null
is "$(compare "$T/expect")" '' 'none: later calls are not counted'

finish
