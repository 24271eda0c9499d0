#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Other tracers that come and go, before systally and after it: each of them
# counts every call of a bystander, and systally every call of its target, also
# while the one or the other comes or goes.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/flags.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/tracers.sh"

# Without SYSTALLY_LONG=1 not each of those that are alike is tried both ways,
# and perf record and perf trace, which take many seconds to start, not at all.
early=''
late=''
while read -r name _; do
	[ -n "$name" ] || continue
	case $name in
	perf-record | perf-trace) [ -n "$LONG" ] || continue ;;
	esac
	[ "$name$LONG" = bpftrace-call ] || late+="$name "
	case $name in
	bpftrace-raw | syscount | hist-call | instance-* | module-*-prio | \
		module-*-may_exist) [ -n "$LONG" ] || continue ;;
	esac
	early+="$name "
done <<<"$tracers"
# Or those that are named
[ $# -eq 0 ] || late="$*" early="$*"

referee_load
puppet_start bystander
bystander=${talk_pid[bystander]}
talk_start target nice -n 19 "$WORKLOAD/storm" -n 1 2
talk_until target ready
target=$(said target process)
made=0

# A test that systally has all calls of the target, now parked, since it last was
target_is_exact() {
	local before=$made

	made=$(storm_total target "$target" getppid)
	is "$(count "$target" x86-64 getppid)" $((made - before)) \
		"$1: the target's are exact all the time"
}

# The bystander makes N calls more, which the tracer is to count
call() {
	puppet_call bystander "$1"
	wanted=$((wanted + $1))
}

# What the tracer has counted: exactly; perf trace loses some by itself, but not
# those that came one by one
tracer_is() {
	if [ "$1" = perf-trace ]; then
		at_least "$counted" "$seen" "$1: $2"
	else
		is "$counted" "$wanted" "$1: $2"
	fi
}

# perf trace begins to count some time after its probes are there
await() {
	seen=0
	[ "$1" = perf-trace ] || return 0
	until grep -q 'getppid(' "$T/$1.out" 2>/dev/null; do
		puppet_call bystander 1
	done
	seen=1
}

# systally first
later() {
	local name=$1

	wanted=0
	need_load
	ctl targets "$target"
	settles "$name: selective before it comes" selective "$target"
	talk_ask target go going
	tracer_start "$name" "$bystander"
	await "$name"
	is "$(status state)" shared "$name: it came, shared"
	call 1009
	is "$(flags_differ everyone)" '' "$name: all tasks carry the flag"
	tracer_stop "$name"
	tracer_is "$name" 'came later, has counted all of the bystander'
	settles "$name: it went, selective again" selective "$target"
	puppet_call bystander 503
	talk_ask target pause parked
	target_is_exact "$name"
	is "$(awk -v pid="$target" 'NR > 1 && $1 != pid' "$D/counters")" '' \
		"$name: and no one else has rows"
	unload
	is "$(flags_differ none)" '' "$name: unloaded, no task carries the flag"
}

# The tracer first
earlier() {
	local name=$1

	wanted=0
	talk_ask target go going
	tracer_start "$name" "$bystander"
	await "$name"
	call 1009
	need_load "targets=$target"
	is "$(status state) $(flags_differ everyone)" 'shared ' \
		"$name: it was there first: shared"
	call 503
	unload
	is "$(flags_differ everyone)" '' \
		"$name: unloaded, all tasks carry the flag still"
	call 307
	talk_ask target pause parked
	made=$(storm_total target "$target" getppid)
	need_load "targets=$target"
	talk_ask target go going
	call 211
	at_least "$(status foreign_probes)" 1 "$name: a foreign probe"
	tracer_stop "$name"
	tracer_is "$name" 'came first, has counted all of the bystander'
	settles "$name: it went, systally becomes selective" selective "$target"
	puppet_call bystander 101
	talk_ask target pause parked
	target_is_exact "$name"
	is "$(awk -v pid="$target" 'NR > 1 && $1 != pid' "$D/counters")" '' \
		"$name: and no one else has rows"
	unload
	is "$(flags_differ none)" '' "$name: unloaded, no task carries the flag"
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
is "$(probes_standing)" 0 'no probe is left'
is "$(flags_differ none)" '' 'and no task carries the flag'
referee_unload
finish
