#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# stress-ng's stressors of system calls, exec, clone and signals. They do not
# report their calls, so perf stat counts the same processes: it loses no events
# when it only counts.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

command -v stress-ng >/dev/null || skip_all 'no stress-ng'

need_load follow=1
# stress-ng makes files
cd "$T" || bail "cannot enter $T"
second=''
perf stat -e raw_syscalls:sys_enter true >/dev/null 2>&1 ||
	second='perf stat cannot count system calls here'

# stress_storm NAME COLLECT STRESSOR...: two of each
stress_storm() {
	local name=$1 collect=$2 stressors=() stressor pid counted=''

	shift 2
	for stressor; do
		stressors+=("--$stressor" 2)
	done
	ctl targets none
	ctl collect "$collect"
	ctl reset 1
	# It stops before the first call that must be counted.
	# shellcheck disable=SC2016 # that shell's
	bash -c 'kill -STOP $$; exec "$@"' sh stress-ng --quiet --no-rand-seed \
		--timeout "$storm_seconds" --oomable --temp-path "$T" \
		"${stressors[@]}" >"$T/stress" 2>&1 &
	pid=$!
	wait_for state_is $pid T
	ctl targets $pid
	if [ -z "$second" ]; then
		perf stat -x, -o "$T/perf" -e raw_syscalls:sys_enter \
			-p $pid 2>"$T/perf.said" &
		wait_for grep -q '^State:.*S' /proc/$!/status
		wait_for grep -qx "Threads:.1" /proc/$!/status
		wait_for test -e "$T/perf"
		sleep 0.5
	fi
	kill -CONT $pid
	wait $pid
	at_least 3 $? "$name: stress-ng has run" || note "$(head -n 5 "$T/stress")"
	# Processes that it has left behind exit; perf stat ends with the last.
	wait
	verdict "$name" "$storm_seconds" 's'
	if [ -n "$second" ]; then
		skip "$name: perf stat counted as many" "$second"
		return
	fi
	counted=$(awk -F, '/sys_enter/ { print $1 }' "$T/perf")
	is "$(status entered)" "$counted" \
		"$name: perf stat has counted as many calls"
}

stress_storm calls count syscall enosys
stress_storm exec time exec vfork
stress_storm clone time clone fork
stress_storm signals time signal kill sigsegv sigrt

storms_finish
