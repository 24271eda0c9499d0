#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# inflight: who is blocked in which call, and for how long.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

need_load collect=time follow=1
is "$(head -n 1 "$D/inflight" | xargs)" 'tid tgid abi nr name since_ns' \
	'the columns'
is "$(grep -cv '^tid\|^#' "$D/inflight")" 0 'without targets no rows'

# TID TGID ABI NAME of its rows
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
		"$abi: everyone is in the call that blocks"
	# the parent waits for a word on stdin
	wait_for sh -c "grep -q '^ *$parent .* read ' $D/inflight"
	is "$(rows | grep "^$parent ")" "$parent $parent $abi read" \
		"$abi: and so is their parent"
	sleeper=$(said blocked blocked | awk '$3 == "nanosleep" { print $1 }')
	nr=$(awk -v tid="$sleeper" '$1 == tid { print $4 }' "$D/inflight")
	wanted=35
	[ $abi = x86-64 ] || wanted=162
	is "$nr" $wanted "$abi: nr"
	once=$(since "$sleeper")
	sleep 0.05
	twice=$(since "$sleeper")
	at_least "$twice" $((once + 50000000)) "$abi: since_ns grows with time"
	at_least $(((${EPOCHREALTIME/./} - from) * 1000)) "$twice" \
		"$abi: and began after the start"
	is "$(count "$sleeper" $abi nanosleep) $(column "$sleeper" $abi \
		nanosleep total_ns)" '1 0' \
		"$abi: a call that is not over is counted, without a time"

	# one of them goes
	kill -USR1 "$sleeper"
	# its parent does not reap it yet
	wait_for state_is "$sleeper" Z
	is "$(rows | grep -c "^$sleeper ")" 0 "$abi: gone when released"
	is "$(column "$sleeper" $abi nanosleep errors)" 1 "$abi: its error"
	at_least "$(column "$sleeper" $abi nanosleep total_ns)" "$twice" \
		"$abi: its time is what inflight said, or more"
	talk_ask blocked '' 'done'
	talk_end blocked
	is "$(rows)" '' "$abi: no rows when all are gone"
done

# A call entered before it was a target is not known
talk_start blocked "$WORKLOAD/blocked"
talk_until blocked ready
sleeper=$(said blocked blocked | awk '$3 == "pause" { print $1 }')
ctl targets "$sleeper"
is "$(rows)" '' 'a call entered before is not shown'
ctl collect count
like "$(sed -n 2p "$D/inflight")" '^#.*time' \
	'collect=count: one line says what is needed'
talk_ask blocked '' 'done'
talk_end blocked

finish
