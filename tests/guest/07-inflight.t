#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# inflight: which task is blocked in which call, and for how long.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

need_load collect=time follow=1
is "$(head -n 1 "$D/inflight" | xargs)" 'tid tgid abi nr name since_ns' \
	'the columns are these'
is "$(grep -cv '^tid\|^#' "$D/inflight")" 0 'without targets there are no rows'

# Prints TID TGID ABI NAME of each row
rows() {
	awk 'NR > 1 && !/^#/ { print $1, $2, $3, $5 }' "$D/inflight" | sort
}

since() {
	awk -v tid="$1" '$1 == tid { print $6 }' "$D/inflight"
}

for program in blocked blocked32; do
	abi=x86-64
	[ $program = blocked ] || abi=i386
	ctl collect time
	ctl targets none
	from=${EPOCHREALTIME/./}
	talk_start blocked "$WORKLOAD/$program" -t
	talk_until blocked ready
	parent=${talk_pid[blocked]}
	said blocked blocked | awk '{ print $1, $1, $2, $3 }' | sort \
		>"$T/wanted"
	is "$(rows | grep -v "^$parent ")" "$(<"$T/wanted")" \
		"$abi: each process is in the call that blocks it"
	# The parent waits for a line on stdin.
	wait_for sh -c "grep -q '^ *$parent .* read ' $D/inflight"
	is "$(rows | grep "^$parent ")" "$parent $parent $abi read" \
		"$abi: and so is their parent"
	sleeper=$(said blocked blocked | awk '$3 == "nanosleep" { print $1 }')
	nr=$(awk -v tid="$sleeper" '$1 == tid { print $4 }' "$D/inflight")
	wanted=35
	[ $abi = x86-64 ] || wanted=162
	is "$nr" $wanted "$abi: the call number is right"
	once=$(since "$sleeper")
	sleep 0.05
	twice=$(since "$sleeper")
	at_least "$twice" $((once + 50000000)) "$abi: since_ns grows with time"
	at_least $(((${EPOCHREALTIME/./} - from) * 1000)) "$twice" \
		"$abi: since_ns is not longer than the test ran"
	is "$(count "$sleeper" $abi nanosleep) $(column "$sleeper" $abi \
		nanosleep total_ns)" '1 0' \
		"$abi: a call in flight is counted, without a duration"

	# One of them exits.
	kill -USR1 "$sleeper"
	# its parent does not reap it yet
	wait_for state_is "$sleeper" Z
	is "$(rows | grep -c "^$sleeper ")" 0 \
		"$abi: it has no row when its call has returned"
	is "$(column "$sleeper" $abi nanosleep errors)" 1 \
		"$abi: its error is counted"
	at_least "$(column "$sleeper" $abi nanosleep total_ns)" "$twice" \
		"$abi: its duration is at least that of inflight"
	talk_ask blocked '' 'done'
	talk_end blocked
	is "$(rows)" '' "$abi: no rows when all have exited"
done

# A call entered before its process was a target is not known.
talk_start blocked "$WORKLOAD/blocked"
talk_until blocked ready
sleeper=$(said blocked blocked | awk '$3 == "pause" { print $1 }')
ctl targets "$sleeper"
is "$(rows)" '' 'a call entered before its process was a target has no row'
ctl collect count
like "$(sed -n 2p "$D/inflight")" '^#.*time' \
	'collect=count: one line says that times are needed'
talk_ask blocked '' 'done'
talk_end blocked

# 20,000 threads of another process, with ids all over 4 million: slots for all of
# them would take more than the cap.
echo 4194304 >/proc/sys/kernel/pid_max
echo 40000 >/proc/sys/kernel/threads-max
talk_start spread "$WORKLOAD/spread" 20000 200
talk_until spread 'spread 20000'
need_load
ctl targets $$
passes 'collect=hist works beside threads with ids far from each other' \
	ctl collect hist
ctl targets none
ctl reset 1
workload calls -t plain >"$T/expect"
is "$(compare "$T/expect")" '' 'a target that starts there is counted exactly'
is "$(refused targets "${talk_pid[spread]}") $(<"$D/targets")" 'ENOMEM none' \
	'a process whose slots take more than the cap is refused as a target'
unload
need_load memory_max_bytes=256M collect=hist
passes 'with a higher cap, it can be a target' \
	ctl targets "${talk_pid[spread]}"
note "memory_bytes $(status memory_bytes) of $(status memory_max_bytes)"
talk_end spread

finish
