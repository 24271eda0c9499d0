#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Calls by kernel subsystem: each call of this kernel is in the table, and the
# calls of a workload are added up for the right subsystem.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

# ---- each call of this kernel, as if it had been made once ---------------

# ABI NR NAME, from the headers that the module was built with
awk '/^#define/ {
	abi = /_X86_64/ ? "x86-64" : /_I386/ ? "i386" : "x32"
}
/^\t\[/ {
	gsub(/[][",\\=]/, "")
	print abi, $1, $2
}' "${SYSCALL_NAMES:?}" >"$T/names"
calls=$(wc -l <"$T/names")
at_least "$calls" 1100 "$(uname -r) has $calls calls of three ABIs"
awk -v calls="$calls" 'BEGIN {
	printf "{\"systally_record\":1,\"systally\":\"0\",\"kernel\":\"k\","
	printf "\"date\":\"d\",\"command\":[],\"status\":0,\"syscalls\":null,"
	printf "\"duration_ns\":0,\"missed\":0,\"collect\":\"count\","
	printf "\"threads\":false,\"entered\":%d,\"unattributed\":0,", calls
	printf "\"orphan_exits\":0,\"untimed\":0,\"discarded\":0,"
	printf "\"generation\":0,\"taken_ns\":1,\"clock_khz\":1,"
	printf "\"call_rows\":%d,\"error_rows\":0,", calls
	print "\"unattributed_rows\":0,\"hist_rows\":0}"
}
{
	printf "{\"row\":\"call\",\"tgid\":1,\"tid\":0,\"start_ns\":1,"
	printf "\"comm\":\"c\",\"abi\":\"%s\",\"nr\":%d,", $1, $2
	print "\"count\":1,\"errors\":0,\"total_ns\":0,\"max_ns\":0}"
}' "$T/names" >"$T/all"
try report --format workload "$T/all"
is "$got $(grep -c '^| [a-z_]' "$T/out") $(grep Unknown "$T/out" | head -n 3)" \
	"0 $calls " 'each of them has a subsystem'
try report --format csv "$T/all"
is "$(awk -F, 'NR > 1 { print $3, $4, $5 }' "$T/out" | sort |
	diff - <(sort "$T/names") | head -n 6)" '' 'each of them has its name'

# ---- what was counted ----------------------------------------------------

need_load
try run --by subsystem --format csv -e getppid,getpgid,getsid,getpriority,poll,select,%signal \
	-o "$T/csv" -- "$WORKLOAD/calls" plain
# by NAME...: how many of these calls the workload has made
by() {
	local calls=0 name

	for name; do
		calls=$((calls + $(awk -v name="$name" \
			'$1 == "count" && $3 == name { print $4 }' "$T/out")))
	done
	echo $calls
}
in_csv() {
	awk -F, -v name="$1" '$1 == name { print $2 }' "$T/csv"
}
is "$got $(head -n 1 "$T/csv" | cut -d , -f 1,2)" '0 subsystem,count' \
	'run --by subsystem'
is "$(in_csv 'Process Mgmt.')" "$(by getppid getpgid getsid getpriority)" \
	'the sum for processes is exact'
is "$(in_csv Filesystem)" "$(by poll select)" 'the sum for files is exact'
try run --format workload -e getppid,close -s name -o "$T/table" \
	-- "$WORKLOAD/calls" plain
is "$(sed -n '2,$p' "$T/table" | grep -vE -e '^\+[-=+]+\+$')" \
"| System Call | # calls | Linux Subsystem | System Call (API) |
| close       | $(by close)     | Filesystem      | sys_close()       |
| getppid     | $(by getppid)   | Process Mgmt.   | sys_getppid()     |" \
	"run --format workload: the table of the kernel's guide"

try run --by subsystem -- "$WORKLOAD/calls" plain
is "$got $(grep -c 'Process Mgmt\.' "$T/err") $(grep -c total "$T/err")" '0 1 1' \
	'run --by subsystem prints a text table'
try top --format workload
is "$got $(grep -c 'takes text, json, csv or markdown' "$T/err")" '2 1' \
	'top --format workload is a usage error'
try record -e getppid,getpgid,getsid,getpriority,poll,select,%signal \
	-o "$T/record" -- "$WORKLOAD/calls" plain
try report --by subsystem --format csv "$T/record"
is "$(awk -F, 'NR > 1 { sum += $2 } END { print sum }' "$T/out")" \
	"$(sed -n 's/.*"entered":\([0-9]*\).*/\1/p' "$T/record" | head -n 1)" \
	'the sum of all is what the module has counted'
try report --by subsystem --format json "$T/record"
is "$got $(grep -c '"subsystem":"Filesystem"' "$T/out")" '0 1' \
	'report --by subsystem --format json has the subsystem'
finish
