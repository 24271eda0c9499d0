#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# collect=hist: percentiles of calls of known duration; every call that has
# returned is in exactly one bucket, also after folds, resets and changes of the
# level; and what the command prints.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

runs='
one thread|calls -t plain
one thread, i386|calls32 -t plain
int 0x80 from 64-bit code|calls -t int80
failing calls|calls -t errors
unknown numbers|calls -t unknown
8 threads|threads -t 8
a tree of processes|tree -t 3 4
a chain of execs by other threads|chain -t thread 13
interrupted and restarted calls|signals -t 11
'

# hist_differs [at-most]: prints each (abi, nr) whose number of calls in
# histograms differs from its count; with at-most, if it is larger. Calls that
# never return are in no histogram.
hist_differs() {
	"$WORKLOAD/snapread" -d | awk -v at_most="${1:-}" '
		BEGIN {
			for (nr = split("60 231 1 252", list, " "); nr; nr--)
				ends[(nr < 3 ? "x86-64 " : "i386 ") list[nr]]
		}
		$1 == "row" && !($4 " " $5 in ends) {
			counted[$4 " " $5] += $6
		}
		$1 == "hist" { timed[$3 " " $4] += $6 + $7 + $8 + $9 }
		END {
			for (call in timed)
				if (timed[call] > counted[call])
					print call, timed[call], counted[call]
			for (call in counted)
				if (!at_most && timed[call] < counted[call])
					print call, timed[call], counted[call]
		}'
}

# Calls in histograms
hist_sum() {
	"$WORKLOAD/snapread" -d | awk '
		$1 == "hist" { sum += $6 + $7 + $8 + $9 }
		END { printf "%.0f\n", sum }'
}

# hist_singles: where a process made one call of a number, its total is the
# call's duration. Prints how many such calls there are, and those in a wrong
# bucket.
hist_singles() {
	"$WORKLOAD/snapread" -d | awk '
		$1 == "row" && $6 == 1 && $2 && $8 { total[$2 " " $4 " " $5] = $8 }
		$1 == "clock" { units = $2 / 1000000 }
		$1 == "hist" && ($2 " " $3 " " $4) in total {
			ns = total[$2 " " $3 " " $4]
			for (b = 0; !$(6 + b); b++)
				continue
			low = $5 ? (4 + b) * 2 ^ ($5 - 1) : b
			width = $5 ? 2 ^ ($5 - 1) : 1
			if (low > (ns + 1) * units || low + width <= ns * units)
				print $0 ": " ns " ns"
			found++
		}
		END { print found + 0 }'
}

# what_csv NAME COLUMN: prints that column of $T/csv for the call NAME
what_csv() {
	awk -F, -v name="$1" -v column="$2" '
		NR == 1 {
			for (i = 1; i <= NF; i++)
				at[$i] = i
			next
		}
		$at["syscall"] == name { print $at[column] }' "$T/csv"
}

# percentile NAME PER-MILLE COLUMN: computes it from the workload's output
percentile() {
	awk -v name="$1" '$1 == "slept" && $2 == name { print $'"$3"' }' \
		"$T/slept" | sort -n |
		awk -v part="$2" '{ time[NR] = $1 }
			END { print time[int((NR * part + 999) / 1000)] }'
}

# Runs the command line $1, with its output in $T/out and $T/err.
try() {
	"$SYSTALLY" "$@" >"$T/out" 2>"$T/err" </dev/null
	got=$?
}

# ---- percentiles --------------------------------------------------------

# A call takes at least the requested time, and at most the time that its caller
# measures. So the k-th shortest duration is between the k-th shortest requested
# time and the k-th shortest measured time. The test allows 12.5% more or less,
# and 1 in 1000 for the clocks: the kernel corrects the caller's, not the TSC.
percentiles_fit() {
	local name=$1 part column shown asked seen

	for part in 500/p50_ns 900/p90_ns 990/p99_ns 999/p999_ns; do
		column=${part#*/}
		part=${part%/*}
		shown=$(what_csv "$name" "$column")
		asked=$(percentile "$name" "$part" 3)
		seen=$(percentile "$name" "$part" 4)
		note "$name $column: $asked asked, $seen seen, $shown shown"
		[ "$shown" -ge $((asked * 874 / 1000)) ] &&
			[ "$shown" -le $((seen * 1126 / 1000)) ] || return 1
	done
}

need_load collect=hist follow=1
is "$(<"$D/collect")" hist 'collect reads hist'
for program in latency latency32; do
	ctl reset 1
	workload $program -t 307 >"$T/slept"
	"$SYSTALLY" report -b syscall --format csv -o "$T/csv"
	sed -i 's/_time64//' "$T/csv"
	percentiles_fit clock_nanosleep
	ok $? "$program: the percentiles of clock_nanosleep are right"
	percentiles_fit poll
	ok $? "$program: the percentiles of poll are right"
	# Half of the sleeps are much longer than the other half.
	at_least "$(what_csv clock_nanosleep p90_ns)" \
		"$(($(what_csv clock_nanosleep p50_ns) * 2))" \
		"$program: p90 is at least twice p50"
	is "$(hist_differs)" '' "$program: each call is in one bucket"
	is "$(what_csv clock_nanosleep count) $(what_csv poll count)" \
		'307 102' "$program: the counts are exact"
done
is "$(status untimed)" 0 'none is untimed'

# ---- every call that returned, once -------------------------------------

while IFS='|' read -r name command; do
	[ -n "$name" ] || continue
	ctl reset 1
	# shellcheck disable=SC2086 # words
	workload $command >"$T/expect"
	is "$(compare "$T/expect")" '' "$name: every call is counted exactly"
	is "$(hist_differs)" '' "$name: each call is in one bucket"
	at_least "$(hist_sum)" 100 "$name: the histograms have calls"
done <<<"$runs"

# The bucket belongs to the time that the module added to the total.
ctl reset 1
"$WORKLOAD/tree" -t 3 4 >/dev/null
singles=$(hist_singles)
# Most calls take 0 ns by such a clock.
if [ "$coarse_clock" = 1 ]; then
	like "$singles" '^[0-9]+$' 'a call alone is in the bucket of its total'
else
	like "$singles" '^[0-9]{2,}$' \
		'a call alone is in the bucket of its total'
fi

# With threads=1, counts are per thread; histograms stay per process.
ctl threads 1
ctl reset 1
workload threads -t 8 >"$T/expect"
is "$(compare "$T/expect")$(hist_differs)" '' \
	'threads=1: every call is counted exactly'
is "$("$WORKLOAD/snapread" -d | awk '$1 == "hist" && $4 == 110 { print $2 }' |
	sort -u | wc -l)" 1 'threads=1: the histogram is per process'
try report -b thread -P --format csv -n 1
is "$got $(awk -F, 'NR == 2 { print "[" $(NF - 1) "] [" $(NF - 4) "]" }' \
	"$T/out")" '0 [] []' \
	'threads=1: a thread has no percentiles'
try report -b syscall -P --format csv
cp "$T/out" "$T/csv"
if [ "$coarse_clock" = 1 ]; then
	skip 'per thread: those of a call' 'no clock here that tells them'
else
	at_least "$(what_csv getppid p50_ns)" 1 'per thread: those of a call'
fi
ctl threads 0
ctl reset 1
is "$(hist_sum)" 0 'reset: the histograms are empty'
ctl syscalls 'getppid getpgid getsid getpriority close poll select'
ctl hook kprobe
workload calls -t plain >"$T/expect"
is "$(compare "$T/expect")$(hist_differs)" '' \
	'hook=kprobe: every call is counted exactly'

# ---- folded, and without room -------------------------------------------

need_load memory_max_bytes=5M follow=1 collect=hist
workload churn -t 1009 7 >"$T/expect"
is "$(compare "$T/expect")" '' '1009 processes: every call is counted exactly'
is "$(hist_differs)" '' '1009 processes: each call is in one bucket'
at_least "$("$WORKLOAD/snapread" -d | awk '$1 == "hist" && !$2' | wc -l)" 7 \
	'histograms of exited processes are folded'
at_least 4194304 "$(status memory_bytes)" 'memory_bytes stays below the cap'
# Every number in 3 ABIs: more rows than there is room for
need_load memory_max_bytes=3328K collect=hist
made=$("$WORKLOAD/sweep" -t 7)
made=${made#made }
entered=$(status entered)
hist=$(hist_sum)
untimed=$(status untimed)
note "$entered entered, $hist in histograms, untimed $untimed"
at_least "$entered" "$made" 'without room: all calls have entered'
at_least "$untimed" 1 'without room: some are untimed'
at_least "$entered" "$((hist + 1))" \
	'without room: histograms have fewer calls than entered'
# All but exit_group; a call whose errno has no row is untimed, too.
at_least $((hist + untimed)) $((entered - 1)) \
	'without room: a call in no bucket is untimed'

# ---- changes under a storm ----------------------------------------------

need_load "syscalls=${storm_calls// /,}"
talk_start native nice -n 19 "$WORKLOAD/storm" 2 2
talk_start compat nice -n 19 "$WORKLOAD/storm32" 1 2
talk_until native ready
talk_until compat ready
ctl targets "$( (said native process; said compat process) | xargs)"
storms_say() {
	talk_ask native "$1" "$2"
	talk_ask compat "$1" "$2"
}
storms_total() {
	echo $(($(storm_total native) + $(storm_total compat)))
}
storms_say go going
nice -n 10 "$WORKLOAD/snapread" pid "${talk_pid[compat]}" >"$T/reader" &
reader=$!
for _ in {1..3}; do
	for collect in hist time hist count; do
		ctl collect $collect
	done
done
ctl collect hist
sleep 0.2
ctl collect time
storms_say pause parked
is "$(status entered)" "$(storms_total)" \
	'entered is exact after 14 changes of collect'
is "$(status entered)" $(($(status tallied) + $(status unattributed))) \
	'the totals add up after them'
is "$(hist_differs at-most)" '' 'histograms have no more calls than counted'
at_least "$(hist_sum)" 1 'histograms have calls'

# All is exact from a moment when the storm is parked, also after resets.
before=$(storms_total)
ctl collect hist
ctl reset 1
storms_say go going
sleep 0.2
storms_say pause parked
is "$(status entered)" $(($(storms_total) - before)) 'a storm: entered is exact'
is "$(hist_sum)" "$(status entered)" 'a storm: each call is in a bucket'
at_least "$(status entered)" 1 'a storm: calls were made'
before=$(($(storms_total) - $(status entered)))
discarded=$(status discarded)
storms_say go going
for _ in 1 2 3; do
	ctl reset 1
done
storms_say stop stopped
is $(($(status entered) + $(status discarded) - discarded)) \
	$(($(storms_total) - before)) 'resets: entered and discarded are exact'
is "$(hist_differs at-most)" '' \
	'resets: histograms have no more calls than counted'
talk_end native
talk_end compat
wait $reader
like "$(<"$T/reader")" '^ok [0-9]+$' 'every snapshot adds up'
ctl targets none
ctl collect count
ctl syscalls all

# ---- the command --------------------------------------------------------

before=$(settings)
try run -P --format csv -o "$T/csv" -- "$WORKLOAD/calls" sleeps 7 20
shown=$(what_csv nanosleep p50_ns)
is "$got $(settings)" "0 $before" 'run -P: leaves the controls alone'
at_least "$shown" 17500000 'run -P: p50 is not below the time asked for'
at_least "$(what_csv nanosleep max_ns)" "$shown" \
	'run -P: p50 is not above the longest call'
is "$(what_csv exit_group count) [$(what_csv exit_group p99_ns)]" '1 []' \
	'run -P: nothing for a call that does not return'
try run -P -- "$WORKLOAD/calls" plain
is "$got $(awk 'length > 80' "$T/err")" '0 ' 'run -P: the text fits 80 columns'
like "$(head -n 1 "$T/err")" 'p50 +p90 +p99 +p99\.9 +max +syscall$' \
	'run -P: the headings are these'
try run -H getppid -- "$WORKLOAD/calls" plain
is "$got $(head -n 1 "$T/err")" '0 getppid: 10007 calls timed' \
	'run -H: says which call and how many'
is "$(sed -n 's/^\[.*) *\([0-9]*\) |@* *|$/\1/p' "$T/err" |
	awk '{ sum += $1 } END { print sum }')" 10007 'run -H: the buckets add up'
is "$(awk 'length > 80' "$T/err")" '' 'run -H: the text fits 80 columns'
try run -H getppid --format csv -o "$T/csv" -- "$WORKLOAD/calls" plain
is "$(awk -F, 'NR > 1 { sum += $3 } END { print sum }' "$T/csv")" 10007 \
	'run -H --format csv: the buckets add up'
ctl collect time
ctl reset 1
"$WORKLOAD/calls" -t ppid 101 >/dev/null
try report -P
like "$got $(<"$T/err")" '^1 systally: histograms are not kept.*hist' \
	'report -P: fails without collect=hist'
ctl collect hist
ctl reset 1
"$WORKLOAD/calls" -t ppid 101 >/dev/null
"$WORKLOAD/calls32" -t ppid 7 >/dev/null
try report -H getppid
is "$got $(head -n 1 "$T/out")" '0 getppid: 108 calls timed' \
	'report -H: adds all processes and ABIs'
try report -H i386:getppid --format json
is "$got $(grep -o '"histogram":\[{.*}\]' "$T/out" | grep -o 'count":[0-9]*' |
	awk -F: '{ sum += $2 } END { print sum }')" '0 7' \
	'report -H --format json: takes one ABI'
try report -s p99 -b process
like "$got $(head -n 1 "$T/out")" '^0 .* p99 .* command$' \
	'report -s p99: sorts by it'

finish
