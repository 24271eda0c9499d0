# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # measure uses and sets them
#
# The tools that look at a web server in Go: at its system calls, and at functions
# of Go's runtime and of its TLS.

# In the order of the tables: ID|title of the row
tools='
none|untraced
systally-calls|systally, system calls, counted
systally-calls-time|systally, system calls, timed
systally-mix|systally, system calls timed, functions counted
in-process|systally --in-process, functions counted
bpftrace-calls|bpftrace, system calls, timed
bpftrace-mix|bpftrace, system calls timed, functions counted
none-again|untraced, again at the end
'

# The functions that Deepflow's agent probes (agent/src/ebpf/user/go_tracer.c in
# github.com/deepflowio/deepflow), but for those of HTTP/2 and gRPC
probed=(runtime.execute runtime.newproc1 'crypto/tls.(*Conn).Read'
	'crypto/tls.(*Conn).Write')
stap_source=()

# ---- starting -----------------------------------------------------------

# Are all probes of the tool in place, on system calls and, if it has $functions,
# in the program?
in_place() {
	costs_more || return
	[ -z "$functions" ] || [ "$("$parts/trapped" "$server" "$go_program" \
		"${probed[@]}")" = ${#probed[@]} ]
}

# start_tool ID: starts it, and sets how loops are run. If it fails, $why is the
# reason.
start_tool() {
	local words=() only='' name times

	why='' remark='' tool_pid='' loop_args=() wrap=() calls=10007 functions=''
	words=("${probed[@]/#/$go_program:}")
	[ -z "$looked_at" ] || only="/pid == $looked_at/"
	times="t:raw_syscalls:sys_enter $only { @from[tid] = nsecs; }
		t:raw_syscalls:sys_exit /@from[tid]/ {
			@[args->id] = count();
			@ns[args->id] = sum(nsecs - @from[tid]);
			delete(@from[tid]);
		}"

	case $1 in
	none | none-again) ;;
	systally-calls) load && systally ;;
	systally-calls-time) load && systally -L ;;
	systally-mix) load && systally -L -f "$(joined "${words[@]}")" ;;
	in-process)
		"$SYSTALLY" run --in-process -f "$(joined "${words[@]}")" -- \
			true >"$T/out" 2>"$T/err" || {
			off "$(sed 's/^systally: //; s/;.*//; s#[^ ]*/##g' \
				"$T/err")"
			return
		}
		systally --in-process -f "$(joined "${words[@]}")"
		;;
	bpftrace-calls) have bpftrace && attach bpftrace -e "$times" ;;
	bpftrace-mix)
		have bpftrace || return
		for name in "${probed[@]}"; do
			functions+="uprobe:$go_program:\"$name\" $only {
				@calls[\"$name\"] = count(); } "
		done
		attach bpftrace -e "$times $functions"
		;;
	*) off 'no such tool' ;;
	esac
}

# Prints its arguments with commas between.
joined() {
	local IFS=,

	echo "$*"
}

# ---- ending -------------------------------------------------------------

# end_tool ID: ends it. Its counts are in $T/out.
end_tool() {
	end_run
}

# Undoes what a tool leaves that is ended in between.
clean_tool() {
	:
}

# ---- what it reported ---------------------------------------------------

#	compare_call TOOL WORKLOAD ABI NAME MADE
# Records how many of the MADE calls NAME of the process pid the tool has
# reported.
compare_call() {
	local tool=$1 workload=$2 abi=$3 name=$4 made=$5 count

	case $tool,$abi in
	*-calls*,function) return ;;
	esac
	count=$(reported "$tool" "$abi" "$name")
	[ -z "$count" ] || record calls "$tool" "$workload" "$name" "$made" \
		"$count" ''
}

#	reported ID ABI NAME
# Prints how many calls of NAME the tool has counted.
reported() {
	case $1 in
	systally-* | in-process) csv_count "$3" ;;
	bpftrace-*)
		if [ "$2" = function ]; then
			said_by_map '@calls' "$3"
		else
			said_by_map '@' 110
		fi
		;;
	esac
}

# said_by_map MAP KEY: prints the value in bpftrace's output
said_by_map() {
	awk -v start="$1[$2]: " 'index($0, start) == 1 { n = $NF }
		END { print n + 0 }' "$T/out"
}
