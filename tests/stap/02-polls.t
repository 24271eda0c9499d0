#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tapset pollwait.stp, and poll-count and poll-timeouts, which use it: the
# calls of the poll family, of every ABI, compared with what the workload made
# and with systally's own counters, which are in the same table.

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"

need_load targets=all

run_workloads() {
	local workload

	for workload in 'polls' 'polls32' 'polls x32'; do
		# shellcheck disable=SC2086 # words
		"$WORKLOAD/"$workload >"$T/${workload/ /-}.expected" &
		pids[${#pids[@]}]=$!
		wait $!
	done
}
expected=(polls polls32 polls-x32)

stap_start poll-count 3600 50
pids=()
run_workloads
passes 'poll-count ends with status 0' stap_end poll-count
is "$(stap_complaints poll-count)" '' 'it prints no errors'
like "$(<"$T/polls-x32.expected")" 'count x32 epoll_pwait2' 'x32 calls work'

# tgid command abi call calls total systally: truth, script and module
for i in 0 1 2; do
	is "$(table poll-count tgid | awk -v tgid="${pids[i]}" '
		$1 == tgid { print $3, $4, $5, $6, $7 }' | sort)" \
		"$(awk '$1 == "count" { print $2, $3, $4, $4, $4 }' \
			"$T/${expected[i]}.expected" | sort)" \
		"poll-count, ${expected[i]}: the workload, the script and systally agree"
	at_least "$(wc -l <"$T/${expected[i]}.expected")" 14 \
		"${expected[i]}: makes seven calls or more"
done

# With -c, only the command and its children; and to the moment of its end
stap_run poll-count 3600 50 -- -c "sh -c '$WORKLOAD/polls >/dev/null'"
is $? 0 'poll-count with -c ends with the command'
is "$(table poll-count tgid | awk '$2 == "polls" { print $3, $4, $5, $7 }' |
	sort)" "$(awk '$1 == "count" { print $2, $3, $4, $4 }' \
	"$T/polls.expected" | sort)" 'it has counted all calls, as systally has'
is "$(table poll-count tgid | awk '$2 !~ /^(polls|sh)$/')" '' \
	'and counted no other process'

# Every second, the sum over all tables is the total.
stap_start poll-count 1 50
pids=()
run_workloads
stap_end poll-count
awk -v tgid="${pids[1]}" '$1 == "In" { exit } $1 == tgid { n += $5 }
	END { print n + 0 }' "$T/poll-count.out" >"$T/sum"
table poll-count tgid | awk -v tgid="${pids[1]}" '
	$1 == tgid { left += $5 } END { print left + 0 }' >"$T/total"
at_least "$(<"$T/total")" 1000 'poll-count 1: has a total'
at_least "$(<"$T/total")" "$(<"$T/sum")" \
	'the tables show no more than the total'

stap_start poll-timeouts 3600 50
pids=()
run_workloads
passes 'poll-timeouts ends with status 0' stap_end poll-timeouts
is "$(stap_complaints poll-timeouts)" '' 'it prints no errors'
for i in 0 1 2; do
	is "$(table poll-timeouts tgid | awk -v tgid="${pids[i]}" '
		$1 == tgid { print $3, $4, $5, $6, $8 }' | sort)" \
		"$(awk '$1 == "waits" {
			print $2, $3, $4 + $5 + $6, $5, $6
		}' "$T/${expected[i]}.expected" | sort)" \
		"poll-timeouts, ${expected[i]}: waits, time-outs, spins"
	is "$(table poll-timeouts tgid | awk -v tgid="${pids[i]}" '
		$1 == tgid && $7 != "1.000"')" '' \
		"poll-timeouts, ${expected[i]}: each was to last 1 ms"
done

# The rest of a poll that SIGSTOP has interrupted is part of that wait.
stap_start poll-timeouts 3600 50
# shellcheck disable=SC2016 # perl's
perl -MIO::Poll=POLLIN -e 'pipe(my $r, my $w); print "$$\n"; $| = 1;
	print "begins\n"; my @files = (fileno($r), POLLIN);
	IO::Poll::_poll(3000, @files);' \
	>"$T/poller" &
poller=$!
in_poll() {
	grep -q '^7 ' "/proc/$poller/syscall"
}
stopped() {
	state_is $poller T
}
wait_for grep -q begins "$T/poller"
wait_for in_poll
kill -STOP $poller
wait_for stopped
kill -CONT $poller
wait $poller
is $? 0 'a poll that was stopped: the workload ends'
stap_end poll-timeouts
is "$(table poll-timeouts tgid | awk -v tgid=$poller '
	$1 == tgid && $4 == "poll" { print $3, $5, $6, $7, $8 }')" \
	'x86-64 1 1 3000.000 0' \
	'poll-timeouts: one wait, which timed out after it was stopped'

# Without the module
unload
stap_start poll-count 3600
"$WORKLOAD/polls" >"$T/expected"
stap_end poll-count
is "$(table poll-count tgid | awk '$2 == "polls" { print $NF }' | sort -u)" - \
	'without systally its column is empty'

finish
