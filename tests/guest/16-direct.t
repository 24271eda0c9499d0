#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The special properties of hook=direct: when auto chooses it, the errors if it
# is not available or another tracer has hooked the same functions, and the
# calls that it misses.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

trace=/sys/kernel/debug/tracing
many='read,write,close,poll,getppid,getpgid,getsid,select,pause,nanosleep'

no_direct=$(direct_missing)
if [ -n "$no_direct" ]; then
	note "$no_direct"
	need_load targets=all
	like "$(<"$D/hook")" \
		'^auto: tracepoint \(many calls, of every process; no direct hook: .*x64_sys_call' \
		'auto chooses the tracepoint, and says why'
	is "$(refused hook direct)" EOPNOTSUPP \
		'hook=direct fails with EOPNOTSUPP'
	like "$(<"$D/hook")" '^auto: tracepoint' 'the hook is as before'
	finish
	exit
fi

need_load

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
force hook=auto 'auto: direct (many calls, of every process)'
force syscalls=getppid 'auto: kprobe (few calls, of every process)'
force "syscalls=$many" 'auto: direct (many calls, of every process)'
force collect=time \
	'auto: tracepoint (times need the tracepoint on exit anyway)'
is "$(refused hook direct) $(<"$D/hook")" \
	"EOPNOTSUPP auto: tracepoint (times need the tracepoint on exit anyway)" \
	'hook=direct fails with collect=time'
force collect=count syscalls=all \
	'auto: direct (many calls, of every process)'
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
is "$(count all x86-64 syscall_400) $(count all x86-64 syscall_500)" '101 0' \
	'counts numbers in gaps of the table, but none beyond its end'
ctl hook tracepoint
ctl reset 1
perl -e 'syscall(400) for 1..101; syscall(500) for 1..53'
is "$(count all x86-64 syscall_400) $(count all x86-64 syscall_500)" '101 53' \
	'the tracepoint counts both'

# Other tracers on the same function start and stop.
ctl targets none
is "$(totals)" '' 'totals'
ctl hook direct
ctl syscalls "$storm_calls"
ctl reset 1
echo 'p:systally_test x64_sys_call' >>$trace/kprobe_events
talk_start storm nice -n 19 "$WORKLOAD/storm" 1 2
talk_until storm ready
ctl targets "$(said storm process)"
talk_ask storm go going
for _ in {1..3}; do
	echo 1 >$trace/events/kprobes/systally_test/enable
	echo 0 >$trace/events/kprobes/systally_test/enable
done
talk_ask storm pause parked
is "$(status entered)" "$(storm_total storm)" \
	'entered is exact while a kprobe on the function comes and goes'
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
is "$(status entered)" $(($(storm_total storm) - before)) \
	'entered is exact when the kprobe was there first'
at_least "$(status entered)" 1 'calls were made meanwhile'
before=$(storm_total storm)
ctl reset 1
echo x64_sys_call >$trace/set_ftrace_filter
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
is "$(status entered)" $(($(storm_total storm) - before)) \
	'entered is exact while the function tracer and the hook change'
echo 0 >$trace/events/kprobes/systally_test/enable
echo '-:systally_test' >>$trace/kprobe_events
is "$(totals)" '' 'totals'
is "$({ echo 0 >/proc/sys/kernel/ftrace_enabled; } 2>/dev/null || echo refused)" \
	refused 'ftrace cannot be turned off while it is in use'
talk_ask storm stop stopped
talk_end storm
unload
is "$(cat $trace/enabled_functions)" '' \
	'after the unload, ftrace has no function left'
need_load hook=kprobe targets=all syscalls=getppid
ctl hook auto
like "$(<"$D/hook")" '^auto: kprobe' 'the module loads again'
ctl syscalls "$many"

# taken FUNCTION: another tracer has hooked it; any of the functions is enough
taken() {
	local function=$1 holder

	if [ ! -e /sys/kernel/btf/vmlinux ]; then
		skip "$function is taken" 'no BTF, so no bpftrace at functions'
		return
	fi
	ctl hook tracepoint
	bpftrace -e "kfunc:$function { @ = count(); }" >"$T/bpftrace" 2>&1 &
	holder=$!
	# It may take more than a minute to start.
	patience=120 wait_for grep -q "^$function" $trace/enabled_functions ||
		note "$(<"$T/bpftrace")"
	ctl hook auto
	is "$(<"$D/hook")" 'auto: tracepoint (many calls, of every process; no direct hook: another tracer has it, or ftrace is switched off)' \
		"$function is taken: auto chooses the tracepoint, and says why"
	is "$(refused hook direct)" EBUSY \
		"$function is taken: hook=direct fails with EBUSY"
	like "$(<"$D/hook")" '^auto: tracepoint' 'the hook is as before'
	is "$(grep -c 'sys_call' $trace/enabled_functions)" 1 \
		'no other function is hooked'
	ctl reset 1
	"$WORKLOAD/calls" ppid 10007 >/dev/null
	is "$(count all all getppid)" 10007 'the tracepoint counts exactly'
	# bpftrace may miss a signal, so it gets another one until it has ended.
	wait_for sh -c "kill $holder && exit 1; :"
	wait $holder
	wait_for sh -c "! grep -q sys_call $trace/enabled_functions"
}
for function in x64_sys_call ia32_sys_call; do
	taken $function
	force hook=direct 'direct: direct (asked for)'
done

# While the direct hook is used, other tracers of its functions are refused.
timeout 180 bpftrace -e 'kfunc:x64_sys_call { @ = count(); }' \
	>"$T/bpftrace" 2>&1
status=$?
note "$(<"$T/bpftrace")"
# `taken` has shown that it can attach to a function without the hook.
like "$(<"$T/bpftrace")" 'ERROR: .*[Aa]ttach.*x64_sys_call' \
	'bpftrace cannot attach to a function that has the direct hook'
isnt=$([ $status -ne 124 ] || echo 'it ran until the time-out')
is "$isnt" '' 'bpftrace ends at once'
ctl reset 1
"$WORKLOAD/calls" ppid 10007 >/dev/null
is "$(count all all getppid)" 10007 'systally still counts exactly'
is "$(grep -c sys_call $trace/enabled_functions)" \
	"$(grep -cE ' (x64|ia32|x32)_sys_call$' /proc/kallsyms)" \
	'the direct hook is on all its functions'
ctl hook tracepoint
is "$(grep sys_call $trace/enabled_functions)" '' \
	'with the tracepoint hook, on none'

# With ftrace turned off, the direct hook would count nothing.
echo 0 >/proc/sys/kernel/ftrace_enabled
is "$(refused hook direct)" EBUSY \
	'ftrace turned off: hook=direct fails with EBUSY'
ctl hook auto
like "$(<"$D/hook")" '^auto: tracepoint .*ftrace is switched off' \
	'ftrace turned off: auto chooses the tracepoint, and says why'
echo 1 >/proc/sys/kernel/ftrace_enabled
force hook=direct 'direct: direct (asked for)'

finish
