#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Other tracers start and stop, before systally and after it. Each counts every
# call of a bystander, and systally counts every call of its target, also while
# a tracer starts or stops.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/flags.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/tracers.sh"

# With SYSTALLY_LONG=1, each tracer is tried in both orders. Otherwise one tracer
# of each kind starts first, and another one of that kind later. The slowest ones
# are not tried, because they take many seconds to start.
late='perf-raw events-call instance-raw hist-raw rawtp-enter syscount
module-enter-register module-enter-may_exist'
early='perf-call events-raw hist-call bpftrace-call rawtp-exit
module-enter-register module-exit-register'
if [ -n "$LONG" ]; then
	late=''
	while read -r name _; do
		[ -z "$name" ] || on_function "$name" || late+="$name "
	done <<<"$tracers"
	early=$late
fi
# Only these, if any are named
[ $# -eq 0 ] || late="$*" early="$*"

referee_load
puppet_start bystander
bystander=${talk_pid[bystander]}
talk_start target nice -n 19 "$WORKLOAD/storm" -n 1 2
talk_until target ready
target=$(said target process)
made=0

# target_is_exact NAME: a test that systally has counted all calls of the target
# between the last two times that it was parked
target_is_exact() {
	local before=$made

	made=$(storm_total target "$target" getppid)
	is "$(count "$target" x86-64 getppid)" $((made - before)) \
		"$1: every call of the target is counted"
}

# call N: the bystander makes N calls, which the tracer must count
call() {
	puppet_call bystander "$1"
	wanted=$((wanted + $1))
}

# tracer_is NAME WHAT: a test that the tracer's count is right. perf trace loses
# some calls by itself, but not when calls are made one by one.
tracer_is() {
	if [ "$1" = perf-trace ]; then
		at_least "$counted" "$seen" "$1: $2"
	else
		is "$counted" "$wanted" "$1: $2"
	fi
}

# await NAME: perf trace begins to count some time after it has its probes.
await() {
	seen=0
	[ "$1" = perf-trace ] || return 0
	until grep -q 'getppid(' "$T/$1.out" 2>/dev/null; do
		puppet_call bystander 1
	done
	seen=1
}

# later NAME: systally is loaded before the tracer starts
later() {
	local name=$1

	wanted=0
	need_load
	ctl targets "$target"
	settles "$name: selective before it starts" selective "$target"
	talk_ask target go going
	tracer_start "$name" "$bystander"
	await "$name"
	is "$(status state)" shared "$name: shared when it has started"
	call 1009
	is "$(flags_differ everyone)" '' "$name: all tasks carry the flag"
	tracer_stop "$name"
	tracer_is "$name" 'started later, it has counted every call of the bystander'
	settles "$name: selective again when it has stopped" selective "$target"
	puppet_call bystander 503
	talk_ask target pause parked
	target_is_exact "$name"
	is "$(awk -v pid="$target" 'NR > 1 && $1 != pid' "$D/counters")" '' \
		"$name: no other process has rows"
	unload
	is "$(flags_differ none)" '' \
		"$name: after the unload, no task carries the flag"
}

# earlier NAME: the tracer starts before systally is loaded
earlier() {
	local name=$1

	wanted=0
	talk_ask target go going
	tracer_start "$name" "$bystander"
	await "$name"
	call 1009
	need_load "targets=$target"
	is "$(status state) $(flags_differ everyone)" 'shared ' \
		"$name: shared, as it has started before"
	call 503
	unload
	is "$(flags_differ everyone)" '' \
		"$name: after the unload, all tasks still carry the flag"
	call 307
	talk_ask target pause parked
	made=$(storm_total target "$target" getppid)
	need_load "targets=$target"
	talk_ask target go going
	call 211
	at_least "$(status foreign_probes)" 1 "$name: status counts its probe"
	tracer_stop "$name"
	tracer_is "$name" 'started first, it has counted every call of the bystander'
	settles "$name: selective when it has stopped" selective "$target"
	puppet_call bystander 101
	talk_ask target pause parked
	target_is_exact "$name"
	is "$(awk -v pid="$target" 'NR > 1 && $1 != pid' "$D/counters")" '' \
		"$name: no other process has rows"
	unload
	is "$(flags_differ none)" '' \
		"$name: after the unload, no task carries the flag"
}

# one ORDER NAME
one() {
	local missing started=${EPOCHREALTIME/./}

	missing=$(tracer_missing "$2")
	if [ -n "$missing" ]; then
		skip "$1 $2" "$missing"
		return
	fi
	"$1" "$2"
	note "$2: $(((${EPOCHREALTIME/./} - started) / 1000)) ms"
}

for name in $late; do
	one later "$name"
done
for name in $early; do
	one earlier "$name"
done

talk_ask target stop stopped
talk_end target
puppet_end bystander
is "$(probes_standing)" 0 'in the end, no probe is left'
is "$(flags_differ none)" '' 'in the end, no task carries the flag'
referee_unload
finish
