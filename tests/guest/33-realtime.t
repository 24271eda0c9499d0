#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Real-time tasks that keep a CPU busy: no call loses its row. On each CPU in
# turn, real-time processes fork. Then ordinary processes fork while a real-time
# task on that CPU never sleeps.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

processes=1009
names=7
cpus=$(nproc)

need_load follow=1 collect=hist

for ((cpu = 0; cpu < cpus; cpu++)); do
	ctl reset 1
	taskset -c $cpu chrt -f 1 "$WORKLOAD/churn" -t $processes $names \
		>"$T/expect" || echo 'died churn' >>"$T/expect"
	is "$(compare "$T/expect")" '' \
		"real-time processes on CPU $cpu: $processes are exact"
done

spinner=
for ((cpu = 0; cpu < cpus; cpu++)); do
	taskset -c $cpu chrt -f 50 sh -c 'while :; do :; done' &
	spinner=$!
	wait_for state_is $spinner R
	ctl reset 1
	workload churn -t $processes $names >"$T/expect"
	is "$(compare "$T/expect")" '' \
		"processes beside a spinner on CPU $cpu: $processes are exact"
	kill $spinner
	wait $spinner 2>/dev/null
done

finish
