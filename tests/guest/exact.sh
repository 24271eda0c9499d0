# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The exactness tests: the counts are equal to those that the workloads print.
# 03-exact-HOOK-COLLECT.t runs them for one hook and one level.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The calls that the workloads below report
exact_calls='getppid getpgid getsid getpriority close poll select execve'
exact_calls+=' nanosleep restart_syscall pause read modify_ldt mmap mmap2'
exact_calls+=' sigreturn rt_sigreturn gettimeofday time getcpu'

# NAME|COMMAND. The commands make themselves targets.
exact_runs="
one thread|calls -t plain
one thread, i386|calls32 -t plain
int 0x80 from 64-bit code|calls -t int80
x32|calls -t x32
the vsyscall page|calls -t vsyscall
failing calls|calls -t errors
failing calls, i386|calls32 -t errors
unknown numbers|calls -t unknown
unknown numbers, i386|calls32 -t unknown
8 threads|threads -t 8
8 threads, i386|threads32 -t 8
@threads@ short-lived threads|threads -t @threads@ 8
a tree of processes|tree -t 3 4
a tree of processes, i386|tree32 -t 2 5
a wide tree|tree -t 1 61
vfork|tree -t -v 1 17
vfork, i386|tree32 -t -v 1 7
a chain of execs|chain -t leader 13
a chain of execs by other threads|chain -t thread 13
a chain of execs, i386|chain32 -t leader 7
a chain of execs by other threads, i386|chain32 -t thread 7
a chain between ABIs|chain -t other 8
interrupted and restarted calls|signals -t 11
interrupted and restarted calls, i386|signals32 -t 7
return values without an upper half|returns -t
return values without an upper half, i386|returns32 -t
short-lived processes|churn -t 101 7
"

# exact HOOK COLLECT THREADS; HOOK `sites` is hook=direct for chosen calls
exact() {
	local hook=$1 collect=$2 name command started took idle calls=all

	exact_runs=${exact_runs//@threads@/$3}
	case $hook in
	sites)
		hook=direct
		calls=${exact_calls// /,}
		;;
	kprobe) calls=${exact_calls// /,} ;;
	esac
	# A target that makes no calls keeps the hook while there is no other.
	sleep infinity &
	idle=$!
	becomes grep -q '^[0-9]* (sleep) S' /proc/$idle/stat
	need_load "collect=$collect" follow=1 "syscalls=$calls" "hook=$hook" \
		targets=$idle
	like "$(<"$D/hook") $(<"$D/collect")" "^$hook.* $collect\$" \
		"the module has hook=$hook, collect=$collect"

	while IFS='|' read -r name command; do
		[ -n "$name" ] || continue
		ctl reset 1
		started=$EPOCHREALTIME
		# shellcheck disable=SC2086 # words
		workload $command >"$T/expect"
		ok $? "$name: the workload succeeds"
		is "$(compare "$T/expect")" '' \
			"$name: every call is counted exactly"
		took=$(((${EPOCHREALTIME/./} - ${started/./}) / 1000))
		[ $took -lt 1500 ] || note "$name: $took ms"
	done <<<"$exact_runs"

	exact_times "$collect"
	exact_rows "$hook"
	kill $idle
	finish
}

# Sleeps of a known length
exact_times() {
	local collect=$1 from to total max

	ctl reset 1
	from=${EPOCHREALTIME/./}
	workload calls -t sleeps 7 20 >"$T/expect"
	to=${EPOCHREALTIME/./}
	is "$(compare "$T/expect")" '' 'sleeps: every call is counted exactly'
	total=$(column all x86-64 nanosleep total_ns)
	max=$(column all x86-64 nanosleep max_ns)
	if [ "$collect" = count ]; then
		is "$total $max" '0 0' 'sleeps: collect=count keeps no times'
		is "$(grep -vc '^tgid\|^#' "$D/errors")" 0 \
			'errors: collect=count keeps none'
		skip 'sleeps: the longest' 'collect=count'
		skip 'sleeps: not longer than it took' 'collect=count'
		return
	fi
	at_least "$total" 140000000 'sleeps: the total is 7 times 20 ms or more'
	at_least "$max" 20000000 'sleeps: the longest took 20 ms or more'
	at_least $(((to - from) * 1000)) "$total" \
		'sleeps: the total is not longer than the workload took'
	at_least $((total - 6 * 20000000)) "$max" \
		'sleeps: without the longest, 20 ms remain for each of the others'
}

# One row per process, or per thread with threads=1
exact_rows() {
	local processes

	ctl reset 1
	workload tree -t 2 3 >"$T/expect"
	processes=$(sed -n 's/^# processes //p' "$T/expect")
	is "$(awk '$5 == "getppid" && $6 == 101 { print $1 }' "$D/counters" |
		sort -u | wc -l)" "$processes" \
		'each process of a tree has a row with its own calls'
	ctl threads 1
	ctl reset 1
	workload threads -t 8 >"$T/expect"
	is "$(compare "$T/expect")" '' \
		'threads=1: every call is counted exactly'
	is "$(awk '$5 == "getppid" && $6 == 10007 { print $10 }' \
		"$D/counters" | sort -u | wc -l)" 9 \
		'threads=1: each of 9 threads has a row with its own calls'
	is "$(awk '$5 == "getppid" { print $1 }' "$D/counters" | sort -u |
		wc -l)" 1 'threads=1: all rows are of one process'
	ctl threads 0
}
