#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A CPU goes offline and online again and again under load, while settings
# change and files are read: its counts stay.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

cpu=/sys/devices/system/cpu/cpu1/online
[ -w $cpu ] || skip_all 'no CPU can go offline'
combinations='tracepoint/time kprobe/time direct/count tracepoint/hist'

no_direct=$(direct_missing)
need_load "syscalls=$filter" follow=1

# hotplug_storm HOOK COLLECT
hotplug_storm() {
	local name=$1/$2 times=0 failed=''

	ctl collect count
	ctl hook "$1"
	ctl collect "$2"
	talk_start native nice -n 19 "$WORKLOAD/storm" 2 2
	talk_start forks nice -n 19 "$WORKLOAD/storm" -f 1 2
	talk_until native ready
	talk_until forks ready
	ctl targets "$( (said native process; said forks process) | xargs)"
	ctl reset 1
	talk_ask native go going
	talk_ask forks go going
	for_seconds $((storm_seconds / 2))
	while storming; do
		echo 0 >$cpu || failed+="off $times "
		case $((RANDOM % 4)) in
		0) cat "$D/counters" >/dev/null ;;
		1) "$WORKLOAD/threads" -t 17 >/dev/null || failed+='threads ' ;;
		2) ctl targets "+$$" && ctl targets "-$$" ;;
		esac
		echo 1 >$cpu || failed+="on $times "
		((RANDOM % 2)) || "$WORKLOAD/churn" -t 23 3 >/dev/null ||
			failed+='churn '
		times=$((times + 1))
	done
	echo 0 >$cpu || failed+='off at last '
	talk_ask native stop stopped
	talk_ask forks stop stopped
	is "$failed" '' "$name: CPU 1 goes offline and online"
	at_least "$times" 1 "$name: at least once"
	is "$(rows_differ native.said)" '' \
		"$name: the processes that ran all the time have exact rows"
	verdict "$name" "$times" 'times off and on'
	echo 1 >$cpu
	talk_end native
	talk_end forks
	is "$("$WORKLOAD/snapread")" 'ok 1' "$name: the snapshot adds up"
}

for combination in $combinations; do
	if [[ $combination == direct/* && -n $no_direct ]]; then
		skip "$combination" "$no_direct"
		continue
	fi
	hotplug_storm "${combination%/*}" "${combination#*/}"
done
storms_finish
