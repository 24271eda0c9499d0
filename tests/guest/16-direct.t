#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The special properties of hook=direct: when auto chooses it, the errors if it
# is not available or another tracer has hooked the same functions, and the
# calls that it misses.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

trace=/sys/kernel/debug/tracing
many='read write close poll getppid getpgid getsid select pause nanosleep'

no_direct=$(direct_missing)
if [ -n "$no_direct" ]; then
	note "$no_direct"
	need_load targets=all
	like "$(<"$D/hook")" \
		'^auto: tracepoint \(all calls, of every process; no direct hook: .*no direct calls' \
		'auto chooses the tracepoint, and says why'
	is "$(refused hook direct)" EOPNOTSUPP \
		'hook=direct fails with EOPNOTSUPP'
	like "$(<"$D/hook")" '^auto: tracepoint' 'the hook is as before'
	finish
	exit
fi

need_load
no_dispatch=$(dispatch_missing)
[ -z "$no_dispatch" ] || note "$no_dispatch"

# force CONTROL=VALUE... WANTED: sets these, and tests what `hook` reads then
force() {
	while [ $# -gt 1 ]; do
		ctl "${1%%=*}" "${1#*=}"
		shift
	done
	is "$(<"$D/hook")" "$1" "hook reads: $1"
}

force hook=direct 'direct: none (no targets)'
force targets=all 'direct: direct (asked for)'
is "$(status state)" shared 'status: the state is shared'
is "$(refused collect time) $(<"$D/collect")" 'EOPNOTSUPP count' \
	'collect=time fails with hook=direct'
log_lines | tail -n 5 | grep -q 'systally.*hook=direct'
ok $? 'the log says why collect=time failed'
force hook=auto 'auto: direct (all calls, of every process)'
force syscalls=getppid 'auto: direct (chosen calls, of every process)'
force "syscalls=$many" 'auto: direct (chosen calls, of every process)'
# Nearly each call has a function for 64-bit programs and one for i386.
at_least "$(status direct_sites)" 12 'status: the functions of the calls are hooked'
force collect=time \
	'auto: tracepoint (times need the tracepoint on exit anyway)'
is "$(refused hook direct) $(<"$D/hook")" \
	"EOPNOTSUPP auto: tracepoint (times need the tracepoint on exit anyway)" \
	'hook=direct fails with collect=time'
force collect=count syscalls=all \
	'auto: direct (all calls, of every process)'
force targets=$$ 'auto: tracepoint (targets are set)'

# All processes, or targets
"$WORKLOAD/calls" -s ppid 1009 >"$T/other" &
other=$!
wait_for state_is $other T
"$WORKLOAD/calls" -s ppid 10007 >"$T/one" &
one=$!
wait_for state_is $one T
ctl targets $one
ctl hook direct
kill -CONT $one $other
wait $one $other
is "$(awk '$5 == "getppid" { print $6 }' "$D/counters" | xargs)" 10007 \
	'only the target is counted'
ctl targets all
ctl reset 1
perl -e 'syscall(400) for 1..101; syscall(500) for 1..53'
beyond=0
[ -z "$no_dispatch" ] || [ -z "$(calls_beyond)" ] || beyond=53
is "$(count all x86-64 syscall_400) $(count all x86-64 syscall_500)" \
	"101 $beyond" \
	'counts numbers in gaps of the table; beyond it, what has a function'
ctl hook tracepoint
ctl reset 1
perl -e 'syscall(400) for 1..101; syscall(500) for 1..53'
is "$(count all x86-64 syscall_400) $(count all x86-64 syscall_500)" '101 53' \
	'the tracepoint counts both'

# storm_counted: how many of the storms' calls are counted
storm_counted() {
	awk -v names=" $storm_calls " 'index(names, " " $5 " ") { sum += $6 }
		END { printf "%.0f\n", sum }' "$D/counters"
}

# beside FUNCTION CALLS: other tracers start and stop on FUNCTION, which is
# hooked to count CALLS
beside() {
	local function=$1 calls=$2 before

	ctl targets none
	is "$(totals)" '' "$function: totals"
	ctl hook direct
	ctl syscalls "$calls"
	ctl reset 1
	echo "p:systally_test $function" >>$trace/kprobe_events
	talk_start storm nice -n 19 "$WORKLOAD/storm" 1 2
	talk_until storm ready
	ctl targets "$(said storm process)"
	talk_ask storm go going
	for _ in {1..3}; do
		echo 1 >$trace/events/kprobes/systally_test/enable
		echo 0 >$trace/events/kprobes/systally_test/enable
	done
	talk_ask storm pause parked
	is "$(storm_counted)" "$(storm_total storm)" \
		"$function: counts are exact while a kprobe comes and goes"
	echo 1 >$trace/events/kprobes/systally_test/enable
	talk_ask storm go going
	ctl enabled 0
	ctl enabled 1
	talk_ask storm pause parked
	before=$(storm_total storm)
	ctl reset 1
	talk_ask storm go going
	sleep 0.1
	talk_ask storm pause parked
	is "$(storm_counted)" $(($(storm_total storm) - before)) \
		"$function: counts are exact when the kprobe was there first"
	at_least "$(storm_counted)" 1 "$function: calls were made meanwhile"
	before=$(storm_total storm)
	ctl reset 1
	echo "$function" >$trace/set_ftrace_filter
	echo function >$trace/current_tracer
	talk_ask storm go going
	sleep 0.1
	echo nop >$trace/current_tracer
	sleep 0.1
	echo function >$trace/current_tracer
	ctl hook tracepoint
	ctl hook direct
	echo nop >$trace/current_tracer
	talk_ask storm pause parked
	echo >$trace/set_ftrace_filter
	is "$(storm_counted)" $(($(storm_total storm) - before)) \
		"$function: counts are exact while the function tracer and the hook change"
	echo 0 >$trace/events/kprobes/systally_test/enable
	echo '-:systally_test' >>$trace/kprobe_events
	is "$(totals)" '' "$function: totals"
	is "$({ echo 0 >/proc/sys/kernel/ftrace_enabled; } 2>/dev/null ||
		echo refused)" \
		refused "$function: ftrace cannot be turned off while it is in use"
	talk_ask storm stop stopped
	talk_end storm
}
beside __x64_sys_getpgid "$storm_calls"
[ -n "$no_dispatch" ] || beside x64_sys_call "$storm_calls getpid"

# The calls to count change in a storm.
ctl targets none
ctl syscalls "$storm_calls"
ctl hook direct
talk_start storm nice -n 19 "$WORKLOAD/storm" 1 2
talk_until storm ready
ctl targets "$(said storm process)"
ctl reset 1
talk_ask storm go going
for calls in "$storm_calls getpid" "$storm_calls" all "$storm_calls read write" \
	"$storm_calls"; do
	ctl syscalls "$calls"
	ok $? "syscalls is set to: ${calls/$storm_calls/the storms calls}"
done
talk_ask storm pause parked
is "$(storm_counted)" "$(storm_total storm)" \
	'counts are exact while the calls to count change'
talk_ask storm stop stopped
talk_end storm
unload
is "$(cat $trace/enabled_functions)" '' \
	'after the unload, ftrace has no function left'
need_load hook=kprobe targets=all syscalls=getppid
ctl hook auto
like "$(<"$D/hook")" '^auto: direct' 'the module loads again'

busy='or ftrace is switched off'
# taken FUNCTION CALLS HOOK: another tracer has FUNCTION, one of those that the
# direct hook needs for CALLS. `auto` then chooses HOOK.
taken() {
	local function=$1 calls=$2 hook=$3 holder

	ctl hook tracepoint
	ctl syscalls "$calls"
	bpftrace -e "kfunc:$function { @ = count(); }" >"$T/bpftrace" 2>&1 &
	holder=$!
	# It may take more than a minute to start.
	patience=120 wait_for grep -q "^$function" $trace/enabled_functions ||
		note "$(<"$T/bpftrace")"
	ctl hook auto
	like "$(<"$D/hook")" \
		"^auto: $hook \\(.* of every process; no direct hook: another tracer has .*, $busy\\)\$" \
		"$function is taken: auto chooses the $hook, and says why"
	is "$(refused hook direct)" EBUSY \
		"$function is taken: hook=direct fails with EBUSY"
	like "$(<"$D/hook")" "^auto: $hook" 'the hook is as before'
	ctl reset 1
	"$WORKLOAD/calls" ppid 10007 >/dev/null
	is "$(count all all getppid)" 10007 "the $hook counts exactly"
	ctl hook tracepoint
	is "$(grep -c sys_ $trace/enabled_functions)" 1 \
		'no other function is hooked'
	# bpftrace may miss a signal, so it gets another one until it has ended.
	wait_for sh -c "kill $holder && exit 1; :"
	wait $holder
	wait_for sh -c "! grep -q sys_ $trace/enabled_functions"
}

# kept FUNCTION: another tracer cannot attach where the direct hook is.
kept() {
	local function=$1 status

	force hook=direct 'direct: direct (asked for)'
	timeout 180 bpftrace -e "kfunc:$function { @ = count(); }" \
		>"$T/bpftrace" 2>&1
	status=$?
	note "$(<"$T/bpftrace")"
	# `taken` has shown that it can attach to a function without the hook.
	like "$(<"$T/bpftrace")" "ERROR: .*[Aa]ttach.*$function" \
		"bpftrace cannot attach to $function, which has the direct hook"
	is "$([ $status -ne 124 ] || echo 'it ran until the time-out')" '' \
		'bpftrace ends at once'
	ctl reset 1
	"$WORKLOAD/calls" ppid 10007 >/dev/null
	is "$(count all all getppid)" 10007 'systally still counts exactly'
}

if [ ! -e /sys/kernel/btf/vmlinux ]; then
	skip 'functions that are taken' 'no BTF, so no bpftrace at functions'
else
	taken __x64_sys_getpgid getppid,getpgid kprobe
	kept __x64_sys_getpgid
fi
if [ -e /sys/kernel/btf/vmlinux ] && [ -z "$no_dispatch" ]; then
	taken x64_sys_call all tracepoint
	taken ia32_sys_call all tracepoint
	kept x64_sys_call
	is "$(grep -c sys_call $trace/enabled_functions)" \
		"$(grep -cE ' (x64|ia32|x32)_sys_call$' /proc/kallsyms)" \
		'the direct hook is on all its functions'
fi
ctl hook tracepoint
ctl syscalls all
is "$(grep sys_ $trace/enabled_functions)" '' \
	'the tracepoint hook is on none of them'

# With ftrace turned off, the direct hook would count nothing. From 7.3 on it
# cannot be turned off.
if { echo 0 >/proc/sys/kernel/ftrace_enabled; } 2>/dev/null; then
	is "$(refused hook direct)" EBUSY \
		'ftrace turned off: hook=direct fails with EBUSY'
	ctl hook auto
	like "$(<"$D/hook")" '^auto: tracepoint .*ftrace is switched off' \
		'ftrace turned off: auto chooses the tracepoint, and says why'
	echo 1 >/proc/sys/kernel/ftrace_enabled
else
	skip 'ftrace turned off: hook=direct' 'it cannot be turned off here'
	skip 'ftrace turned off: auto' 'it cannot be turned off here'
fi
force hook=direct 'direct: direct (asked for)'

finish
