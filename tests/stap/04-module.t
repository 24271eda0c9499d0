#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tapset systally_module.stp: it reads what systally's own files say, it
# adds and removes targets, and without the module it says so.

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"

# answer WORDS: prints the number after them
answer() {
	sed -n "s/^$1 \(-\?[0-9]*\)\$/\1/p" "$T/asks.out"
}

stap_run asks 1 getppid none
is $? 1 'not loaded: status 1'
is "$(answer loaded)" 0 'not loaded: systally_loaded() is 0'
like "$(stap_complaints asks)" \
	'^ERROR: systally: the module is not loaded: run .systally load' \
	'not loaded: says what to do'

need_load collect=time
"$WORKLOAD/calls" -t errors >"$T/expected" &
gone=$!
wait $gone
for call in close getpgid getpriority poll; do
	stap_run asks $gone $call none
	is $? 0 "$call of one that has exited: asked"
	is "$(answer count) $(answer errors)" \
		"$(column $gone all $call count) $(column $gone all $call errors)" \
		"$call: count and errors as in counters"
	is "$(answer total_ns) $(answer max_ns)" \
		"$(column $gone all $call total_ns) $(column $gone all $call max_ns)" \
		"$call: times as in counters"
done
is "$(awk '$1 == "count" && $3 == "poll" { print $4 }' "$T/expected")" \
	"$(answer count)" 'and as the workload says'

stap_run asks $gone nosuch none
is $? 1 'no such call: status 1'
like "$(stap_complaints asks)" 'ERROR: systally: no such system call' \
	'no such call: says so'
stap_run asks 1 getppid none
is "$(answer count) $(answer target)" '-1 0' 'not watched: -1'

# Targets: a process that is added is counted from then on, one that is removed
# is not.
talk_start some "$WORKLOAD/puppet"
talk_until some ready
some=$(said some member | head -n 1)
some=${some% *}
talk_ask some 'call 101' called
stap_run asks "$some" getppid add
is $? 0 'add: asked'
is "$(answer count) $(answer target)" '-1 0' 'it was not watched'
is "$(answer 'target at the end')" 1 'add: it is a target now'
is "$(grep -cx "$some" "$D/targets")" 1 "systally's file targets says so, too"
talk_ask some 'call 1009' called
stap_run asks "$some" getppid none
is "$(answer count) $(answer target)" '1009 1' 'what it did since is counted'
is "$(answer hottest)" "$some" 'it is the hottest process'
stap_run asks "$some" getppid remove
is "$(answer 'target at the end')" 0 'remove: it is none any more'
talk_ask some 'call 53' called
stap_run asks "$some" getppid none
is "$(answer count)" 1009 'what it did since is not counted, the rest stays'
passes 'the process goes on' talk_end some
stap_run asks "$some" getppid add
is $? 1 'adding one that has gone: status 1'
like "$(stap_complaints asks)" 'ERROR: systally: no such process' \
	'adding one that has gone: says so'

# As long as a script that has asked runs, the module stays.
ctl threads 1
stap_run asks "$some" getppid none
like "$(stap_complaints asks)" 'write 0 to the control threads' \
	'rows per thread: says what to do'
ctl threads 0
ctl targets all
stap_start poll-count 1
"$WORKLOAD/polls" >/dev/null
wait_for grep -q polls "$T/poll-count.out"
rmmod systally 2>/dev/null
is $? 1 'rmmod is refused meanwhile'
stap_end poll-count

finish
