#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the latency of a real-time task, which cyclictest measures, in
# nanoseconds: in the lab with --icount, instructions. 10,000 threads exist. In
# the background, targets of 5,000 threads each are replaced, and other tracers
# come and go, with and without the module. Takes $SYSTALLY_KO and $WORKLOAD as
# the tests do; $LOOPS is the number of wake-ups.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
SYSTALLY_KO=${SYSTALLY_KO:-$root/module/systally.ko}
WORKLOAD=${WORKLOAD:-$root/tests/workload}
D=/sys/kernel/debug/systally
TR=/sys/kernel/tracing
THREADS=5000
LOOPS=${LOOPS:-5000}
loop=''

stop_loop() {
	[ -n "$loop" ] || return 0
	kill "$loop"
	wait "$loop" 2>/dev/null || :
	loop=
}

cleanup() {
	stop_loop
	echo 0 >$TR/events/raw_syscalls/enable
	[ ! -d /sys/module/systally ] || rmmod systally
}
trap cleanup EXIT

# latency NAME: measures one situation
latency() {
	cyclictest -q -m -p 80 -t 1 -i 1000 -l "$LOOPS" -N |
		awk -v name="$1" '/^T:/ {
			for (i = 1; i < NF; i++)
				value[$i] = $(i + 1)
			printf "%-52s %9d %9d\n", name, value["Avg:"], value["Max:"]
		}'
}

tracers_come_and_go() {
	echo 1 >$TR/events/raw_syscalls/enable
	sleep 0.01
	echo 0 >$TR/events/raw_syscalls/enable
	sleep 0.3
}

replace_targets() {
	echo "${PIDS[0]}" >$D/targets
	sleep 0.02
	echo "${PIDS[1]}" >$D/targets
	sleep 0.02
}

# beside NAME FUNCTION...: measures while the functions are called over and over
beside() {
	local name=$1 function

	shift
	while :; do
		for function; do
			"$function"
		done
	done &
	loop=$!
	latency "$name"
	stop_loop
}

[ ! -d /sys/module/systally ] || rmmod systally
echo 4194304 >/proc/sys/kernel/pid_max
for step in 7 11; do
	coproc { exec "$WORKLOAD/spread" $THREADS $step; } 2>/dev/null
	PIDS+=("$COPROC_PID")
	# Its input stays open, also beside the next coprocess.
	exec {input}>&"${COPROC[1]}"
	inputs+=("$input")
	read -r _ <&"${COPROC[0]}"
done
echo "$((2 * THREADS)) threads on $(uname -r)$(
	[ -z "${SYSTALLY_LAB:-}" ] || echo ', in the lab'), $LOOPS wake-ups"
printf '%-52s %9s %9s\n' '' average worst
latency 'not loaded'
beside 'not loaded, other tracers come and go' tracers_come_and_go
insmod "$SYSTALLY_KO"
latency 'loaded, without targets'
echo "${PIDS[0]}" >$D/targets
latency 'a target'
beside 'a target, other tracers come and go' tracers_come_and_go
beside 'targets are replaced' replace_targets
beside 'targets are replaced, other tracers come and go' \
	replace_targets tracers_come_and_go
echo all >$D/targets
beside 'targets=all, other tracers come and go' tracers_come_and_go
