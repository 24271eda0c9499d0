# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # measure uses and sets them
#
# The tools that count or read what programs write and read through OpenSSL.

# In the order of the tables: ID|title of the row
tools='
none|untraced
in-process|systally --in-process, counted
in-process-time|systally --in-process, timed
systally-count|systally, counted
systally-time|systally, timed
systally-bytes|systally -f %ssl, time and bytes, with all system calls
systally-bystander|systally, bystander, another process counted
perf-stat|perf stat, uprobes
bpftrace|bpftrace, uprobes, count
bpftrace-bytes|bpftrace, uprobes and uretprobes, time and bytes
sslsniff|bcc sslsniff, to a file
systemtap|SystemTap, ssl-bytes.stp
none-again|untraced, again at the end
'

# What SystemTap's module is compiled of
stap_source=(-w -I "$parts/../../tapsets" "$parts/../stap/ssl-bytes.stp")

probed=(SSL_write SSL_read)
words=libssl.so.3:SSL_write,libssl.so.3:SSL_read

# ---- starting -----------------------------------------------------------

# Are all probes of the tool in the process that it looks at? If it looks at all,
# in one that starts now.
in_place() {
	local pid=$looked_at traps

	if [ -z "$pid" ]; then
		LD_PRELOAD=$libssl sleep infinity &
		pid=$!
		wait_for grep -q "$libssl" "/proc/$pid/maps"
	fi
	traps=$("$parts/trapped" "$pid" "$libssl" "${probed[@]}")
	[ -n "$looked_at" ] || kill "$pid"
	[ "$traps" = ${#probed[@]} ]
}

# start_tool ID: starts it, and sets how loops are run. If it fails, $why is the
# reason.
start_tool() {
	# A server's other processes are not looked at. Loops do not live yet.
	local only=() all

	why='' remark='' tool_pid='' loop_args=() wrap=() calls=10007
	[ -z "$looked_at" ] || only=(-p "$looked_at")

	case $1 in
	none | none-again) ;;
	in-process) systally -f "$words" --in-process ;;
	in-process-time) systally -L -f "$words" --in-process ;;
	systally-count) load && systally -e none -f "$words" ;;
	systally-time) load && systally -e none -L -f "$words" ;;
	systally-bytes) load && systally -f %ssl ;;
	systally-bystander)
		load && looked_at=$reader attach "$SYSTALLY" top -e none \
			-f "$words" -p "$reader"
		;;
	perf-stat)
		have perf || return
		for name in "${probed[@]}"; do
			perf probe -q -x "$libssl" "systally:$name=$name" \
				2>"$T/err" || {
				off "perf probe failed: $(first_error)"
				return
			}
		done
		# In the lab, perf's probes are only in processes that open the
		# library after perf has.
		restart_servers || return
		all=(-a)
		[ -z "$looked_at" ] || all=(-p "$looked_at")
		attach perf stat -e 'systally:*' "${all[@]}"
		;;
	bpftrace)
		have bpftrace && attach bpftrace "${only[@]}" -e "
			uprobe:$libssl:SSL_write { @SSL_write = count(); }
			uprobe:$libssl:SSL_read { @SSL_read = count(); }"
		;;
	bpftrace-bytes)
		have bpftrace && attach bpftrace "${only[@]}" -e "
			uprobe:$libssl:SSL_write,
			uprobe:$libssl:SSL_read { @from[tid] = nsecs; }
			uretprobe:$libssl:SSL_write /@from[tid]/ {
				@SSL_write = count();
				@write_ns = sum(nsecs - @from[tid]);
				@write_bytes = sum(retval);
				delete(@from[tid]);
			}
			uretprobe:$libssl:SSL_read /@from[tid]/ {
				@SSL_read = count();
				@read_ns = sum(nsecs - @from[tid]);
				@read_bytes = sum(retval);
				delete(@from[tid]);
			}"
		;;
	sslsniff)
		have sslsniff-bpfcc && attach sslsniff-bpfcc --no-gnutls \
			--no-nss "${only[@]}"
		;;
	systemtap)
		[ -z "$looked_at" ] || only=(-x "$looked_at")
		have staprun && attach staprun "${only[@]}" "$STAP_KO"
		;;
	*) off 'no such tool' ;;
	esac
}

# ---- ending -------------------------------------------------------------

# end_tool ID: ends it. Its counts are in $T/out.
end_tool() {
	end_run
}

# Undoes what a tool leaves that is ended in between.
clean_tool() {
	[ ! -d /sys/kernel/tracing/events/systally ] ||
		perf probe -q -d 'systally:*' 2>/dev/null
}

# ---- what it reported ---------------------------------------------------

#	compare_call TOOL WORKLOAD ABI NAME MADE
# Records how many of the MADE calls NAME of the process pid the tool has
# reported.
compare_call() {
	local tool=$1 workload=$2 name=$4 made=$5 count remark=''

	count=$(reported "$tool" "$name")
	[ -n "$count" ] || return 0
	[ "$tool" != sslsniff ] ||
		remark=$(awk '/^Possibly lost/ { n += $3 }
			END { if (n) print "says that it lost " n }' "$T/out" \
			"$T/err")
	record calls "$tool" "$workload" "$name" "$made" "$count" "$remark"
}

#	reported ID NAME
# Prints how many calls of NAME the tool has counted. Prints nothing if the tool
# does not count this process.
reported() {
	case $1 in
	in-process* | systally-count | systally-time | systally-bytes)
		csv_count "$2"
		;;
	perf-stat)
		awk -v event="systally:$2" '
			$2 == event { gsub(",", "", $1); n = $1 }
			END { print n + 0 }' "$T/out" "$T/err"
		;;
	bpftrace*) sed -n "s/^@$2: *//p" "$T/out" | grep . || echo 0 ;;
	sslsniff)
		awk -v kind="$([ "$2" = SSL_write ] && echo WRITE/SEND ||
			echo READ/RECV)" -v pid="$pid" '
			$1 == kind && $4 == pid { n++ }
			END { print n + 0 }' "$T/out"
		;;
	systemtap)
		awk -v at="$([ "$2" = SSL_write ] && echo 6 || echo 4)" \
			-v pid="$pid" '
			/^At the end/ { n = 0; end = 1 }
			end && $1 == pid { n += $at }
			END { print n + 0 }' "$T/out"
		;;
	esac
}
