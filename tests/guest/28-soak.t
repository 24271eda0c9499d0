#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Endurance: 64-bit and 32-bit processes call without end, at every hook and
# level in turn; after each round, each row is exact. Three million calls, or as
# many as SYSTALLY_SOAK says: 10^9 with `make soak`.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

goal=${SYSTALLY_SOAK:-3000000}

combinations='tracepoint/count tracepoint/time tracepoint/hist kprobe/count
	kprobe/time'
[ -n "$(direct_missing)" ] || combinations+=' direct/count'
need_load "syscalls=$filter"
talk_start native nice -n 19 "$WORKLOAD/storm" 1 1
talk_start compat nice -n 19 "$WORKLOAD/storm32" 1 1
talk_until native ready
talk_until compat ready
ctl targets "$( (said native process; said compat process) | xargs)"
ctl reset 1

# Each round makes a 64th of the calls, but takes at least half a second.
rounds=0 differ='' wrong='' entered=0 used=''
started=$SECONDS
while [ "$entered" -lt "$goal" ]; do
	# shellcheck disable=SC2086 # words
	one_of $combinations
	ctl collect count
	ctl hook "${REPLY%/*}"
	ctl collect "${REPLY#*/}"
	[[ $used == *" $REPLY "* ]] || used+=" $REPLY "
	talk_ask native go going
	talk_ask compat go going
	until=$((entered + goal / 64))
	while
		sleep 0.5
		[ "$(status entered)" -lt $until ]
	do
		((RANDOM % 4)) || cat "$D/counters" >/dev/null
	done
	talk_ask native pause parked
	talk_ask compat pause parked
	entered=$(status entered)
	differ+=$(rows_differ native.said compat.said)
	[ "$entered" = $(($(storm_total native) + $(storm_total compat))) ] ||
		wrong+="$entered "
	rounds=$((rounds + 1))
	note "$entered calls in $((SECONDS - started)) s: $REPLY"
done
is "$differ" '' 'each row is exact after each round'
is "$wrong" '' 'entered is exact after each round'
is "$(status unattributed) $(status kprobe_missed) $(status untimed)" '0 0 0' \
	'no call is unattributed, missed or untimed'
is "$("$WORKLOAD/snapread")" 'ok 1' 'the snapshot adds up'
verdict soak "$rounds" "rounds, by$used"
note "64 bits: $(storm_total native), 32 bits: $(storm_total compat)"
talk_ask native stop stopped
talk_ask compat stop stopped
talk_end native
talk_end compat
storms_finish
