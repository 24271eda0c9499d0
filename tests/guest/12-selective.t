#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The selective state: only the tasks of targets carry the flag, as a module of
# the tests reports, while targets, hooks and levels change; and the counts are
# exact.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/flags.sh"

referee_load

# calls_are NAME TGID N...: a test that only these processes have rows of
# getppid, with these counts
calls_are() {
	local name=$1

	shift
	is "$(awk '$5 == "getppid" { print $1, $6 }' "$D/counters" |
		sort -n | xargs)" "$(printf '%s %s\n' "$@" | sort -n | xargs)" \
		"$name"
}

# rows_of: prints the processes that have rows of any call
rows_of() {
	awk 'NR > 1 { print $1 }' "$D/counters" | sort -nu | xargs
}

# Threads
puppet_start bystander 2
puppet_start puppet 3
puppet=${talk_pid[puppet]}
need_load
settles 'after the load: off, no task carries the flag' off none
ctl targets "$puppet"
settles 'with a target: selective, only its threads carry the flag' \
	selective "$puppet"
like "$(status selective)" '^yes' 'status: selective is yes'
puppet_call puppet 1009
puppet_call bystander 2003
calls_are 'only the 3 threads of the target are counted' "$puppet" $((3 * 1009))
talk_ask puppet thread made
is "$(flags_differ "$puppet")" '' 'a later thread carries the flag'
puppet_call puppet 503
calls_are 'a later thread is counted' "$puppet" $((3 * 1009 + 4 * 503))
is "$(rows_of)" "$puppet" 'bystanders have no row of any call'

# Children
ctl reset 1
is "$(flags_differ "$puppet")" '' 'after a reset, the same tasks carry the flag'
talk_ask puppet 'fork 2' made
is "$(flags_differ "$puppet")" '' 'follow=0: children do not carry the flag'
puppet_call puppet 307
calls_are 'follow=0: children are not counted' "$puppet" $((4 * 307))
ctl follow 1
talk_ask puppet 'fork 2' made
mapfile -t children < <(said puppet member | cut -d ' ' -f 1)
is "$(sort -n "$D/targets" | xargs)" \
	"$(printf '%s\n' "$puppet" "${children[@]}" | sort -n | xargs)" \
	"follow=1: a child and its child are targets"
is "$(flags_differ "$puppet" "${children[@]}")" '' \
	'follow=1: they carry the flag'
puppet_call puppet 101
calls_are 'follow=1: they are counted' "$puppet" $((4 * 307 + 4 * 101)) \
	"${children[0]}" 101 "${children[1]}" 101
is "$(rows_of)" "$(printf '%s\n' "$puppet" "${children[@]}" | sort -n |
	xargs)" 'no other process has rows'
puppet_end puppet
settles 'when all have exited: off' off none
is "$(<"$D/targets")" none 'when all have exited: no targets'

# exec
ctl follow 0
ctl reset 1
puppet_start puppet 3
puppet=${talk_pid[puppet]}
ctl targets "$puppet"
puppet_call puppet 53
talk_ask puppet 'exec' ready
is "$(flags_differ "$puppet")" '' 'exec: the target still carries the flag'
puppet_call puppet 29
calls_are 'exec: the counts go on' "$puppet" $((3 * 53 + 29))
puppet_end puppet
ctl follow 1
for program in 'chain leader 7' 'chain thread 7' 'tree -v 1 5'; do
	ctl reset 1
	# shellcheck disable=SC2086 # words
	set -- $program
	program=$1
	shift
	"$WORKLOAD/$program" -s "$@" >"$T/expect" &
	pid=$!
	wait_for state_is $pid T
	ctl targets $pid
	wait_for is_state selective
	state=$(status state)
	kill -CONT $pid
	ended $pid "$T/expect"
	is "$state$(compare "$T/expect")" selective \
		"$program $*: state selective, and exact counts"
done
ctl follow 0
ctl reset 1
settles 'when these have exited: off' off none
puppet_start puppet
ctl targets "${talk_pid[puppet]}"
ctl threads 1
puppet_call puppet 1009
is "$(awk '$5 == "getppid" { print $6 }' "$D/counters")" 1009 \
	'threads=1: the row is exact'
ctl threads 0
puppet_end puppet
settles 'when it has exited: off' off none

# The list
puppet_start first 2
puppet_start second 2
first=${talk_pid[first]}
second=${talk_pid[second]}
both() {
	puppet_call first "$1"
	puppet_call second "$2"
}
ctl reset 1
ctl targets "$first $second"
is "$(flags_differ "$first" "$second")" '' 'two targets carry the flag'
both 101 103
ctl targets "-$first"
is "$(flags_differ "$second")" '' 'one is removed: the other one carries it'
both 7 11
ctl targets "$first"
is "$(flags_differ "$first")" '' \
	'the list is replaced: only the new target carries it'
both 13 17
calls_are 'each is counted while it is a target' "$first" $((2 * (101 + 13))) \
	"$second" $((2 * (103 + 11)))
# auto would choose the direct hook, which needs no flag.
ctl hook tracepoint
ctl targets all
settles 'targets=all: shared, every task carries it' shared everyone
like "$(status selective)" '^no .*all' 'status says why it is not selective'
ctl targets "$second"
settles 'a pid as target again: selective' selective "$second"
ctl targets none
settles 'targets=none: off, no task carries it' off none

# One of two targets exits
ctl targets "$first $second"
puppet_end first
settles 'one of two targets exits: the other one carries it' selective "$second"

# Levels and hooks. Without a tracepoint hook, no task carries the flag.
ctl targets "$second"
ctl reset 1
calls=0
# switched NAME STATE WHO...
switched() {
	puppet_call second 101
	calls=$((calls + 2 * 101))
	settles "$@"
}
# Kprobes on all calls take many seconds.
ctl syscalls getppid,close
ctl collect time
switched 'collect=time: selective' selective "$second"
ctl hook kprobe
switched 'hook=kprobe, collect=time: selective, for exits' selective "$second"
ctl collect count
switched 'hook=kprobe, collect=count: no hook there' shared none
ctl hook tracepoint
switched 'hook=tracepoint again: selective' selective "$second"
ctl syscalls getppid
switched 'one call only: selective' selective "$second"
ctl syscalls all
calls_are 'every call was counted meanwhile' "$second" $calls
ctl enabled 0
settles 'enabled=0: off, no task carries it' off none
puppet_call second 53
ctl enabled 1
switched 'enabled=1: selective' selective "$second"
calls_are 'enabled=1: the counts grow again' "$second" $calls

# Probes on other tracepoints do not matter.
echo 1 >/sys/kernel/tracing/events/sched/sched_process_fork/enable
is "$(status state) $(status foreign_probes)" 'selective 0' \
	'a probe on another tracepoint changes nothing'
echo 0 >/sys/kernel/tracing/events/sched/sched_process_fork/enable
puppet_end second
settles 'the last target exits: off' off none

# selective=0
need_load selective=0
puppet_start puppet 2
puppet=${talk_pid[puppet]}
ctl targets "$puppet"
settles 'selective=0: shared, all tasks carry it' shared everyone
like "$(status selective)" '^no .*selective=0' 'status says why'
puppet_call puppet 1009
puppet_call bystander 101
calls_are 'selective=0: only the target is counted' "$puppet" $((2 * 1009))
unload
is "$(flags_differ none)" '' 'after the unload, no task carries it'
insmod "$SYSTALLY_KO" targets="$puppet" collect=time
settles 'a target by parameter: selective' selective "$puppet"
unload
is "$(flags_differ none)" '' \
	'after an unload from selective, no task carries it'

# The guard without kprobes: they are turned off, or ftrace is, which they use.
# Then the guard cannot notice a new tracer, so the state must be shared.
need_load targets="$puppet"
kprobes=/sys/kernel/debug/kprobes/enabled
ftrace=/proc/sys/kernel/ftrace_enabled
for switch in $kprobes $ftrace; do
	settles "${switch##*/}=1: selective" selective "$puppet"
	if ! echo 0 >"$switch"; then
		skip "$switch" 'cannot be turned off here'
		skip "$switch" 'cannot be turned off here'
		continue
	fi
	settles "${switch##*/}=0: shared" shared everyone
	like "$(status selective)" '^no .*turned off' 'status says why'
	echo 1 >"$switch"
done
settles 'both turned on: selective again' selective "$puppet"
echo 0 >$kprobes
ctl targets none
ctl targets "$puppet"
settles 'kprobes turned off before there was a target: shared' shared everyone
echo 1 >$kprobes

# More registrations at once than the guard can follow
talk_start many "$WORKLOAD/rawtp" sys_enter "${talk_pid[bystander]}" 110 300
talk_until many tracing
settles '300 threads register a tracer at once: shared' shared everyone
puppet_call bystander 211 # by each of its two threads
note "selective: $(status selective)"
talk_ask many '' 'done'
is "$(said many calls)" 422 'the tracer has counted every call of a bystander'
talk_end many
settles 'when it has gone: selective again' selective "$puppet"
puppet_end puppet

# The state changes again and again under fork storms
ctl targets none
ctl follow 1
talk_start forks nice -n 19 "$WORKLOAD/storm" -f 2 2
talk_start others nice -n 19 "$WORKLOAD/storm" -f 1 2
talk_until forks ready
talk_until others ready
mapfile -t pids < <(said forks process)
talk_ask others go going
ctl targets "${pids[*]}"
ctl reset 1
talk_ask forks go going
rounds=5
[ -z "$LONG" ] || rounds=101
wrong=''
for ((round = 0; round < rounds; round++)); do
	for function in register prio may_exist; do
		echo "+sys_enter $function" >"$F/probes"
		[ "$(status state)" = shared ] || wrong+="$round: selective "
		echo "-sys_enter $function" >"$F/probes"
	done
	ctl collect time
	wait_for is_state selective
	ctl collect count
	ctl targets "+$$"
	ctl targets "-$$"
done
is "$wrong" '' "$rounds rounds of tracers that come and go: shared with each"
talk_ask forks pause parked
is "$(awk '$5 == "getppid" { sum += $6 } END { print sum }' "$D/counters")" \
	"$(storm_total forks all getppid)" 'every call of the children is counted'
is "$(status entered)" $(($(status tallied) + $(status unattributed))) \
	'the totals add up'
settles 'then only targets carry the flag' selective "${pids[@]}"
talk_ask forks go going
for ((round = 0; round < rounds; round++)); do
	ctl targets all
	ctl targets "${pids[0]}"
	ctl targets none
	ctl targets "${pids[*]}"
	ctl enabled 0
	ctl enabled 1
done
talk_ask forks pause parked
talk_ask others pause parked
settles 'after changes of targets, only targets carry it' selective "${pids[@]}"
ctl hook tracepoint
ctl targets all
settles 'targets=all: every task carries it' shared everyone
ctl targets none
settles 'targets=none: no task carries it' off none
talk_ask others go going
for ((round = 0; round < rounds; round++)); do
	ctl targets "${pids[0]}"
	ctl targets none
done
unload
is "$(flags_differ none)" '' \
	'after an unload under a fork storm, no task carries it'
talk_ask forks stop stopped
talk_end forks
talk_ask others stop stopped
talk_end others
puppet_end bystander
is "$(probes_standing) $(flags_differ none)" '0 ' \
	'in the end no probe is left, and no task carries it'
referee_unload
finish
