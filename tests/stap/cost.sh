#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints what the tapsets' probes add to a call: in the lab with --icount, in
# instructions. Runs in the guest, as the tests do; each script
# of cost/ has one probe. The figures are medians of five loops.

set -eu

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"
set +u

# each CALL: what one call takes; of rw a read and a write together
each() {
	if [ "$1" = ssl ]; then
		ssl
		return
	fi
	"$WORKLOAD/loops" "$1" 5 20011 | awk '
		$1 == "each" { for (i = 2; i <= NF; i++) print $i * n }' \
		n="$([ "$1" = rw ] && echo 2 || echo 1)" | sort -n | sed -n 3p
}

# One SSL_write of 1 to 997 bytes, with its cryptography
ssl() {
	"$STAP/tls" 20 >/dev/null
	"$STAP/tls" 1009 | sed -n 's/^each //p'
}

declare -A base
for call in getppid poll rw ssl; do
	base[$call]=$(each $call)
done

# row SCRIPT CALL WHAT: prints what it adds to CALL, and to a call that it does
# not probe
row() {
	local pid live other

	staprun "$STAP/$1.ko" >/dev/null 2>"$T/complaints" &
	pid=$!
	wait_for live_module "$1"
	live=$(each "$2")
	other=$(each getppid)
	pkill -INT -f "stapio .*/$1.ko" || :
	wait $pid || :
	[ ! -s "$T/complaints" ] || cat "$T/complaints" >&2
	awk -v what="$3" -v call="$2" -v base="${base[$2]}" -v live="$live" \
		-v free="${base[getppid]}" -v other="$other" 'BEGIN {
		printf "%-47s %-8s %9.1f %+9.1f %+9.1f\n", what,
			call == "rw" ? "read+write" : call, base,
			live - base, other - free
	}'
}

# The module is there before its probes are; a sleep costs nothing here.
live_module() {
	[ -d "/sys/module/$1" ] && sleep 2
}

echo "Instructions added to a call, on $(uname -r)$(
	[ -z "${SYSTALLY_LAB:-}" ] || echo ', in the lab')"
printf '%-47s %-8s %9s %9s %9s\n' 'probe, and what is done in it' call untraced \
	more getppid
row any_by_process getppid "SystemTap's syscall_any, [pid, nr]"
row call_counted getppid 'systally.syscall, one counter'
row call_by_process getppid 'systally.syscall, [tgid, id]'
row call_by_name getppid 'systally.syscall, [execname, name]'
row call_timed getppid 'systally.syscall.return, [tgid, id], time'
row call_errors getppid 'systally.syscall.return, only errors'
row nd_poll poll "SystemTap's nd_syscall.poll, [pid]"
row poll_begin poll 'pollwait.begin, [tgid, id]'
row poll_begin_timeout poll 'pollwait.begin, its time-out, too'
row poll_end poll 'pollwait.end, [tgid, id]'
row file_write rw 'filewrite, [inode]'
row file_write_path rw 'filewrite, [path, device]'
row file_read_path rw 'fileread, [path, device]'
row ssl ssl 'sslio, [tgid, fd], of a write'
