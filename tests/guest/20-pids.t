#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A storm of forks and threads with only 1,000 pids, so that each is used again
# every few seconds: every call is counted, and for the right process.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

need_load "syscalls=$filter,execve" follow=1
max=$(</proc/sys/kernel/pid_max)
echo 1000 >/proc/sys/kernel/pid_max

forked() {
	awk '$1 == "processes" { print $2 }' /proc/stat
}

# pids_storm HOOK COLLECT
pids_storm() {
	local name=$1/$2 rounds=0 from expect=()

	ctl collect count
	ctl hook "$1"
	ctl collect "$2"
	talk_start native nice -n 19 "$WORKLOAD/storm" -f 2 3
	talk_start compat nice -n 19 "$WORKLOAD/storm32" -f 1 2
	talk_until native ready
	talk_until compat ready
	ctl targets "$( (said native process; said compat process) | xargs)"
	ctl reset 1
	from=$(forked)
	talk_ask native go going
	talk_ask compat go going
	for_seconds $((storm_seconds / 2))
	while storming || [ $(($(forked) - from)) -lt 1000 ]; do
		one_of "threads -t 127 $((RANDOM % 30 + 1))" 'tree -t 2 5' \
			"churn -t 101 $((RANDOM % 7 + 1))" 'threads32 -t 67 16' \
			'tree32 -t 1 31' "chain -t thread $((RANDOM % 9 + 1))"
		# shellcheck disable=SC2086 # words
		workload $REPLY >"$T/round$rounds"
		# Compares calls only, not the command names.
		sed -i '/^comm/d' "$T/round$rounds"
		expect+=("round$rounds")
		rounds=$((rounds + 1))
	done
	talk_ask native stop stopped
	talk_ask compat stop stopped
	talk_end native
	talk_end compat
	storms_as_counts native.said compat.said "${expect[@]}" >"$T/expect"
	rm "${expect[@]/#/"$T/"}"
	is "$(compare "$T/expect")" '' "$name: every call is counted exactly"
	is "$("$WORKLOAD/snapread")" 'ok 1' "$name: the snapshot adds up"
	verdict "$name" "$(($(forked) - from))" 'processes and threads'
	at_least $(($(forked) - from)) 1000 "$name: pids were used again"
}

pids_storm tracepoint time
pids_storm kprobe time
pids_storm tracepoint count
echo "$max" >/proc/sys/kernel/pid_max
storms_finish
