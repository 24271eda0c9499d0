#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# User functions that are counted in process: every call is, exactly, and every
# call that returns has a time, whatever way programs and libraries are built, and
# whatever they do with their stacks. Needs no kernel module and no root.

set -u

cd "$(dirname "$0")/../.." || exit
unset T # make may have set it
T=$(mktemp -d)
# shellcheck disable=SC2154 # killed: a systally that a test has started
trap 'rm -rf "$T"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh
chmod 755 "$T"
sources=$PWD/tests/in-process
SYSTALLY=$(readlink -f "${SYSTALLY:-userland/systally}")
unset LD_AUDIT SYSTALLY_PROBE

# ---- helpers ---------------------------------------------------------------

CC=${CC:-cc} CXX=${CXX:-c++}
flags='-O2 -g -std=gnu11 -Wall -Wextra -pthread'

# build FOLDER FLAGS PROGRAM-FLAGS: caller and its libraries
build() {
	mkdir -p "$T/$1"
	# shellcheck disable=SC2086 # flags are words
	$CC $flags $2 -fPIC -fexceptions -shared \
		"-Wl,--version-script=$sources/probed.map" \
		-o "$T/$1/libprobed.so" "$sources/probed.c" &&
		$CC $flags $2 -fPIC -shared -o "$T/$1/libopened.so" \
			"$sources/opened.c" &&
		$CC $flags $2 $3 -o "$T/$1/caller" "$sources/caller.c" \
			-L"$T/$1" -lprobed -Wl,-rpath,"\$ORIGIN" -ldl -lm
}

functions='./libprobed.so:probed_*,./libopened.so:opened_plain,./libopened.so:probed_same'

# count ARGUMENT...: run --in-process; the report, by $by, is in $T/report, what
# the command prints in $T/said, notes and errors in $T/err
by=syscall
count() {
	"$SYSTALLY" run --in-process -n 0 -b "$by" --format csv \
		-o "$T/report" "$@" >"$T/said" 2>"$T/err"
}

# counts_differ: compares report and what the workload says. Prints what differs.
counts_differ() {
	awk -F '[ ,]' '$1 == "function" && FILENAME ~ /said$/ {
			wanted[$2] = $3; known[$2] }
	$1 == "function" && FILENAME ~ /report$/ { got[$3] = $4; known[$3] }
	END { for (name in known)
		if (got[name] + 0 != wanted[name] + 0)
			print name, got[name] + 0, wanted[name] + 0
	}' "$T/said" "$T/report"
}

# times_differ FILE: compares the histograms of a recording with the calls that
# return. Prints what differs.
times_differ() {
	sed -n 's/^{"row":"hist".*"syscall":"\([^"]*\)".*"buckets":\[\(.*\)\]}/\1 \2/p' \
		"$1" | tr , ' ' |
		awk 'FILENAME == "-" { got[$1] += $2 + $3 + $4 + $5; known[$1]; next }
		$1 == "function" { wanted[$2] = $4; known[$2] }
		END { for (name in known)
			if (got[name] + 0 != wanted[name] + 0)
				print name, got[name] + 0, wanted[name] + 0
		}' - "$T/said"
}

# The files of systally processes that have ended
left() {
	local file pid

	for file in /dev/shm/systally-probe.* /tmp/systally-probe.*; do
		pid=${file#*.} pid=${pid%.*}
		[ ! -O "$file" ] || kill -0 "$pid" 2>/dev/null || echo "$file"
	done
}

# both NAME: counts, and counts and times, all calls of caller
both() {
	cd "$T/$1" || exit
	count -f "$functions" -- ./caller 8
	ok $? "$1: caller works while it is counted" || note "$(<"$T/err")"
	is "$(counts_differ)" '' "$1: every call is counted"
	"$SYSTALLY" record --in-process -P -o "$T/recording" -f "$functions" \
		-- ./caller 8 >"$T/said" 2>"$T/err"
	ok $? "$1: caller works while it is timed" || note "$(<"$T/err")"
	"$SYSTALLY" report -n 0 -b syscall --format csv -o "$T/report" \
		"$T/recording"
	is "$(counts_differ)" '' "$1: with times, every call is counted"
	is "$(times_differ "$T/recording")" '' \
		"$1: every call that returns has a time"
	cd "$OLDPWD" || exit
}

# ---- ways to build ---------------------------------------------------------

while IFS=: read -r name all program; do
	build "$name" "$all" "$program" 2>"$T/err"
	ok $? "$name: builds" || note "$(<"$T/err")"
	both "$name"
done <<'END'
plain::
lazy:-Wl,-z,lazy:
now:-Wl,-z,now:
no-plt:-fno-plt:
no-pie::-no-pie -fno-pie
sysv-hash:-Wl,--hash-style=sysv:-no-pie -fno-pie
END

if echo 'int main(void) { return 0; }' |
	$CC -m32 -x c -o "$T/small" - 2>/dev/null && "$T/small" &&
	[ -e "$(dirname "$SYSTALLY")/../probe/lib32/libsystally-probe.so" ]; then
	while IFS=: read -r name all program; do
		build "$name" "-m32 -msse2 $all" "$program" 2>"$T/err"
		ok $? "$name: builds" || note "$(<"$T/err")"
		both "$name"
	done <<-'END'
		32-bit::
		32-bit-no-plt:-fno-plt:
		32-bit-no-pie:-Wl,-z,lazy:-no-pie -fno-pie
	END
else
	skip '32-bit programs' 'there is no compiler for them'
fi

# ---- exceptions, cancellation, backtraces --------------------------------------

cd "$T/plain" || exit
for kind in '' '-static-libgcc -static-libstdc++'; do
	# shellcheck disable=SC2086 # flags are words
	if ! $CXX -O2 -pthread $kind -o throw "$sources/throw.cc" -L. -lprobed \
		-Wl,-rpath,"\$ORIGIN" 2>"$T/err"; then
		skip "exceptions $kind" 'no C++ compiler'
		continue
	fi
	count -f './libprobed.so:probed_*' -- ./throw
	ok $? "throw $kind: works while it is counted" || note "$(<"$T/err")"
	is "$(counts_differ)" '' "throw $kind: every call is counted"
	"$SYSTALLY" record --in-process -P -o "$T/recording" \
		-f './libprobed.so:probed_*' -- ./throw >"$T/said" 2>"$T/err"
	ok $? "throw $kind: works while it is timed" || note "$(<"$T/err")"
	is "$(times_differ "$T/recording")" '' \
		"throw $kind: every call that returns has a time"
done

# ---- functions that must not be timed --------------------------------------------

count -L -f 'c:_setjmp,c:*sigsetjmp,c:longjmp,c:vfork,c:getcontext,c:swapcontext,c:makecontext,c:dlsym,c:dlopen,c:fork,c:pthread_*,c:malloc,c:free' \
	-- ./caller 3
ok $? 'setjmp, vfork, dlsym and others: caller works while they are counted' ||
	note "$(<"$T/err")"
is "$(awk -F, '$3 ~ /:(vfork|dlopen|fork)$/ { print $3, $4 }' "$T/report" |
	sort | xargs)" 'libc.so.6:dlopen 7 libc.so.6:fork 4 libc.so.6:vfork 1' \
	'they are counted'

# ---- processes and threads -----------------------------------------------------

by=process,syscall
count -f './libprobed.so:probed_plain' -- ./caller 8
is "$(grep -c ':probed_plain,1009,' "$T/report")" 1 \
	'a process that was killed has its row'
is "$(awk -F, 'NR > 1 { print $1 }' "$T/report" | sort | uniq -d)" '' \
	'each process has one row, also after an exec'
by=thread,syscall
count -f './libprobed.so:probed_last,./libprobed.so:probed_plain' \
	-- ./caller 8
is "$(grep -c ':probed_last,1,' "$T/report")" 8 '-b thread: a row for each thread'
is "$(awk -F, '/:probed_plain,/ { for (i = 1; i <= NF; i++)
	if ($i ~ /:probed_plain/) sum += $(i + 1) } END { print sum }' "$T/report")" \
	"$(awk '/probed_plain/ { print $3 }' "$T/said")" '-b thread: they add up'
by=syscall
count -P -f "$functions" -- ./caller -s 30000
is "$(awk -F, '/probed_plain/ { print $4 }' "$T/report") $(grep -c room "$T/err")" \
	'30000 0' 'threads take over the counters of those that have ended'

# ---- limits and errors -------------------------------------------------------

count -f './libprobed.so:probed_plain' -- bash -c 'ulimit -v 900000; ./caller -v'
ok $? 'without memory for counters: the program works'
like "$(<"$T/err")" 'too low: there was no room' 'then a note says so'
printf 'int main(void) { return 0; }\n' |
	$CC -static -x c -o static - 2>"$T/err" && {
	count -f './libprobed.so:probed_plain' -- ./static
	like "$(<"$T/err")" 'no process was counted: programs that are static' \
		'a static program: a note'
}
count -f './libprobed.so:probed_version*,./libprobed.so:_*' -- ./caller -v
like "$(<"$T/err")" 'not counted, such as .*: the dynamic linker knows no such' \
	'functions without a dynamic symbol: a note'
count -f './libprobed.so:probed_version' -- ./caller -v
is "$(awk -F, 'NR > 1 { print $4 }' "$T/report")" 29 \
	'of two versions, the one that -f means'
count -f './libprobed.so:probed_plain' -- sh -c 'exit 7'
is "$?" 7 "the command's status is passed on"
# shellcheck disable=SC2016 # the inner shell has LD_AUDIT
LD_AUDIT=/nonexistent.so count -f './libprobed.so:probed_plain' -- \
	sh -c 'test "${LD_AUDIT#*:}" = /nonexistent.so'
ok $? 'another auditor stays'
is "$(left)" '' 'no file is left behind'

# ---- signals -------------------------------------------------------------------

"$SYSTALLY" run --in-process -n 0 -b syscall --format csv -o "$T/report" \
	-f './libprobed.so:probed_plain' -- ./caller -w >"$T/waits" 2>"$T/err" &
wait_for grep -qs ready "$T/waits"
kill -TERM $!
wait $!
is "$(awk -F, 'NR > 1 { print $4 }' "$T/report") $(left)" '101 ' \
	'SIGTERM: the calls so far are reported, and no file is left'
"$SYSTALLY" run --in-process -n 0 -f './libprobed.so:probed_plain' -- \
	./caller -w >"$T/killed" 2>"$T/err" &
run=$!
wait_for grep -qs ready "$T/killed"
read -r child _ <"/proc/$run/task/$run/children"
kill -KILL $run
wait $run 2>/dev/null
count -f './libprobed.so:probed_plain' -- true
is "$(left)" '' 'SIGKILL: the next run removes the file'
kill -KILL "$child"
rm -f "$T/report"
"$SYSTALLY" run --in-process -d 300ms -n 0 -b syscall --format csv \
	-o "$T/report" -f './libprobed.so:probed_plain' -- ./caller -w \
	>"$T/said" 2>"$T/err" &
wait_for grep -qs probed_plain,101 "$T/report"
kill -TERM $!
wait $! 2>/dev/null
ok 0 '-d: reports while the command goes on'

# ---- another user -----------------------------------------------------------------

if [ "$(id -u)" = 0 ] && [ -r "$SYSTALLY" ]; then
	# That user may not be allowed to reach the build folder.
	mkdir -p "$T/copy/userland"
	cp "$SYSTALLY" "$T/copy/userland"
	cp -r "${SYSTALLY%/*}/../probe" "$T/copy"
	SYSTALLY=$T/copy/userland/systally
	chmod -R a+rX "$T"
	count -u nobody -f "$functions" -- ./caller 2
	is "$? $(counts_differ)" '0 ' '-u: every call of another user is counted'
else
	skip '-u: another user' 'only root can run a command as another user'
fi

# ---- real programs -----------------------------------------------------------------

if /usr/bin/python3 -c 'import ssl' 2>/dev/null; then
	count -P -f 'ssl:SSL_CTX_new_ex,ssl:SSL_CTX_free' -- /usr/bin/python3 -c '
import ssl
for i in range(37):
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)'
	is "$(awk -F, '/SSL_CTX_free/ { print $4 }' "$T/report")" 37 \
		'python: a library that another one has loaded'
else
	skip 'python with ssl' 'there is none'
fi

cd / || exit
done_testing
