#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Wrong input of every kind, for every command: each is answered with one line
# on standard error that says what is wrong and what to do, with nothing on
# standard output, and with its exit status. No kernel module is needed: the
# folder `fake` stands for its files.

set -u

cd "$(dirname "$0")/../.." || exit
unset T # make may have set it
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh
S=${SYSTALLY:-$PWD/userland/systally}
export S
unset SYSTALLY SYSTALLY_DEBUGFS

# ---- the files that the table names --------------------------------------

mkdir "$T/in" "$T/in/dir" "$T/in/fake"
cd "$T/in" || exit
cat >rec <<'LINES'
{"systally_record":1,"systally":"0.1","kernel":"6.1.0","date":"2026-11-25T07:30:00+00:00","command":["ls"],"status":0,"syscalls":null,"duration_ns":0,"missed":0,"collect":"time","threads":false,"entered":5,"unattributed":0,"orphan_exits":0,"untimed":0,"discarded":0,"generation":0,"taken_ns":5,"clock_khz":2000000,"call_rows":1,"error_rows":0,"unattributed_rows":0,"hist_rows":0}
{"row":"call","tgid":7,"tid":0,"start_ns":1,"comm":"ls","abi":"x86-64","nr":0,"syscall":"read","count":5,"errors":0,"total_ns":900,"max_ns":400}
LINES
head -c 300 rec >partial
head -n 1 rec >less
sed 's/record":1/record":2/' rec >newer
{ printf '\377\376' && cat rec; } >binary
: >empty
mkfifo fifo
printf '#!/nonexistent/sh\n' >no-interpreter
printf 'hello\n' >no-program
printf '\177ELF' >no-elf
chmod +x no-interpreter no-program no-elf
printf 'x' >not-executable
ln -s loop loop
printf 'x%.0s' {1..3000} >long
cp "$S" elsewhere

for control in targets=none collect=count enabled=1 follow=0 syscalls=all \
	threads=0 hook=auto reset= README= status='entered: 0'; do
	echo "${control#*=}" >"fake/${control%%=*}"
done
# An empty snapshot: magic, version 1, header of 128 bytes, rows of 72
{
	printf 'systally\1\0\0\0\200\0\0\0\110\0\0\0\0\0\0\0'
	head -c 80 /dev/zero
	printf '\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\100\102\017\0\0\0\0\0'
} >fake/snapshot
cp -r fake damaged
head -c 100 fake/snapshot >damaged/snapshot
cp -r fake other
printf '\2' | dd of=other/snapshot bs=1 seek=8 conv=notrunc status=none
cp -r fake old
mkdir -p fake/sessions/s1
cp fake/* fake/sessions/s1 2>"$T/ignored"
echo s1 >fake/sessions/new
cp -r fake off
echo 0 >off/enabled
cp -r fake no-new
rm no-new/sessions/new

F='SYSTALLY_DEBUGFS=fake'
export F

# ---- the table -----------------------------------------------------------

# Each line is STATUS :: COMMAND LINE :: PATTERN of the error line. A shell runs
# the command line. $S is systally, and $F makes the fake folder its debugfs.
table() {
	cat <<'TABLE'
:: the command
2 :: $S :: no command was given .see `systally --help`
2 :: $S '' :: there is no command ''; there are run, top, .* help
2 :: $S tpo :: there is no command 'tpo'; did you mean top\?
2 :: $S frobnicate :: there is no command 'frobnicate'; there are run, top,
2 :: $S RUN true :: there is no command 'RUN'; did you mean run\?
2 :: $S --hlep :: there is no option '--hlep'; did you mean --help\?
2 :: $S -x :: there is no option '-x'
2 :: $S top run :: takes no argument 'run'
2 :: $S help nosuch :: there is no command 'nosuch'; there are run,
2 :: $S help top run :: help takes one command.*`systally help top` shows
2 :: $S reset now :: takes no argument 'now'
1 :: $S --version >/dev/full :: standard output: No space left .*make room
1 :: $S --version >&- :: standard output: .*it is closed
1 :: $S help >/dev/full :: standard output: No space left .*make room
1 :: $S top --help >/dev/full :: standard output: No space left .*make room

:: options
2 :: $S run --formt json true :: no option '--formt'; did you mean --format\?
2 :: $S run --s count true :: '--s' may be one of several options: --sort, --sys
2 :: $S run --=5 true :: there is no option '--'
2 :: $S run --failed=yes true :: --failed takes no value
2 :: $S run -o :: -o needs a value
2 :: $S run -o '' true :: value of -o is empty; give FILE, or leave it out
2 :: $S run -xLz true :: there is no option '-z'
2 :: $S run --verify true :: there is no option '--verify'
2 :: $S run -o a -o b true :: -o is given twice; give it once
2 :: $S run -e poll -e read true :: -e is given twice; give one list
2 :: $S top -b process -b abi :: -b is given twice; give one list
2 :: $S needs -b 'echo 1' -t true true :: there is no option '-b'

:: numbers
2 :: $S run -n 1e3 true :: -n takes a whole number from 0 to .*, not '1e3'
2 :: $S run -n '' true :: -n takes a whole number from 0 to .*, not ''
2 :: $S run -n -3 true :: -n takes a whole number from 0 to .*, not '-3'
2 :: $S run -n 99999999999999999999 true :: -n takes a whole number from 0 to
2 :: $S needs -r 0 -t true true :: -r takes a whole number from 1 to 100
2 :: $S needs --margin 5% -t true true :: --margin takes a number from 0 to
2 :: $S compare rec rec --threshold 5ms :: --threshold takes a whole number, a p
2 :: $S compare rec rec --threshold 5%,5% :: --threshold takes a whole number

:: durations
2 :: $S run -d 0 true :: -d takes a time such as 500ms, 10s or 1m, from 1ms
2 :: $S run -d -5 true :: -d takes a time such as .*, not '-5'
2 :: $S run -d 1w true :: -d takes a time such as .*, not '1w'
2 :: $S top -i 5parsecs :: -i takes a time such as .*, not '5parsecs'
2 :: $S top -i 9999d :: -i takes a time such as .* to 365d, not '9999d'
2 :: $S needs --timeout 1ms -t true true :: --timeout takes a time .* from 10ms
2 :: $S compare rec rec --time-threshold x :: --time-threshold takes a time such
2 :: $S report rec -d 5 :: -d is for what is counted now, not for a file

:: words
2 :: $S top -b pid :: -b takes syscall, process, .* parent, not 'pid'
2 :: $S top -b process,sycall :: not 'sycall'; did you mean syscall\?
2 :: $S top -b abi,,errno :: -b takes syscall, .* or parent, not ''
2 :: $S top -b abi,abi :: -b takes up to four different dimensions
2 :: $S run -s coutn true :: -s takes count, time, .* not 'coutn'; did you mean c
2 :: $S run -s '' true :: -s takes count, time, .* not ''
2 :: $S run --format jsno true :: --format takes text, .* did you mean json\?
2 :: $S run --format true :: --format takes text, json, .*, not 'true'
2 :: $S status --format strace :: --format takes text, json, csv or markdown
2 :: $S needs --discover magic -t true true :: --discover takes auto, module,

:: processes
2 :: $S top -p nginx :: 'nginx' is not a pid; .* use -p "\$\(pidof nginx\)"
2 :: $S top -p 12,nginx :: 'nginx' is not a pid; .* "\$\(pidof nginx\)"
2 :: $S top -p '' :: -p lacks a process number; give numbers
2 :: $S top -p 1,,2 :: -p lacks a process number; give numbers
2 :: $S top -p 0 :: '0' is not a pid; -p takes whole numbers from 1 to
2 :: $S top -p -5 :: '-5' is not a pid; -p takes whole numbers from 1 to
2 :: $S top -p 4294967297 :: '4294967297' is not a pid; -p takes whole numbers
2 :: $S top -p 'a;b' :: 'a;b' is not a pid; -p takes whole numbers
2 :: $S top -p $(seq -s, 1 600) :: more than 500 processes; leave -p out
1 :: $S top -p 2147483647 :: no process 2147483647; check the number
1 :: $S top -p 2147483646,$$ :: no process 2147483646; check the number

:: sets of calls
2 :: $S run -e pol true :: no system call is called 'pol'; did you mean poll\?
2 :: $S record -o x -e READ true :: called 'READ'; did you mean read\?
2 :: $S report rec -e opnat :: called 'opnat'; did you mean openat\?
2 :: $S top -e x32:opne :: called 'x32:opne'; did you mean open\?
2 :: $S compare rec rec -e pol :: called 'pol'; did you mean poll\?
2 :: $S compare rec rec --ignore pol :: called 'pol'; did you mean poll\?
2 :: $S needs -t true -e pol true :: called 'pol'; did you mean poll\?
2 :: $S report rec -H pol :: called 'pol'; did you mean poll\?
2 :: $S run -e '' true :: the value of -e is empty; give SET
2 :: $S run -e '!' true :: set of system calls is empty; name some
2 :: $S run -e read,!write true :: '!' negates the whole set, so it must be
2 :: $S run -e 'read;write' true :: called 'read;write'; see `man 2 syscalls`
2 :: $S run -e 5000 true :: has the number 5000; the highest is 1022
2 :: $S run -e arm:read true :: no ABI is called 'arm' .* there are x86-64
2 :: $S run -e %fiel true :: no class .* called %fiel; there are %file
2 :: $S run -e fault=open true :: 'fault=' of strace chooses .*trace=SET
2 :: $S run -e $(cat long) true :: no system call is called 'xx.*; see `man 2

:: options that exclude each other
2 :: $S run -b errno -L true :: --by errno has no times, so neither -L
2 :: $S run -H read -e write true :: -H draws all calls of the name
2 :: $S report rec --format strace -b process :: --format strace is by call
2 :: $S record -o x -b process true :: grouped later, by `systally report
2 :: $S compare rec rec -b process :: process numbers differ .*use --by command
2 :: $S compare rec rec -s p50 :: changes are sorted by count, errors, time
2 :: $S needs --less-is-better -t true true :: --less-is-better goes with --bench
2 :: $S needs --ready true -t true true :: --ready and --stop go with --server
2 :: $S needs -o x --state x -t true true :: have to be different files
2 :: $S needs --sub --discover module -t true true :: --sub does not go with

:: commands to run
2 :: $S run :: no command to run was given
2 :: $S run -- :: no command to run was given
2 :: $S run -f malloc true :: 'malloc' is not LIB:SYMBOL, such as libc:malloc
2 :: $S run -f nolib:malloc true :: nor PATH knows a library or program 'nolib'; give its path
2 :: $S run -f c:mallok true :: has no function 'mallok'; did you mean malloc\?
2 :: $S record -o x -f ./binary:x true :: is no ELF file
2 :: $S run --in-process true :: --in-process counts user functions; name them by
2 :: $S run --in-process -f c:free -e read true :: no system calls, so neither -e
2 :: $S run --in-process -f c:free -H read true :: no system calls, so neither -e
2 :: $S record -o x --in-process -f c:free -d 1 :: counts a command from its start
2 :: $S top --in-process -f c:free :: there is no option '--in-process'
1 :: $S run --in-process -f "$S:main" true :: is no symbol that the dynamic linker
1 :: ./elsewhere run --in-process -f c:free true :: find libsystally-probe.so in .*m
2 :: $S record true :: no file to write to was given; use -o FILE
2 :: $S record -o x :: no command to run was given
2 :: $S needs true :: no command that tells .* use -t TEST
127 :: $S run '' :: there is no such command; check its name and PATH
127 :: $S run nosuch :: cannot run 'nosuch': there is no such command; check
127 :: $S run ./nosuch :: cannot run './nosuch': there is no such command
127 :: PATH= $S run true :: cannot run 'true': .*check its name and PATH
126 :: $S run $(cat long) :: cannot run 'xx.*File name too long; choose
126 :: $S run ./dir :: cannot run './dir': Is a directory; give the name of a p
126 :: $S run ./not-executable :: Permission denied; make it executable .chmod
126 :: $S run ./fifo :: Permission denied; make it executable .chmod
126 :: eval $F $S run ./no-interpreter :: the interpreter .*correct its first lin
126 :: eval $F $S run ./no-program :: neither a program nor .*give it a first lin
126 :: eval $F $S run ./no-elf :: neither a program nor a script
2 :: $S needs -t true nosuch :: cannot run 'nosuch': .*check its name and PATH
2 :: $S needs -t true ./no-interpreter :: the interpreter .*correct its first l
2 :: $S needs -t false true :: TEST failed .*run it by hand to see why
2 :: $S needs -t true --bench 'echo x' true :: BENCH must print one number
2 :: $S needs --server --ready false --timeout 100ms -t true sleep 9 :: not ready

:: recordings
1 :: $S report nosuch :: cannot open nosuch: No such file .*check the name
2 :: $S report '' :: the name of a file is empty; give one
2 :: $S compare rec '' :: the name of a file is empty; give one
1 :: $S report rec/x :: Not a directory; a name before a slash has to be a fold
1 :: $S report dir :: cannot read dir: Is a directory; give the name of a file
1 :: $S report loop :: Too many levels of symbolic links; remove
1 :: $S report $(cat long) :: cannot open xx.*File name too long; choose
1 :: $S report empty :: empty is empty: .*record it again
1 :: $S report /dev/null :: /dev/null is empty: .*record it again
1 :: $S report /dev/zero :: not a recording; `systally record -o FILE` makes
1 :: $S report binary :: binary is not a recording; `systally record
1 :: $S report "$S" :: is not a recording; `systally record
1 :: $S report partial :: partial, line 1: cut short; .*record it again
1 :: $S report less :: less.*record it again
1 :: $S report newer :: version 2, .* version 1; use the systally that wrote it
1 :: $S report rec -f c:malloc :: no user functions were counted; count them with -f
1 :: $S report rec -P :: rec has no histograms; record it again with -P
1 :: $S report rec -b thread :: not kept by thread; record it again
2 :: $S report rec rec :: takes no more arguments, such as 'rec'
2 :: $S compare rec :: two recordings are needed, A and B; `systally record
2 :: $S compare rec nosuch :: cannot open nosuch: No such file .*check the name
2 :: $S compare partial rec :: partial, line 1: cut short; .*record it again
2 :: $S compare rec rec --ignore all :: nothing to compare: .*choose others

:: outputs
1 :: $S report rec -o dir :: cannot write to dir: Is a directory; give
1 :: $S report rec -o no/x :: cannot write to no/x: No such file .*check the na
1 :: $S report rec -o /dev/full :: to /dev/full: No space left .*make room
1 :: $S report rec >/dev/full :: to the output: No space left .*make room
1 :: $S report rec >&- :: to the output: Bad file descriptor; it is closed
1 :: $S doctor -o no/x :: cannot write to no/x: No such file .*check the name
1 :: $S doctor >/dev/full :: to the output: No space left .*make room
2 :: $S compare rec rec >/dev/full :: to the output: No space left .*make room
1 :: eval $F $S run -o dir true :: cannot write to dir: Is a directory; give
1 :: eval $F $S record -o no/x true :: cannot write to no/x: No such file .*check
1 :: eval $F $S record -o /dev/full true :: No space left .*make room
1 :: eval $F $S status >/dev/full :: to the output: No space left .*make room
2 :: $S needs -t true --seccomp no/x true :: cannot write to no/x: .*check the n
2 :: $S needs -t true --state rec true :: not a state file .*give another file
2 :: $S run -p 5 true <&- >&- :: there is no option '-p'

:: the module and its files
1 :: SYSTALLY_DEBUGFS=/nonexistent $S status :: SYSTALLY_DEBUGFS is .*unset it
1 :: SYSTALLY_DEBUGFS=rec $S top :: SYSTALLY_DEBUGFS is 'rec', .*unset it
1 :: SYSTALLY_DEBUGFS=dir $S run true :: SYSTALLY_DEBUGFS is 'dir', .*unset it
1 :: SYSTALLY_DEBUGFS=damaged $S report :: snapshot is cut short: .*; 
1 :: SYSTALLY_DEBUGFS=other $S report :: version 2, .* use the command that was b
1 :: SYSTALLY_DEBUGFS=off $S run true :: switched off; switch it on with `echo 1
1 :: SYSTALLY_DEBUGFS=off $S top :: switched off; switch it on with `echo 1
1 :: SYSTALLY_DEBUGFS=old $S run true :: cannot begin .*; load the one that belon
1 :: SYSTALLY_DEBUGFS=no-new $S top -d 1 :: cannot begin .*; load the one that belo
1 :: SYSTALLY_DEBUGFS=old $S status :: cannot read old/sessions: .*; load it with
1 :: eval $F $S top --session default -P :: session default counts without times
2 :: $S top --session default -f libc:malloc :: -f counts in a session of its own
1 :: eval $F $S report --session nosuch :: no session 'nosuch'; there are default
1 :: eval $F $S status --session ../.. :: no session '../..'; there are default, s1
1 :: eval $F $S reset --session new :: no session 'new'; there are default, s1
2 :: $S reset --session '' :: the value of --session is empty; give NAME
2 :: $S record --session s1 -o new true :: --session is for processes that run al
1 :: SYSTALLY_DEBUGFS=no-new $S report --session s1 -L :: session s1 counts without times
2 :: $S report --session s1 rec :: --session is for what is counted now, not for a
1 :: eval $F $S report -L :: times and errors are not kept, .* write `time` to it

:: limits and places
1 :: ulimit -n 5; eval $F $S run true :: Too many open files; raise the limit
1 :: ulimit -n 6; eval $F $S run true :: Too many open files; raise the limit
1 :: ulimit -n 6; $S needs -t true true :: Too many open files; raise the limit
1 :: cd gone && rmdir ../gone; $S report rec :: cannot open rec: No such file
2 :: LC_ALL=xx_YY.none $S top -b pid :: -b takes syscall, process, .*not 'pid'
2 :: TERM= COLUMNS=-1 $S top -i x :: -i takes a time such as .*, not 'x'
TABLE
}

# ---- each line of the table ----------------------------------------------

tried=0
group=''
while IFS= read -r line; do
	case $line in
	'') continue ;;
	':: '*)
		group=${line#:: }
		continue
		;;
	esac
	wanted=${line%% :: *} rest=${line#* :: }
	command=${rest%% :: *} pattern=${rest#* :: }
	mkdir -p gone
	timeout 60 bash -c "$command" >"$T/out" 2>"$T/err" </dev/null
	got="$? $(wc -l <"$T/err") $(wc -c <"$T/out")"
	if [ "$got" = "$wanted 1 0" ] && [[ $(<"$T/err") =~ $pattern ]]; then
		ok 0 "$group: $command"
	else
		ok 1 "$group: $command"
		note "status, lines on stderr, bytes on stdout: $got"
		note "wanted $wanted, 1, 0, and a line like: $pattern"
		note "$(head -n 3 "$T/err")"
	fi
	tried=$((tried + 1))
done < <(table)

# The whole table was read. Cases are only added to it.
at_least "$tried" 150 'all lines of the table were tried'
is "$tried" "$(table | grep -c '^[0-9]')" 'each line is a case'
done_testing
