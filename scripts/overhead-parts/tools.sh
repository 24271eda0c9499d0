# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # measure uses and sets them
#
# The tools that scripts/overhead compares: their names, how each is started and
# ended, and how its counts are read. scripts/overhead reads the names, and
# `measure` uses the rest.

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

tool_ids() {
	sed -n 's/|.*//p' <<<"$tools"
}

# The calls to probe, for tools that need one probe per call: those of the
# loops, and those that servers make most often. It takes minutes to remove
# hundreds of probes.
probed=getppid,getpgid,read,write
probed+=,epoll_wait,recvfrom,sendto,writev,openat,newfstatat,close
enter_event=/sys/kernel/tracing/events/raw_syscalls/sys_enter

# ---- starting -----------------------------------------------------------

# off REASON...: sets $why, the reason why the tool is not measured, and fails
off() {
	why=$*
	return 1
}

have() {
	command -v "$1" >/dev/null || off "$1 is not installed"
}

# attach COMMAND...: starts it and waits until calls cost more than before and
# the cost stays the same: then all probes of the tool are in place.
attach() {
	local now before=0 same=0 tries

	# Without job control, background processes ignore SIGINT.
	set -m
	"$@" >"$T/out" 2>"$T/err" </dev/null &
	tool_pid=$!
	set +m
	for ((tries = 0; tries < 400; tries++)); do
		sleep 0.2
		alive "$tool_pid" || {
			off "$1 failed: $(first_error)"
			return
		}
		now=$(call_cost)
		same=$(awk -v now="$now" -v before="$before" -v same="$same" \
			-v base="$base_cost" 'BEGIN {
			print (now > 1.08 * base && now < 1.03 * before &&
				now > 0.97 * before) ? same + 1 : 0 }')
		before=$now
		[ "$same" -lt 2 ] || return 0
	done
	detach || :
	off "$1 has no probe in place after $tries checks"
}

# Prints the first line of the tool's output that looks like an error, or the
# last line if there is none.
first_error() {
	cat "$T/err" "$T/out" 2>/dev/null | awk '
		/[Ee][Rr][Rr][Oo][Rr]|[Ff]ail|[Cc]annot/ && !line { line = $0 }
		NF { last = $0 }
		END { print line ? line : last }' |
		sed "s#$T/##g; s/	/ /g" | cut -c 1-120
}

alive() {
	local stat

	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	stat=${stat##*) }
	[ "${stat:0:1}" != Z ]
}

# Ends the tool as ^C does, and waits for its last output.
detach() {
	local tries

	[ -n "$tool_pid" ] || return 0
	kill -INT "$tool_pid" 2>/dev/null || :
	for ((tries = 0; tries < 600; tries++)); do
		alive "$tool_pid" || break
		sleep 0.2
	done
	kill -KILL "$tool_pid" 2>/dev/null || :
	wait "$tool_pid" 2>/dev/null || :
	tool_pid=''
	[ "$tries" -lt 600 ] || off 'it did not end when told to'
}

# insert PARAMETER...: loads the module, and checks that the parameters apply
insert() {
	local word file got

	cp "$SYSTALLY_KO" "$T/systally.ko"
	insmod "$T/systally.ko" "$@" 2>"$T/err" || {
		off "not supported by this module: $*" \
			"($(first_error))"
		return
	}
	for word; do
		file=${word%%=*} got=${word#*=}
		case $word in
		# the kernel ignores parameters that it does not know
		selective=*)
			modinfo -p "$T/systally.ko" | grep -q "^$file:" ||
				got='no such parameter'
			;;
		collect=*) got=$(cat "$D/collect") ;;
		# It reads "WANTED: USED (WHY)".
		hook=*)
			got=$(cat "$D/hook")
			[[ $got != "${word#*=}: ${word#*=} "* ]] ||
				got=${word#*=}
			;;
		esac
		[ "$got" = "${word#*=}" ] || {
			eject
			off "with $word, $file is $got"
			return
		}
	done
	remark="state $(state)"
}

state() {
	sed -n 's/^state: *//p' "$D/status"
}

is_selective() {
	[ "$(state)" = selective ]
}

# insert_selective PARAMETER...: loads the module with a target, and waits until
# only targets pass the hook: the guard against other tracers takes a second
insert_selective() {
	insert "$@" "targets=$other" || return
	wait_for is_selective || {
		off "not selective: $(sed -n 's/^selective: *//p' "$D/status")"
		eject
		return 1
	}
	remark="state $(state)"
}

eject() {
	[ ! -d /sys/module/systally ] || rmmod systally
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
	syscount) have syscount && attach syscount -T 500 ;;
	syscount-pid)
		have syscount && attach syscount -T 500 -p "$other"
		;;
	syscount-latency) have syscount && attach syscount -T 500 -P -L ;;
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
	set -m
	strace -c -f -o "$T/out" "${args[@]}" 2>"$T/err" &
	tool_pid=$!
	set +m
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
