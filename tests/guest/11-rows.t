#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tables that become full of one process's rows, and calls in flight while the
# filter changes: the totals add up, and no call has a row that it should not
# have.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# Calls that were entered but are neither tallied nor unattributed, all read at
# one moment. Errors and durations may be missing here, counts may not.
difference() {
	awk '$1 == "entered:" { sum += $2 }
		$1 == "tallied:" || $1 == "unattributed:" { sum -= $2 }
		END { print sum }' "$D/status"
}

# More rows than a CPU's tables can hold: calls without a row are still counted.
need_load collect=time follow=1 memory_max_bytes=3328K
rounds=26
sweeps=()
for _ in 1 2; do
	"$WORKLOAD/sweep" -s $rounds >>"$T/made" &
	sweeps+=($!)
done
for pid in "${sweeps[@]}"; do
	wait_for state_is "$pid" T
done
ctl targets "${sweeps[*]}"
kill -CONT "${sweeps[@]}"
missing='' looks=0
while kill -0 "${sweeps[@]}" 2>/dev/null; do
	difference=$(difference)
	[ "$difference" = 0 ] || missing+="$difference "
	looks=$((looks + 1))
done
died=0
for pid in "${sweeps[@]}"; do
	wait "$pid" || died=$((died + 1))
done
is "$died" 0 'the workloads have run to their end'
is "$missing" '' 'the totals add up at any moment'
at_least "$looks" 1 'they were read while the workloads ran'
# Stopping and exiting are more calls.
at_least "$(status entered)" \
	"$(awk '$1 == "made" { sum += $2 } END { print sum + 0 }' "$T/made")" \
	'all calls of both workloads have entered'
is "$(difference)" 0 'the totals add up in the end'
note "unattributed $(status unattributed), untimed $(status untimed)"
rmmod systally

# blocked_reading PID: it sleeps in read(0, ...)
blocked_reading() {
	local nr fd

	read -r nr fd _ <"/proc/$1/syscall" && [ "$nr $fd" = '0 0x0' ] &&
		state_is "$1" S
}

# has_read PID COUNT: so many reads are counted
has_read() {
	[ "$(count "$1" x86-64 read)" -ge "$2" ]
}

# A call that the filter excludes when it returns makes no row.
need_load collect=time
for hook in tracepoint kprobe; do
	ctl hook $hook
	ctl syscalls read,getppid
	ctl reset 1
	mkfifo "$T/fifo"
	# Reads lines, byte by byte.
	bash -c 'read -r _ <&8; for ((i = 0; i < 50; i++)); do
		read -r _ <&8; done' 8<>"$T/fifo" 9>&- &
	reader=$!
	# It is in its first read, which is not counted. bash makes the FIFO its
	# descriptor 0.
	wait_for blocked_reading "$reader"
	ctl targets $reader
	echo once >"$T/fifo"
	# A read for each byte but the first, and the next one, which blocks
	wait_for has_read "$reader" 5
	before=$(count "$reader" x86-64 read)
	ctl syscalls getppid
	for _ in {1..50}; do
		echo again >"$T/fifo"
	done
	wait $reader
	is "$(count "$reader" x86-64 read)" "$before" \
		"$hook: calls that the filter excludes are not counted"
	is "$(difference)" 0 "$hook: the totals add up"
	rm "$T/fifo"
done

finish
