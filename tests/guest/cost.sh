#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints what one getppid() costs in each state of the module: instructions in
# the lab with --icount, ns on a real machine. Takes $SYSTALLY_KO and $WORKLOAD
# as the tests do. Each figure is the lowest of eight processes with 25 loops of
# 1,000 calls each: one in which no clock has ticked. In the end the same of a
# fork and an exec, with the exit and the wait of the child: the lowest of 200.
# Before these, the same of a call of a user function.

set -eu

# --quick: without the rows that take thousands of processes
quick=''
[ "${1:-}" != --quick ] || quick=1

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
SYSTALLY_KO=${SYSTALLY_KO:-$root/module/systally.ko}
WORKLOAD=${WORKLOAD:-$root/tests/workload}
D=/sys/kernel/debug/systally
cost=$WORKLOAD/cost

cleanup() {
	[ -z "${crowd_in:-}" ] || exec {crowd_in}>&-
	# The crowd ends when its input does.
	wait
	[ ! -d /sys/module/systally ] || rmmod systally
}
trap cleanup EXIT

# lowest [ARGUMENT...]: the lowest cost of eight processes. A row may not be in
# the first slot of its hash, depending on the process's id and its start: up to
# one process in four was seen to have such a row, which costs 15 or more.
lowest() {
	for _ in 1 2 3 4 5 6 7 8; do
		"$cost" "$@"
	done | sort -n | head -n 1
}

# row NAME COST: prints it, and the difference to untraced, which is $base
row() {
	[[ $2 =~ ^[0-9]+([.][0-9]+)?$ ]] || {
		echo "$1: the workload has failed" >&2
		exit 1
	}
	awk -v name="$1" -v cost="$2" -v base="$base" 'BEGIN {
		printf "%-52s %9.1f %+9.1f\n", name, cost, cost - base }'
}

load() {
	[ ! -d /sys/module/systally ] || rmmod systally
	insmod "$SYSTALLY_KO" "$@"
}

# selective: waits until only targets pass the tracepoints
selective() {
	until grep -q '^state: selective' $D/status; do
		sleep 0.1
	done
}

# load_selective PARAMETER...: this shell is a target, for others to join it
load_selective() {
	load targets=$$ "$@"
	selective
}

base=$(lowest)
echo "getppid() on $(uname -r)$(
	[ -z "${SYSTALLY_LAB:-}" ] || echo ', in the lab')"
printf '%-52s %9s %9s\n' '' 'each' 'more'
row 'untraced' "$base"

load
row 'loaded, without targets' "$(lowest)"
load_selective
row 'target, collect=count' "$(lowest -t)"
row 'target, collect=count, 80 other calls in its table' "$(lowest -t 80)"
load_selective collect=time
row 'target, collect=time' "$(lowest -t)"
row 'target, collect=time, 80 other calls in its table' "$(lowest -t 80)"
load_selective collect=hist
row 'target, collect=hist' "$(lowest -t)"
row 'target, collect=hist, 80 other calls in its table' "$(lowest -t 80)"
# seven_others LEVEL: seven other sessions have this shell and its children as
# targets, until seven_end
seven_others() {
	local fd name

	others=()
	for _ in 1 2 3 4 5 6 7; do
		exec {fd}<$D/sessions/new
		others+=("$fd")
		read -r name <&"$fd"
		echo "$1" >"$D/sessions/$name/collect"
		echo 1 >"$D/sessions/$name/follow"
		echo $$ >"$D/sessions/$name/targets"
	done
}
seven_end() {
	local fd

	for fd in "${others[@]}"; do
		exec {fd}<&-
	done
}
for collect in count time; do
	load_selective collect=$collect
	seven_others $collect
	selective
	row "target of eight sessions, collect=$collect" "$(lowest -t)"
	seven_end
done
load_selective threads=1
row 'target, collect=count, threads=1' "$(lowest -t)"
load_selective syscalls=getppid,getsid
row 'target, collect=count, syscalls set' "$(lowest -t)"
load selective=0
row 'target, collect=count, selective=0' "$(lowest -t)"
load targets=all hook=tracepoint
row 'targets=all, tracepoint' "$(lowest)"
load targets=all collect=time
row 'targets=all, tracepoint, collect=time' "$(lowest)"
load targets=all collect=hist
row 'targets=all, tracepoint, collect=hist' "$(lowest)"

# Only if this kernel supports the direct hook
if load hook=direct targets=all 2>/dev/null; then
	row 'targets=all, direct hook' "$(lowest)"
	echo auto >$D/hook
	echo 'getppid getsid' >$D/syscalls
	echo direct >$D/hook
	row 'targets=all, direct hook, syscalls set' "$(lowest)"
	load hook=direct
	row 'direct hook, without targets' "$(lowest)"
	row 'target, direct hook' "$(lowest -t)"
	row 'target, direct hook, 80 other calls in its table' \
		"$(lowest -t 80)"
	# Another session times one process
	load targets=all
	sleep 1000 &
	exec {other}<$D/sessions/new
	read -r name <&"$other"
	echo time >"$D/sessions/$name/collect"
	echo $! >"$D/sessions/$name/targets"
	row 'targets=all, direct hook, another is timed' "$(lowest)"
	exec {other}<&-
	kill $!
	load hook=direct threads=1 targets=all
	row 'targets=all, direct hook, threads=1' "$(lowest)"
	load hook=direct targets=$$
	row 'bystander, direct hook' "$(lowest)"
	load hook=direct syscalls=getsid,poll targets=all
	row 'targets=all, direct hook on other calls' "$(lowest)"
	echo 0 >$D/enabled
	row 'targets=all, direct hook, enabled is 0' "$(lowest)"
fi

load hook=kprobe syscalls=getppid,getsid
row 'target, kprobe on the call' "$(lowest -t)"
load hook=kprobe syscalls=getppid,getsid collect=time
row 'target, kprobe on the call, collect=time' "$(lowest -t)"
load hook=kprobe syscalls=getppid,getsid targets=$$
row 'bystander, kprobe on the call' "$(lowest)"
load hook=kprobe syscalls=getsid,poll
row 'target, kprobe on other calls' "$(lowest -t)"
load hook=kprobe syscalls=getsid,poll targets=$$
row 'bystander, kprobe on other calls' "$(lowest)"

# Bystanders of the tracepoint hook, at each level
for collect in count time hist; do
	load_selective collect=$collect
	row "bystander, collect=$collect" "$(lowest)"
	load targets=$$ collect=$collect selective=0
	row "bystander, collect=$collect, selective=0" "$(lowest)"
done

# Another tracer starts and stops
mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
event=/sys/kernel/tracing/events/raw_syscalls/sys_enter/enable
load_selective
echo 1 >$event
if grep -q '^state: selective' $D/status; then
	echo 'an ftrace event was enabled, and the module did not notice' >&2
	exit 1
fi
echo 0 >$event
selective
row 'bystander, after an ftrace event' "$(lowest)"
if command -v perf >/dev/null; then
	perf stat -a -e raw_syscalls:sys_enter true 2>/dev/null
	selective
	row 'bystander, after perf stat' "$(lowest)"
fi

# crowd N: N more targets
crowd() {
	local word pid i pids=()

	coproc CROWD { exec "$WORKLOAD/crowd" "$1"; }
	exec {crowd_in}>&"${CROWD[1]}"
	while read -r word pid; do
		[ "$word" != ready ] || break
		pids+=("+$pid")
	done <&"${CROWD[0]}"
	eval "exec ${CROWD[1]}>&-"
	for ((i = 0; i < ${#pids[@]}; i += 250)); do
		echo "${pids[*]:i:250}" >$D/targets
	done
}

crowd_end() {
	eval "exec $crowd_in>&-"
	crowd_in=''
	wait
}

crowds='1000 5000 10000'
[ -z "$quick" ] || crowds=1000
for number in $crowds; do
	load targets=$$
	crowd "$number"
	selective
	row "target, collect=count, beside $number others" "$(lowest -t)"
	row "bystander, $number targets" "$(lowest)"
	if [ "$number" = 5000 ]; then
		for collect in time hist; do
			echo $collect >$D/collect
			row "bystander, $number targets, collect=$collect" \
				"$(lowest)"
		done
	fi
	crowd_end
done

# A table that has rows of thousands of processes that have exited
if [ -z "$quick" ]; then
	load follow=1 targets=$$
	for ((i = 0; i < 100; i++)); do
		(for ((j = 0; j < 50; j++)); do (:); done)
	done
	row 'target, collect=count, after 5,100 processes' "$(lowest -t)"
fi
load
echo 0 >$D/enabled
row 'target, enabled is 0' "$(lowest -t)"

rmmod systally
row 'unloaded again' "$(lowest)"

# A user function: empty, in this program
base=$(lowest function)
row 'function, untraced' "$base"
place=$("$cost" place)
# with_function PARAMETER...: counts the function, too
with_function() {
	load_selective "$@"
	echo "$place" >$D/functions
}
with_function
row 'function, target, collect=count' "$(lowest -t function)"
with_function collect=time
row 'function, target, collect=time' "$(lowest -t function)"
with_function collect=hist
row 'function, target, collect=hist' "$(lowest -t function)"
load targets=1 collect=time
echo "$place" >$D/functions
row 'function, bystander' "$(lowest function)"
rmmod systally

# From memory: an exec from a disk waits for it. And without random addresses,
# which decide how many page tables a process has.
cp "$cost" /tmp/cost
cost() {
	setarch -R /tmp/cost "$@"
}
for made in fork exec; do
	base=$(cost $made)
	row "$made, untraced" "$base"
	load
	row "$made, loaded, without targets" "$(cost $made)"
	load targets=$$
	selective
	row "$made, bystander" "$(cost $made)"
	load
	row "$made, target" "$(cost -t $made)"
	load follow=1
	row "$made, target, follow=1" "$(cost -t $made)"
	rmmod systally
done
