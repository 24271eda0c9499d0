#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Observers side by side: top of everybody, two runs with times, one with
# histograms, the default session, and poll-count. Each figure is what was made.

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"

need_load

# The command needs libraries that the suite of SystemTap does not have. The root
# of the first process is the one that it was built for.
outside=(chroot /proc/1/root "$SYSTALLY")

stap_start poll-count 3600 50
"${outside[@]}" top -i 1000 --format csv -o "$T/top" 2>"$T/top.err" &
everybody=$!
wait_for sh -c "grep -q '^targets: all' $D/sessions/*/status" ||
	note "top: $(cat "$T/top.err")"
# Now: while the default session counts, top without options shows that one.
ctl targets all
# Each workload says what it has made, and waits until the others have begun.
workloads=('polls' 'polls32' 'polls')
options=(-L -L -P)
for i in 0 1 2; do
	"${outside[@]}" run "${options[i]}" --format csv -o "$T/run$i" -- \
		sh -c 'kill -STOP $$; exec "$@"' sh "$WORKLOAD/${workloads[i]}" \
		>"$T/said$i" 2>"$T/err$i" &
	run[i]=$!
done
wait_for workers_stopped 3
# shellcheck disable=SC2086 # words
kill -CONT $workers
for i in 0 1 2; do
	wait "${run[i]}"
	is "$? $(<"$T/err$i")" '0 ' "run ${options[i]} succeeds"
done
passes 'poll-count ends with status 0' stap_end poll-count
kill -TERM $everybody
wait $everybody
is $? 143 'top ends by the signal'

# made FILE...: ABI, call and count of what the workloads have made
made() {
	awk '$1 == "count" { made[$2 " " $3] += $4 }
		END { for (call in made) print call, made[call] }' "$@" | sort
}
# of_rows: the same of the CSV on stdin, of the workloads and the calls in
# $T/made
of_rows() {
	awk -F, 'NR == FNR { wanted[$0]; next }
		FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ call = $at["abi"] " " $at["syscall"] }
		$at["comm"] ~ /^polls/ && call in wanted { got[call] += $at["count"] }
		END { for (call in got) print call, got[call] }' \
		<(sed 's/ [0-9]*$//' "$T/made") - | sort
}
# polled COLUMN: what poll-count says, as CSV
polled() {
	echo comm,abi,syscall,count
	table poll-count tgid | awk -v column="$1" '
		$2 ~ /^polls/ { print $2 "," $3 "," $4 "," $column }'
}
for i in 0 1 2; do
	made "$T/said$i" >"$T/made"
	at_least "$(wc -l <"$T/made")" 7 "${workloads[i]}: makes seven calls or more"
	is "$(of_rows <"$T/run$i")" "$(<"$T/made")" \
		"run ${options[i]} of ${workloads[i]}: each call that was made"
done
made "$T"/said? >"$T/made"
is "$(of_rows <"$T/top")" "$(<"$T/made")" \
	'top of everybody: the calls of all three'
# tgid command abi call calls total systally
is "$(polled 5 | of_rows)" "$(<"$T/made")" 'poll-count: the same'
is "$(polled 7 | of_rows)" "$(<"$T/made")" \
	'and the default session, which it shows'
is "$(stap_complaints poll-count)" '' 'poll-count prints no errors'

finish
