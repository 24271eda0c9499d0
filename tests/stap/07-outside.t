#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Input from outside: names that could control a terminal, more rows than an
# array has room for, and the arguments of calls, which differ between ABIs.

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"

# A name for a file and for a process, which has room for 15 bytes. It has bytes
# that must be escaped: ESC, U+009B, U+202E, a newline, a backslash, and a byte
# that is not UTF-8.
raw=$'\e[1m\xc2\x9b\xe2\x80\xae\n\\\xff'
shown='\x1b[1m\xc2\x9b\xe2\x80\xae\x0a\x5c\xff'

# Takes the name by prctl, writes to a file of that name, makes a call that
# fails and a slow one that times out, and ends.
# shellcheck disable=SC2016 # perl's
workload='$0 = $ARGV[0]; chdir($ARGV[1]); open(my $f, ">", $ARGV[0]) or die;
	syswrite($f, "x" x 1009); close($f); open($f, "<", "none");
	select(undef, undef, undef, 0.2);'

for name in errno-top syscount:process poll-count poll-timeouts top-files \
	slow-calls:100; do
	case $name in
	*:process) stap_start syscount process 3600 100 ;;
	slow-calls:*) stap_start slow-calls 100 ;;
	*) stap_start "$name" 3600 50 ;;
	esac
	perl -e "$workload" "$raw" "$T" &
	pid=$!
	wait $pid
	is $? 0 "$name: the workload has run"
	stap_end "${name%:*}"
	ran=${name%:*}
	is "$(LC_ALL=C tr -d '\n -~' <"$T/$ran.out" | od -An -tx1)" '' \
		"$ran: every byte of its output is printable"
	is "$(grep -cF "$shown" "$T/$ran.out" | sed 's/^[1-9][0-9]*$/1/')" 1 \
		"$ran: the name is escaped"
done
is "$(awk '$1 == 1009' "$T/top-files.out" | grep -cF "/$shown")" 1 \
	'top-files: the name of the file as well'

# startup, and the message about a wrong argument, print words of the user.
# staprun ends an argument at a newline.
stap_start startup "${raw%$'\n'*}" 200
stap_end startup
is "$(head -n 1 "$T/startup.out")" \
	"Waiting for ${shown%'\x0a'*} to be started..." \
	'startup: the name is escaped'
stap_run syscount "$raw"
is $? 1 'syscount: a wrong argument'
is "$(LC_ALL=C tr -d '\n -~' <"$T/syscount.err" | od -An -tx1)" '' \
	'syscount: the message is printable'

# 21 names times 850 numbers that no call has, one error each
# shellcheck disable=SC2016 # perl's
stap_run errno-top 3600 10 -- -c "perl -e 'for my \$n (1 .. 21) { \$0 = qq(n\$n);
	for my \$bit (0, 0x40000000) { for (600 .. 1022) { syscall(\$bit | \$_); } }
	syscall(999999); }'"
is $? 0 'errno-top: continues when it has no room for more errors'
is "$(stap_complaints errno-top)" '' \
	'errno-top: prints nothing to standard error then'
missing=$(sed -n 's/^note: \([0-9]*\) calls that failed are missing: there is room for 16384 rows$/\1/p' \
	"$T/errno-top.out")
# perl itself makes a few more calls that fail, when it searches for its files
at_least "${missing:-0}" $((21 * 847 - 16384)) \
	'errno-top: says how many are missing'
at_least $((21 * 847 - 16384 + 200)) "${missing:-0}" \
	'errno-top: does not say too many'

# Arguments
stap_start args
/bin/ls / >/dev/null
"$WORKLOAD/polls" >/dev/null
"$WORKLOAD/polls32" >/dev/null
# shellcheck disable=SC2016 # perl's
perl -e 'rename("/none/a\\b", "/none/" . "y" x 250)'
stap_end args
# commas WORDS: how many arguments the calls at WORDS have
commas() {
	sed -n "s/^$1(\(.*\))\$/\1/p" "$T/args.out" | awk -F ', ' '{ print NF }' |
		sort -u | tr '\n' ' '
}
is "$(commas 'ls x86-64 mmap')" '6 ' 'x86-64 mmap: six arguments'
is "$(commas 'polls x86-64 select')" '5 ' 'x86-64 select: five'
is "$(commas 'polls32 i386 select')" '1 ' 'i386 select: one, the old call'
is "$(commas 'polls32 i386 set_thread_area')" '1 ' 'i386 set_thread_area: one'
like "$(grep '^perl x86-64 rename' "$T/args.out")" \
	'^perl x86-64 rename\("/none/a\\\\b", "/none/y{194}"\.\.\.\)$' \
	'rename: both paths, the second one cut and marked'

# The table, compared with the kernel's prototypes
passes 'the tables of arguments are those of the kernel' \
	perl "$here/../stap/prototypes.pl" "$root/tapsets/systally_args.stp" \
	/usr/src/linux-headers-*-common "/usr/src/linux-headers-$(uname -r)"

finish
