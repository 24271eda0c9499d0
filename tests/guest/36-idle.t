#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Without targets the module has no handler on fork, exec and exit. ftrace's
# function tracer says which of the module's functions run.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs tracefs $tracing

# hits: forks, execs and exits of 13 processes; prints how often each handler
# has run, with the counts of other processes' forks and exits in it
hits() {
	echo >$tracing/trace
	for _ in {1..13}; do
		/bin/true
	done
	awk '$0 !~ /^#/ && match($0, /: on_(fork|exec|exit) /) {
		count[substr($0, RSTART + 2, RLENGTH - 3)]++
	} END {
		print count["on_fork"] + 0, count["on_exec"] + 0,
			count["on_exit"] + 0
	}' $tracing/trace
}

# each_at_least NUMBERS LIMIT NAME: a test that no number is lower
each_at_least() {
	local lowest

	# shellcheck disable=SC2086 # words
	lowest=$(printf '%s\n' $1 | sort -n | head -n 1)
	at_least "$lowest" "$2" "$3" || note "fork, exec, exit: $1"
}

need_load
echo 'on_fork on_exec on_exit' >$tracing/set_ftrace_filter
echo function >$tracing/current_tracer
is "$(grep -c '^on_\(fork\|exec\|exit\) \[systally\]' \
	$tracing/set_ftrace_filter)" 3 'ftrace follows the three handlers'
is "$(hits)" '0 0 0' 'loaded, without targets: none of them runs'

sleep infinity &
target=$!
ctl targets $target
each_at_least "$(hits)" 13 'with a target, they run at each fork, exec and exit'
ctl enabled 0
each_at_least "$(hits)" 13 'enabled=0: also then, since a target may exit'
ctl enabled 1
ctl targets "-$target"
is "$(hits)" '0 0 0' 'the last target is removed: none of them runs'
ctl targets all
each_at_least "$(hits)" 13 'targets=all: they run'
ctl targets none
is "$(hits)" '0 0 0' 'targets=none: none of them runs'

ctl targets $target
kill $target
wait $target 2>/dev/null
becomes sh -c "grep -q '^state: off' $D/status"
is "$(hits)" '0 0 0' 'the last target has exited: none of them runs'
is "$(cat $D/targets)" none 'and there is no target'
is "$(refused targets 4194303)" ESRCH 'a target that does not exist is refused'
is "$(hits)" '0 0 0' 'after that, none of them runs'

echo nop >$tracing/current_tracer
echo >$tracing/set_ftrace_filter

# Times are kept from the first call on, although the next thread's id was not
# followed while there was no target.
ctl collect time
ctl follow 1
ctl reset 1
workload tree -t 1 61 >"$T/expect"
is "$(compare "$T/expect")" '' 'then every call of new processes is counted'
is "$(status untimed)" 0 'and is timed'
finish
