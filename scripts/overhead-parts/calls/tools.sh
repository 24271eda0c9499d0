# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # measure uses and sets them
#
# The tools that count system calls: their names, how each is started and ended,
# and how its counts are read.

# In the order of the tables: ID|title of the row
tools='
none|untraced
systally-idle|systally, loaded, no targets
systally-count|systally, target, counted
systally-all|systally, everybody counted, tracepoint
systally-direct|systally, everybody counted, direct hook
systally-direct-target|systally, target, counted by the direct hook
systally-time|systally, target, timed
systally-hist|systally, target, with histograms
systally-kprobe|systally, target, some calls counted by kprobes
systally-bystander|systally, bystander, another process counted
systally-bystander-time|systally, bystander, another process timed
systally-bystander-hist|systally, bystander, another process with histograms
systally-shared|systally, bystander, selective=0
syscount|libbpf-tools syscount
syscount-pid|libbpf-tools syscount -p, another process
syscount-latency|libbpf-tools syscount -P -L
bpftrace|bpftrace, tracepoint, count by id
bpftrace-pid|bpftrace, tracepoint, filter for another process
bpftrace-raw|bpftrace, rawtracepoint, count by id
bpftrace-raw-pid|bpftrace, rawtracepoint, filter for another process
perf-trace|perf trace -s -a
perf-stat|perf stat -a -e raw_syscalls:sys_enter
perf-stat-call|perf stat -a -e syscalls:sys_enter_*, of some calls
ftrace-id|ftrace hist trigger by id
ftrace-pid-id|ftrace hist trigger by common_pid,id
strace|strace -c
systemtap|SystemTap, syscall_any
none-again|untraced, again at the end
'

# The calls to probe, for tools that need one probe per call: those of the
# loops, and those that servers make most often. It takes minutes to remove
# hundreds of probes.
probed=getppid,getpgid,read,write
probed+=,epoll_wait,recvfrom,sendto,writev,openat,newfstatat,close
# The calls of a loop; a tool that makes a call take very long gets few.
many=100003 few=10007
trigger=''
enter_event=/sys/kernel/tracing/events/raw_syscalls/sys_enter

# The name that libbpf-tools' syscount has in newer versions of Debian, or in older
syscount=$(command -v syscount-libbpf || echo syscount)

# What SystemTap's module is compiled of
stap_source=(-e 'global calls
	probe syscall_any { calls[syscall_nr] <<< 1 }
	probe end { foreach (nr in calls)
		printf("%d %d\n", nr, @count(calls[nr])) }')

# ---- starting -----------------------------------------------------------

in_place() {
	costs_more
}

# Makes the servers' processes targets. Loops make themselves targets (-t).
target_servers() {
	local pid

	for pid in $server_pids; do
		echo "+$pid" >"$D/targets"
	done
	loop_args=(-t)
}

# start_tool ID: starts it, and sets how loops are run. If it fails, $why is the
# reason.
start_tool() {
	why='' remark='' tool_pid='' loop_args=() wrap=() calls=$many

	case $1 in
	none | none-again) ;;
	systally-idle) insert ;;
	systally-count) insert_selective collect=count && target_servers ;;
	systally-time) insert_selective collect=time && target_servers ;;
	systally-hist) insert_selective collect=hist && target_servers ;;
	systally-kprobe)
		insert hook=kprobe "syscalls=$probed" "targets=$other" &&
			target_servers
		;;
	systally-all) insert hook=tracepoint targets=all ;;
	systally-direct) insert hook=direct targets=all ;;
	systally-direct-target)
		insert hook=direct "targets=$other" && target_servers
		;;
	systally-bystander) insert_selective collect=count ;;
	systally-bystander-time) insert_selective collect=time ;;
	systally-bystander-hist) insert_selective collect=hist ;;
	systally-shared) insert selective=0 "targets=$other" ;;
	syscount) have "$syscount" && attach "$syscount" -T 500 ;;
	syscount-pid)
		have "$syscount" && attach "$syscount" -T 500 -p "$other"
		;;
	syscount-latency)
		have "$syscount" && attach "$syscount" -T 500 -P -L
		;;
	bpftrace)
		have bpftrace && attach bpftrace -e \
			't:raw_syscalls:sys_enter { @[args->id] = count(); }'
		;;
	bpftrace-pid)
		have bpftrace && attach bpftrace -e "t:raw_syscalls:sys_enter \
			/pid == $other/ { @[args->id] = count(); }"
		;;
	bpftrace-raw)
		have bpftrace && attach bpftrace -e \
			'rawtracepoint:sys_enter { @[arg1] = count(); }'
		;;
	bpftrace-raw-pid)
		have bpftrace && attach bpftrace -e "rawtracepoint:sys_enter \
			/pid == $other/ { @[arg1] = count(); }"
		;;
	perf-trace)
		calls=$few
		have perf && attach perf trace -s -a
		;;
	perf-stat)
		have perf && attach perf stat -a -e raw_syscalls:sys_enter
		;;
	perf-stat-call)
		# attach() measures the cost of getsid.
		have perf && attach perf stat -a -e \
			"syscalls:sys_enter_getsid$(printf %s ",$probed" |
				sed 's/,/,syscalls:sys_enter_/g')"
		;;
	ftrace-id) hist_trigger id.syscall ;;
	ftrace-pid-id) hist_trigger common_pid,id.syscall ;;
	strace)
		calls=$few
		have strace || return
		wrap=(strace -c -f -o "$T/strace")
		[ -z "$server_pids" ] || strace_servers
		;;
	systemtap)
		have staprun && attach staprun "$STAP_KO"
		;;
	*) off 'no such tool' ;;
	esac
}

hist_trigger() {
	[ -w $enter_event/trigger ] || {
		off 'no hist triggers in this kernel'
		return
	}
	trigger="hist:keys=$1:size=8192"
	echo "$trigger" >$enter_event/trigger ||
		off 'the trigger was refused'
}

strace_servers() {
	local pid tries args=()

	for pid in $server_pids; do
		args+=(-p "$pid")
	done
	env --default-signal=INT strace -c -f -o "$T/out" "${args[@]}" \
		2>"$T/err" &
	tool_pid=$!
	for pid in $server_pids; do
		for ((tries = 0; tries < 100; tries++)); do
			! grep -q "^TracerPid:	$tool_pid$" \
				"/proc/$pid/status" || break
			sleep 0.1
		done
	done
	[ $tries -lt 100 ] || { detach; off 'strace did not attach'; }
}

# ---- ending -------------------------------------------------------------

# end_tool ID: ends it. Its counts are in $T/out.
end_tool() {
	case $1 in
	systally-*)
		cp "$D/counters" "$T/out"
		eject
		;;
	ftrace-*)
		cp $enter_event/hist "$T/out"
		echo "!$trigger" >$enter_event/trigger
		;;
	*) detach ;;
	esac
}

# Undoes what a tool leaves that is ended in between.
clean_tool() {
	[ -z "$trigger" ] || echo "!$trigger" >$enter_event/trigger
}

# ---- what it reported ---------------------------------------------------

#	reported ID PID IDLE NAME NR
# Prints how many calls NAME, of number NR, the tool has counted for the process
# PID. The process IDLE has made the same other calls, but none of NAME. Prints
# nothing if the tool does not count this process, and `total` if it does not
# distinguish calls.
reported() {
	local id=$1 pid=$2 idle=$3 name=$4 nr=$5

	case $id in
	systally-count | systally-all | systally-direct | \
	systally-direct-target | systally-time | systally-hist | \
	systally-kprobe)
		awk -v pid="$pid" -v name="$name" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["tgid"] == pid && $at["name"] == name {
			n += $at["count"] }
		END { print n + 0 }' "$T/out"
		;;
	syscount)
		awk -v name="$name" '$1 == name { n = $2 }
			END { print n + 0 }' "$T/out"
		;;
	syscount-latency)
		awk -v pid="$pid" -v idle="$idle" '
			$1 == pid && !/:/ { n += $(NF - 1) }
			$1 == idle && !/:/ { n -= $(NF - 1) }
			END { print n + 0 }' "$T/out"
		;;
	bpftrace | bpftrace-raw)
		sed -n "s/^@\[$nr\]: *//p" "$T/out" | grep . || echo 0
		;;
	perf-trace)
		awk -v pid="$pid" -v name="$name" '
			/ \([0-9]+\), [0-9]+ events/ {
				here = index($0, "(" pid "),") }
			here && $1 == name { n = $2 }
			END { print n + 0 }' "$T/out" "$T/err"
		;;
	perf-stat) echo total ;;
	perf-stat-call)
		awk -v event="syscalls:sys_enter_$name" '
			$2 == event { gsub(",", "", $1); n = $1 }
			END { print n + 0 }' "$T/out" "$T/err"
		;;
	ftrace-id)
		awk -v nr="$nr" '
			index($0, "[" sprintf("%3d", nr) "]") { n = $NF }
			END { print n + 0 }' "$T/out"
		;;
	ftrace-pid-id)
		awk -v nr="$nr" -v pid="$pid" '
			index($0, "[" sprintf("%3d", nr) "]") &&
			match($0, "common_pid: *" pid ",") { n = $NF }
			END { print n + 0 }' "$T/out"
		;;
	strace)
		awk -v name="$name" '$NF == name { n += $4 }
			END { print n + 0 }' "$T/strace"
		;;
	systemtap)
		sed -n "s/^$nr //p" "$T/out" | grep . || echo 0
		;;
	esac
}

# Prints the number of the call NAME on x86-64. Tools that count by number show
# this one.
number_of() {
	case $1 in
	read) echo 0 ;;
	write) echo 1 ;;
	getppid) echo 110 ;;
	getpgid) echo 121 ;;
	esac
}

#	compare_call TOOL WORKLOAD ABI NAME MADE
# Records how many of the MADE calls NAME of the process pid the tool has
# reported.
compare_call() {
	local tool=$1 workload=$2 abi=$3 name=$4 made=$5
	local idle number count alias=''

	idle=$(said "$T/$workload.idle" pid)
	case $workload,$tool in
	# These count by name only, with the calls of all processes.
	rw,syscount | rw,bpftrace* | rw,perf-stat* | rw,ftrace-id | \
		rw,systemtap) return ;;
	# This one counts by process only: the sum of both calls.
	rw,syscount-latency)
		[ "$name" = read ] || return 0
		made=$((made * 2)) name=read+write
		;;
	esac
	number=$(number_of "$name")
	count=$(reported "$tool" "$pid" "$idle" "$name" "$number")
	[ -n "$count" ] || return 0
	if [ "$abi $count" = 'i386 0' ]; then
		# i386's getpgid has the number of x86-64's utime
		alias=$(reported "$tool" "$pid" "$idle" utime 132)
		[ "${alias:-0}" = 0 ] ||
			alias="reported $alias utime(), which it never called"
	fi
	record calls "$tool" "$workload" "$name" "$made" "$count" "${alias#0}"
}
