#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory runs out in a control group: the kernel kills processes there again and
# again, at any point. The module's own memory is not charged to the group.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

group=$T/cgroup/systally-oom
mkdir "$T/cgroup"
mount -t cgroup2 cgroup2 "$T/cgroup" 2>/dev/null ||
	skip_all 'no cgroup2 here'
end_cgroup() {
	[ ! -d "$group" ] || rmdir "$group"
	umount "$T/cgroup"
}
if ! { echo +memory >"$T/cgroup/cgroup.subtree_control"; } 2>/dev/null; then
	end_cgroup
	skip_all 'no memory control in cgroup2 here'
fi
mkdir "$group"

traces_expected
need_load "syscalls=$filter,read,openat" follow=1 collect=time
talk_start native nice -n 19 "$WORKLOAD/storm" 2 2
talk_until native ready
mapfile -t pids < <(said native process)

oom_kills() {
	awk '$1 == "oom_kill" { print $2 }' "$group/memory.events"
}

# eater: starts, in the group, a process that grows until it is killed, and a
# storm of calls, which may also be killed
eater() {
	echo "$BASHPID" >"$group/cgroup.procs"
	exec 2>/dev/null
	while [ -e "$T/go" ]; do
		"$WORKLOAD/storm" 1 2 <"$T/fifo" >/dev/null &
		tail /dev/zero >/dev/null
		kill $!
		wait
	done
}

mkfifo "$T/fifo"
exec 8<>"$T/fifo"
for _ in {1..1000}; do
	echo go
done >&8 &
touch "$T/go"
echo 24M >"$group/memory.max"
[ ! -e "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
ctl targets "${pids[*]} $$"
ctl reset 1
talk_ask native go going
eaters=()
for_seconds "$storm_seconds"
for i in 1 2; do
	eater &
	eaters+=($!)
done
kills=0
# A slow kernel takes longer to kill.
while storming || { [ "$(oom_kills)" -lt 3 ] &&
	[ "$SECONDS" -lt $((storm_end + 240)) ]; }; do
	# An eater that is killed is replaced.
	for i in 0 1; do
		kill -0 "${eaters[i]}" 2>/dev/null && continue
		eater &
		eaters[i]=$!
	done
	sleep 0.1
	cat "$D/counters" >/dev/null
done
rm "$T/go"
echo 1 >"$group/cgroup.kill" 2>/dev/null ||
	xargs -r kill -KILL <"$group/cgroup.procs"
wait "${eaters[@]}"
wait_for grep -q '^populated 0' "$group/cgroup.events"
exec 8<&-
kills=$(oom_kills)
talk_ask native stop stopped
talk_end native
ctl targets none
at_least "$kills" 3 'the kernel has killed at least 3 processes'
is "${#pids[@]}" 2 'two processes were outside the group'
for pid in "${pids[@]}"; do
	is "$(count "$pid" x86-64 getppid)" \
		"$(storm_total native "$pid" getppid)" \
		'a process outside the group is counted exactly'
done
verdict oom "$kills" 'kills'
is "$("$WORKLOAD/snapread")" 'ok 1' 'the snapshot adds up'
end_cgroup
storms_finish
traces_forget
