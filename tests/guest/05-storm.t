#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every setting is changed while calls are made: no call is lost, and none is
# counted twice. In the end, entered + discarded, or the rows, are equal to the
# storms' own counts. Each hook is tried at one level, or at each with
# SYSTALLY_LONG=1.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

combinations='tracepoint/time kprobe/count direct/count'
[ -z "$LONG" ] || combinations+=' tracepoint/count kprobe/time'

no_direct=$(direct_missing)

filter=${storm_calls// /,}
need_load "syscalls=$filter"

storms_start() {
	talk_start native nice -n 19 "$WORKLOAD/storm" 2 2
	talk_start compat nice -n 19 "$WORKLOAD/storm32" 1 2
	talk_until native ready
	talk_until compat ready
	ctl targets "$( (said native process; said compat process) | xargs)"
}

storms_say() {
	talk_ask native "$1" "$2"
	talk_ask compat "$1" "$2"
}

storms_total() {
	echo $(($(storm_total native all "${1:-all}") +
		$(storm_total compat all "${1:-all}")))
}

# calls_differ FILE...: compares `counters` with the counts of parked storms in
# the FILEs below $T. Prints the calls that differ, or a line if there are no
# counts.
calls_differ() {
	awk '/^storm/ { said[$4] += $5; calls += $5 }
	FILENAME ~ /counters$/ { got[$5] += $6 }
	END {
		for (name in said)
			if (got[name] != said[name])
				print name, got[name], said[name]
		if (!calls)
			print "the storms have made no calls"
	}' "${@/#/"$T/"}" "$D/counters"
}

# skip_direct HOOK/LEVEL: skips it if this kernel does not support the hook
skip_direct() {
	[[ $1 == direct/* && -n $no_direct ]] || return 1
	skip "$1" "$no_direct"
}

storms_end() {
	storms_say stop stopped
	talk_end native
	talk_end compat
}

# Resets, while snapshots are read
for combination in $combinations; do
	skip_direct "$combination" && continue
	ctl collect count
	ctl hook "${combination%/*}"
	ctl collect "${combination#*/}"
	ctl reset 1
	discarded=$(status discarded)
	storms_start
	storms_say go going
	readers=()
	for reader in 1 2; do
		nice -n 10 "$WORKLOAD/snapread" pid "${talk_pid[compat]}" \
			>"$T/reader$reader" &
		readers+=($!)
	done
	for _ in {1..7}; do
		ctl reset 1
		cat "$D/counters" >/dev/null
	done
	storms_end
	wait "${readers[@]}"
	is $(($(status entered) + $(status discarded) - discarded)) \
		"$(storms_total)" "$combination: entered and discarded are exact after 7 resets"
	like "$(<"$T/reader1")" '^ok [0-9]+$' \
		"$combination: every snapshot adds up for the first reader"
	like "$(<"$T/reader2")" '^ok [0-9]+$' \
		"$combination: every snapshot adds up for the second reader"
	note "$(cat "$T/reader1" "$T/reader2" | xargs)"
	is "$(totals)" '' "$combination: the totals add up"
done

# The hook is changed, at both levels, from each hook to each other hook
for collect in count time; do
	switches='kprobe tracepoint kprobe tracepoint kprobe tracepoint'
	[ "$collect" = time ] || [ -n "$no_direct" ] ||
		switches='kprobe tracepoint direct kprobe direct tracepoint'
	ctl collect $collect
	ctl hook tracepoint
	ctl reset 1
	storms_start
	storms_say go going
	for hook in $switches; do
		ctl hook "$hook"
	done
	storms_say pause parked
	is "$(status entered)" "$(storms_total)" \
		"$collect: entered is exact after 6 changes of the hook"
	is "$(calls_differ native.said compat.said)" '' \
		"$collect: and so is each call"
	storms_say go going
	ctl hook kprobe
	storms_end
	is "$(status entered)" "$(storms_total)" \
		"$collect: entered is exact when the storm ends on another hook"
	is "$(status unattributed) $(status kprobe_missed)" '0 0' \
		"$collect: no call is unattributed or missed"
done

# The level is changed
ctl hook tracepoint
ctl collect count
ctl reset 1
storms_start
storms_say go going
for _ in {1..7}; do
	ctl collect time
	ctl collect count
done
storms_say pause parked
is "$(status entered)" "$(storms_total)" \
	'entered is exact after 14 changes of collect'
is "$(calls_differ native.said compat.said)" '' 'and so is each call'
# The storms count on; what they had made before the reset does not count.
before=$(storms_total)
ctl collect time
ctl reset 1
storms_say go going
sleep 0.2
storms_say pause parked
made=$(($(storms_total) - before))
is "$made" "$(status entered)" \
	'collect=time, set while the storms are parked: all calls entered'
at_least "$made" 1 'the storms made calls since then'

# The filter is changed, but one call is always in it
ctl syscalls 'getppid getpgid'
ctl reset 1
before=$(storms_total getppid)
storms_say go going
for _ in {1..5}; do
	ctl syscalls 'getppid getsid poll'
	ctl syscalls 'getppid getpgid'
done
storms_say pause parked
is "$(count all all getppid)" $(($(storms_total getppid) - before)) \
	'a call that stays in the filter is exact after 10 changes of syscalls'
# A call in flight when the filter drops it was counted, but is not timed if its
# row has gone meanwhile: about one for each of the 6 threads at each switch.
is "$(totals | grep -v untimed)" '' 'the totals add up'
at_least 60 "$(status untimed)" 'only calls in flight at a change are untimed'
note "untimed: $(status untimed)"
ctl syscalls "$filter"

# Enabled and disabled
ctl reset 1
before=$(storms_total)
ctl enabled 0
storms_say go going
sleep 0.1
storms_say pause parked
at_least $(($(storms_total) - before)) 1 'disabled: the storms made calls'
is "$(status entered)" 0 'disabled: entered stays 0'
storms_say go going
ctl enabled 1
wait_for sh -c "grep -q 'entered: [1-9]' $D/status"
ctl enabled 0
once=$(status entered)
sleep 0.1
is "$(status entered)" "$once" \
	'enabled: when a write of 0 has returned, no call is counted'
storms_say pause parked
ctl enabled 1
before=$(storms_total)
storms_say go going
sleep 0.1
storms_say pause parked
made=$(($(storms_total) - before))
is "$(status entered)" $((once + made)) \
	'enabled again: entered grows by the calls since then'
at_least "$made" 1 'enabled again: the storms made calls'
storms_end
is "$(totals)" '' 'the totals add up'

# Processes start and exit while the hook is changed
ctl collect count
for combination in $combinations; do
	skip_direct "$combination" && continue
	hook=${combination%/*}
	ctl collect count
	ctl hook "$hook"
	ctl collect "${combination#*/}"
	ctl follow 1
	talk_start forks nice -n 19 "$WORKLOAD/storm" -f 2 2
	talk_until forks ready
	ctl targets "$(said forks process | xargs)"
	ctl reset 1
	talk_ask forks go going
	sleep 0.2
	other=tracepoint
	[ "$hook" = kprobe ] || other=kprobe
	ctl hook $other
	ctl hook "$hook"
	sleep 0.2
	talk_ask forks stop stopped
	is "$(status entered)" "$(storm_total forks)" \
		"$combination: entered is exact after a fork storm"
	talk_end forks
	is "$(calls_differ forks.said)" '' "$combination: and so is each call"
	is "$(totals)" '' "$combination: the totals add up in a fork storm"
	is "$("$WORKLOAD/snapread")" 'ok 1' \
		"$combination: the snapshot adds up"
done
ctl hook auto
ctl collect time
ctl syscalls all

# Calls that are blocked while a setting is changed, and return afterwards
blocked_rows() {
	local tgid abi name

	while read -r tgid abi name _; do
		printf '%s:%s ' "$name" "$(count "$tgid" "$abi" "$name")"
	done < <(said blocked blocked)
}

# blocked_case NAME WANTED-COUNT-OF-EACH BEFORE WHILE
blocked_case() {
	local name=$1 each=$2 before=$3 while=$4 wanted=''

	ctl targets none
	ctl enabled 1
	ctl collect time
	ctl follow 1
	ctl reset 1
	eval "$before"
	talk_start blocked "$WORKLOAD/blocked" -t
	talk_until blocked ready
	eval "$while"
	for call in read futex poll nanosleep pause; do
		wanted+="$call:$each "
	done
	cp "$T/blocked.said" "$T/sleepers"
	talk_ask blocked '' 'done'
	cp "$T/blocked.said" "$T/expect"
	cp "$T/sleepers" "$T/blocked.said"
	is "$(blocked_rows)$(compare "$T/expect")" "$wanted" \
		"calls blocked across $name are counted $each time(s), at their entry"
	talk_end blocked
}
blocked_case 'disabling and enabling' 1 : 'ctl enabled 0; ctl enabled 1'
blocked_case 'enabling' 0 'ctl enabled 0' 'ctl enabled 1'
blocked_case 'a reset' 0 : 'ctl reset 1'

finish
