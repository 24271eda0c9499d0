#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rows where there should be none, and none where there should be: tables that
# run full of one process's rows, and calls in flight while the filter changes.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# Of one moment; errors and times may be missing here, counts may not
difference() {
	awk '$1 == "entered:" { sum += $2 }
		$1 == "tallied:" || $1 == "unattributed:" { sum -= $2 }
		END { print sum }' "$D/status"
}

# More rows than a CPU's tables have room for: calls without a row of their own,
# or of their number's, are still counted, and their exits do no harm.
need_load collect=time follow=1 memory_max_bytes=2M
rounds=60
sweeps=()
for _ in 1 2; do
	"$WORKLOAD/sweep" -s $rounds &
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
at_least "$looks" 3 'they were read while the workloads ran'
# 473 numbers in 3 ABIs, and a stop and an end of each
at_least "$(status entered)" $((2 * 473 * 3 * rounds)) 'all entered'
is "$(difference)" 0 'and at rest'
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

# A call of a kind that is left out when it ends makes no row
need_load collect=time
for hook in tracepoint kprobe; do
	ctl hook $hook
	ctl syscalls read,getppid
	ctl reset 1
	mkfifo "$T/fifo"
	# reads two lines, byte by byte, of its own
	bash -c 'read -r _ <&8; for ((i = 0; i < 50; i++)); do
		read -r _ <&8; done' 8<>"$T/fifo" 9>&- &
	reader=$!
	# In its first read, which is not counted then. bash makes it descriptor 0.
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
		"$hook: calls left out from now on are not counted"
	is "$(difference)" 0 "$hook: it adds up"
	rm "$T/fifo"
done

finish
