#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Functions of two shared libraries, one of which dlopen() opens: every call is
# counted by uprobes, in threads, in children, and in programs that they
# execute. They are called by pointer, too, have recursion and tail calls, and
# are left by longjmp(). A signal's handler calls them on a stack of its own. A
# function of Go that begins again is called once.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

# counts_differ REPORT EXPECT: compares the calls in a CSV report with those that
# the program says it made. Prints what differs.
counts_differ() {
	awk -F '[ ,]' '$1 == "function" {
		if (FILENAME ~ /report$/)
			got[$3] += $4
		else
			wanted[$2] = $3
		known[FILENAME ~ /report$/ ? $3 : $2]
	}
	END { for (name in known) if (got[name] + 0 != wanted[name] + 0)
		print name, got[name] + 0, wanted[name] + 0 }' "$2" "$1"
}

# times_differ REPORT: the functions in it that return, but have no time
times_differ() {
	awk -F '[ ,]' 'FILENAME ~ /expect$/ && $1 == "function" && $4 > 0 {
		returns[$2] }
	FILENAME ~ /report$/ { total[$3] = $6 }
	END { for (name in returns) if (!(name in total) || !total[name])
		print name }' "$T/expect" "$1"
}

need_load follow=1
for folder in "$WORKLOAD" "$WORKLOAD/lib32"; do
	width=${folder#"$WORKLOAD"}
	width=${width:+32 bits: }
	functions="$folder/libprobed.so:probed_*,$folder/libopened.so:opened_plain,$folder/libopened.so:probed_same"
	"$SYSTALLY" run -n 0 -b syscall -e none --format csv -o "$T/report" \
		-f "$functions" -- "$folder/caller" 8 >"$T/expect"
	ok $? "${width}counted: the program succeeds"
	is "$(counts_differ "$T/report" "$T/expect")" '' \
		"${width}every call is counted"
	# The kernel ends a program in which the calls of two coroutines return
	# in another order than they were entered, as those of probed_call() do.
	# Calls that longjmp() has left keep later ones from being timed.
	timed=$(sed -n 's/^function \(lib[^:]*.so\):\([a-z_]*\) .*/\1:\2/p' \
		"$T/expect" | grep -v -e :probed_call -e :probed_left |
		sed "s|^|$folder/|" | paste -sd ,)
	"$SYSTALLY" run -L -n 0 -b syscall -e none --format csv -o "$T/report" \
		-f "$timed,$folder/libopened.so:*" -- "$folder/caller" 8 \
		>"$T/expect" 2>"$T/err"
	ok $? "${width}timed: the program succeeds" || note "$(<"$T/err")"
	sed -i '/:probed_call /d; /:probed_left/d; /@OLD /d' "$T/expect"
	is "$(counts_differ "$T/report" "$T/expect" | grep -v ' 0$')" '' \
		"${width}timed: every call is counted"
	is "$(times_differ "$T/report")" '' \
		"${width}timed: what returns has times"
done

# Functions whose return must not be probed: a program that calls them goes on.
"$SYSTALLY" run -L -n 0 -b syscall -e none --format csv -o "$T/report" \
	-f 'c:_setjmp,c:__sigsetjmp,c:vfork,c:getcontext,c:swapcontext,c:dlsym,c:pthread_exit' \
	-- "$WORKLOAD/caller" 3 >"$T/expect" 2>"$T/err"
ok $? 'setjmp, vfork, swapcontext, dlsym: the program succeeds'
# 329 of its own; each of 3 threads and 3 programs begins with one
is "$(awk -F, '$3 ~ /:(vfork|_setjmp)$/ { print $3, $4, $6 }' "$T/report" |
	sort | xargs)" 'libc.so.6:_setjmp 335 libc.so.6:vfork 1' \
	'they are counted, and have no time'
like "$(<"$T/err")" '7 functions are counted, but not timed: such as libc.so.6:' \
	'and a note says so'

# A function of Go begins again when its stack has grown: that is one call.
"$SYSTALLY" run -b syscall -e none --format csv -o "$T/report" \
	-f "$WORKLOAD/gocalls:grows" -- "$WORKLOAD/gocalls" >"$T/expect"
is "$(awk -F, '$3 == "gocalls:grows" { print $4 }' "$T/report")" \
	"$(sed -n 's/^function grows //p' "$T/expect")" \
	'a function that begins again is called once'
finish
