#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sessions: each counts what it asks for, from when it asks until it ends,
# whatever others ask for. One test for each thing that two sessions may differ
# in, with programs that make known numbers of calls.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

need_load
top=$D

# The least time that short calls take together
some=$((1 - coarse_clock))

declare -A session_fd session_name

# begin KEY: begins a session
begin() {
	local fd

	exec {fd}<"$top/sessions/new" || bail 'no session'
	session_fd[$1]=$fd
	read -r "session_name[$1]" <&"$fd"
}

# end KEY: ends it
end() {
	local fd=${session_fd[$1]}

	exec {fd}<&-
	unset "session_fd[$1]" "session_name[$1]"
}

# at KEY COMMAND...: with the files of a session, or of the default one
at() {
	local D=$top

	[ "$1" = default ] || D=$top/sessions/${session_name[$1]}
	"${@:2}"
}

# set_up KEY COLLECT [SYSCALLS]
set_up() {
	at "$1" ctl collect "$2"
	at "$1" ctl syscalls "${3:-all}"
}

# folders: the names below sessions/
folders() {
	find "$top/sessions" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -V |
		xargs
}

sums_of_status() {
	awk '/^(entered|tallied|unattributed): / { printf "%s ", $2 }
		END { print "" }' "$D/status"
}

# sums KEY: prints how the sums of a session differ from one another. They are of
# one moment, since the file is opened once.
sums() {
	local entered tallied unattributed

	read -r entered tallied unattributed < <(at "$1" sums_of_status)
	[ "$entered" = $((tallied + unattributed)) ] ||
		echo "$entered != $tallied + $unattributed"
	[ "$unattributed" = 0 ] || echo "$unattributed unattributed"
}

# ---- the files ----------------------------------------------------------

begin a
is "${session_name[a]}" s1 'the first session is s1'
wanted='collect counters errors follow functions inflight reset snapshot status '
wanted+='syscalls targets threads '
is "$(find "$top/sessions/s1" -mindepth 1 -printf '%f\n' | LC_ALL=C sort |
	tr '\n' ' ')" "$wanted" 'its folder has these files'
is "$(find "$top/sessions" -mindepth 1 -printf '%m %f\n' | sort -u |
	awk '{ print $1 ":" $2 }' | grep -cE ':(new|counters|status)$')" 3 \
	'there is a file for new sessions'
is "$(stat -c %a "$top/sessions/new" "$top/sessions/s1/counters" \
	"$top/sessions/s1/targets" "$top/sessions/s1/reset" | xargs)" \
	'400 400 600 200' 'their modes are those of results and controls'
is "$(at a status session) $(at default status session)" 's1 default' \
	'status names the session'
is "$(at a status owner_pid) $(at a status owner_comm)" \
	"$$ $(cat /proc/$$/comm)" 'and who has begun it'
is "$(at a settings 'enabled|hook')" \
	'collect=count targets=none follow=0 syscalls=all threads=0 ' \
	'its settings are those of a bare insmod'
end a
becomes [ ! -e "$top/sessions/s1" ]
is "$(folders)" new 'when the file is closed, its folder is gone'

for i in 1 2 3 4 5 6 7 8; do
	begin "$i"
done
is "$(folders)" 'new s2 s3 s4 s5 s6 s7 s8 s9' \
	'there can be eight, and their names are new ones'
is "$( (cat <"$top/sessions/new") 2>&1 | sed 's/.*: //')" 'Too many users' \
	'the ninth is refused'
is "$("$WORKLOAD/ctlwrite" -c "$top/sessions/s2/targets" 1)" EPERM \
	'a control of a session needs CAP_SYS_ADMIN, too'
is "$(rmmod systally 2>&1 | grep -o 'in use')" 'in use' \
	'the module stays loaded as long as there is a session'
for i in 1 2 3 4 5 6 7 8; do
	end "$i"
done
begin a
is "${session_name[a]}" s10 'names are not used again'

# ---- the same process, from different moments ---------------------------

talk_start p "$WORKLOAD/puppet"
talk_until p ready
pid=${talk_pid[p]}
begin b
for key in default a b; do
	set_up $key count getppid
done
at default ctl targets "$pid"
talk_ask p 'call 11' called
at a ctl targets "$pid"
talk_ask p 'call 101' called
at b ctl targets all
talk_ask p 'call 1009' called
at default ctl reset 1
talk_ask p 'call 10007' called
at a ctl targets none
talk_ask p 'call 13' called
is "$(at default count "$pid" x86-64 getppid)" $((10007 + 13)) \
	'the default session has what was made since its reset'
is "$(at a count "$pid" x86-64 getppid)" $((101 + 1009 + 10007)) \
	'session a has what was made from its begin to its end'
is "$(at b count "$pid" x86-64 getppid)" $((1009 + 10007 + 13)) \
	'session b, of all processes, has what was made since its begin'
is "$(at default status discarded) $(at a status discarded)" \
	"$((11 + 101 + 1009)) 0" 'the reset of one session discards its calls only'
for key in default a b; do
	is "$(sums $key)" '' "$key: entered is tallied"
done

# ---- different calls ----------------------------------------------------

at b ctl targets none
at a ctl targets none
at default ctl targets none
for key in default a b; do
	at $key ctl reset 1
done
at a ctl syscalls getppid,poll
at b ctl syscalls getsid,poll
for key in default a b; do
	at $key ctl follow 1
	at $key ctl targets $$
done
at default ctl syscalls all
workload calls plain 17 >"$T/plain"
for key in default a b; do
	at $key ctl targets none
done
made() {
	awk -v name="$1" '$1 == "count" && $3 == name { print $4 }' "$T/plain"
}
is "$(at a count all x86-64 getppid) $(at b count all x86-64 getppid)" \
	"$(made getppid) 0" 'getppid is counted in the session that asks for it'
is "$(at a count all x86-64 getsid) $(at b count all x86-64 getsid)" \
	"0 $(made getsid)" 'and getsid in the other one'
is "$(at a count all x86-64 poll) $(at b count all x86-64 poll)" \
	"$(made poll) $(made poll)" 'poll in both'
is "$(at default count all x86-64 getpgid)" "$(made getpgid)" \
	'the session that asks for all has the others'
for key in default a b; do
	is "$(sums $key)" '' "$key: entered is tallied, with different calls"
	at $key ctl reset 1
	at $key ctl follow 0
done

# ---- a filter that narrows and widens -----------------------------------

at a ctl syscalls getppid
at b ctl syscalls all
at a ctl targets "$pid"
at b ctl targets "$pid"
talk_ask p 'call 101' called
at a ctl syscalls getsid
talk_ask p 'call 1009' called
at a ctl syscalls all
talk_ask p 'call 11' called
is "$(at a count "$pid" x86-64 getppid) $(at b count "$pid" x86-64 getppid)" \
	"$((101 + 11)) $((101 + 1009 + 11))" \
	'a filter that narrows and widens changes its session only'
is "$(sums a)$(sums b)" '' 'and the sums of both are exact'

# ---- levels -------------------------------------------------------------

for key in a b; do
	at $key ctl targets none
	at $key ctl reset 1
done
at a ctl collect hist
at b ctl collect count
at a ctl targets "$pid"
at b ctl targets "$pid"
talk_ask p 'call 101' called
at_least "$(at a column "$pid" x86-64 getppid total_ns)" $some \
	'the session with histograms has times'
is "$(at b column "$pid" x86-64 getppid total_ns)" 0 \
	'the session that counts has none'
is "$(at a count "$pid" x86-64 getppid) $(at b count "$pid" x86-64 getppid)" \
	'101 101' 'both have counted'
at b ctl collect time
talk_ask p 'call 1009' called
total_a=$(at a column "$pid" x86-64 getppid total_ns)
total_b=$(at b column "$pid" x86-64 getppid total_ns)
at_least "$total_b" $some 'when it collects times, it has times'
at_least "$total_a" $((total_b + some)) 'but not those of the calls before'
at a ctl collect count
talk_ask p 'call 13' called
is "$(at a column "$pid" x86-64 getppid total_ns)" "$total_a" \
	'a session that only counts again keeps its times'
at_least "$(at b column "$pid" x86-64 getppid total_ns)" $((total_b + some)) \
	'and the other goes on'
is "$(at a count "$pid" x86-64 getppid) $(at b count "$pid" x86-64 getppid)" \
	"$((101 + 1009 + 13)) $((101 + 1009 + 13))" 'no count was lost meanwhile'
talk_end p

# ---- calls in flight when a session begins ------------------------------

for key in a b; do
	at $key ctl targets none
	at $key ctl reset 1
	set_up $key hist
done
at a ctl follow 1
at a ctl targets $$
talk_start blocked "$WORKLOAD/blocked"
talk_until blocked ready
sleeper=$(said blocked blocked | awk '$3 == "nanosleep" { print $1 }')
at b ctl targets "$sleeper"
flying() {
	awk -v pid="$sleeper" '$2 == pid { print $5 }' \
		"$top/sessions/${session_name[$1]}/inflight"
}
is "$(flying a)" nanosleep \
	'a call in flight is that of the session that has seen its entry'
is "$(flying b)" '' \
	'and not of the session that has begun since'
sleep 0.1
kill -USR1 "$sleeper"
wait_for state_is "$sleeper" Z
is "$(at a count "$sleeper" x86-64 nanosleep)" 1 \
	'it is counted where its entry was seen'
at_least "$(at a column "$sleeper" x86-64 nanosleep max_ns)" 100000000 \
	'and timed there'
is "$(at a column "$sleeper" x86-64 nanosleep errors)" 1 'with its error'
is "$(at b count "$sleeper" x86-64 nanosleep)" 0 \
	'the other session has not counted it'
is "$(at b column "$sleeper" x86-64 nanosleep total_ns)" 0 'nor timed it'
is "$(at b status orphan_exits)" 1 'there it is an exit without an entry'
is "$(at b count "$sleeper" x86-64 getppid)" 101 \
	'but what followed is counted in both'
is "$(at a count "$sleeper" x86-64 getppid)" 101 'in the first one, too'
at_least "$(at b column "$sleeper" x86-64 getppid total_ns)" $some 'with times'
# A reset of one session leaves the call in flight to the other.
sleeper=$(said blocked blocked | awk '$3 == "pause" { print $1 }')
at b ctl targets "$sleeper"
at b ctl reset 1
kill -USR1 "$sleeper"
wait_for state_is "$sleeper" Z
at_least "$(at a column "$sleeper" x86-64 pause total_ns)" 100000000 \
	'a reset of the other session does not take the time of a call in flight'
talk_ask blocked '' 'done'
talk_end blocked
is "$(sums a)$(sums b)" '' 'the sums of both are exact'

# A call that no session has counted is in flight when one begins to.
for key in a b; do
	at $key ctl targets none
	at $key ctl reset 1
done
at a ctl syscalls getppid
at a ctl targets $$
talk_start blocked "$WORKLOAD/blocked"
talk_until blocked ready
sleeper=$(said blocked blocked | awk '$3 == "nanosleep" { print $1 }')
at b ctl targets "$sleeper"
kill -USR1 "$sleeper"
wait_for state_is "$sleeper" Z
is "$(at b status denied) $(at b status orphan_exits)" '0 1' \
	'a call that was not counted when it was entered is not taken for a denied one'
is "$(at b count "$sleeper" x86-64 getppid)" 101 'what followed is counted'
talk_ask blocked '' 'done'
talk_end blocked

# The same again and again: calls return while a session begins to count them. The
# other session has the filter let all calls pass.
for key in a b; do
	at $key ctl targets none
	at $key ctl reset 1
done
at a ctl syscalls all
at a ctl follow 0
at a ctl targets $$
at b ctl syscalls getppid
talk_start naps "$WORKLOAD/storm" -n 1 4
talk_until naps ready
at b ctl targets "$(said naps process)"
talk_ask naps go going
for ((i = 0; i < 12; i++)); do
	at b ctl syscalls all
	sleep 0.05
	at b ctl syscalls getppid
done
talk_ask naps pause parked
is "$(at b status denied)" 0 \
	'calls that return while a session begins to count them are not denied ones'
at_least "$(at b status orphan_exits)" 1 'they are exits without an entry'
talk_ask naps stop stopped
talk_end naps
at b ctl syscalls all

# ---- rows by thread in one session --------------------------------------

for key in a b; do
	at $key ctl targets none
	at $key ctl reset 1
	set_up $key time
	at $key ctl follow 1
done
at a ctl threads 1
for key in a b; do
	at $key ctl targets $$
done
workload threads 7 >"$T/plain"
for key in a b; do
	at $key ctl targets none
done
is "$(at a count all x86-64 getppid) $(at b count all x86-64 getppid)" \
	"$(made getppid) $(made getppid)" \
	'by thread and by process, both have counted all'
is "$(awk '$5 == "getppid"' "$top/sessions/${session_name[a]}/counters" |
	wc -l)" 8 'the session by thread has a row for each thread'
is "$(awk '$5 == "getppid"' "$top/sessions/${session_name[b]}/counters" |
	wc -l)" 1 'the session by process has one'
at_least "$(at a column all x86-64 getppid total_ns)" $some 'the first has times'
at_least "$(at b column all x86-64 getppid total_ns)" $some 'and so has the second'
failed() {
	awk '$2 == "threads" && $5 == "close" { sum += $7 } END { print sum + 0 }' \
		"$top/sessions/${session_name[$1]}/counters"
}
is "$(failed a) $(failed b)" "$(made close) $(made close)" 'errors are in both'
is "$(sums a)$(sums b)" '' 'the sums of both are exact'
at a ctl threads 0

# ---- children -----------------------------------------------------------

for key in a b; do
	at $key ctl reset 1
	set_up $key count
done
at b ctl follow 0
talk_start p "$WORKLOAD/puppet"
talk_until p ready
at a ctl targets "${talk_pid[p]}"
at b ctl targets "${talk_pid[p]}"
talk_ask p 'fork 3' made
child=$(said p member | tail -n 1 | cut -d' ' -f1)
talk_ask p 'call 101' called
is "$(at a count "$child" x86-64 getppid) $(at b count "$child" x86-64 getppid)" \
	'101 0' 'only the session that follows has the child'
at b ctl targets "+$child"
talk_ask p 'call 13' called
is "$(at a count "$child" x86-64 getppid) $(at b count "$child" x86-64 getppid)" \
	'114 13' 'a child that is added later is counted from then on'
talk_end p
is "$(at a count "$child" x86-64 getppid) $(at b count "$child" x86-64 getppid)" \
	'114 13' 'and it stays so when all have exited'
is "$(awk '$5 == "getppid" { print $2 }' \
	"$top/sessions/${session_name[a]}/counters" | sort -u)" puppet \
	'with its name'
is "$(sums a)$(sums b)" '' 'the sums of both are exact'
is "$(<"$top/sessions/${session_name[a]}/targets") $(
	<"$top/sessions/${session_name[b]}/targets")" 'none none' \
	'processes that have exited are targets of no session'

# The last name of a process is noted when it exits, and rows from before get it.
for key in a b; do
	at $key ctl reset 1
	at $key ctl follow 1
	at $key ctl targets $$
done
# shellcheck disable=SC2016 # that shell's
pid=$(bash -c 'printf renamed >/proc/$$/comm; echo $$')
for key in a b; do
	at $key ctl targets none
	is "$(awk -v pid="$pid" '$1 == pid { print $2 }' \
		"$top/sessions/${session_name[$key]}/counters" | sort -u)" renamed \
		"$key: a process that has exited has its last name"
done

# ---- eight with targets ---------------------------------------------------

for key in 1 2 3 4 5 6; do
	begin $key
done
sleepers=()
for key in a b 1 2 3 4 5 6; do
	sleep 1000 &
	sleepers+=($!)
	at $key ctl targets $!
done
is "$(at default refused targets $$)" EUSERS \
	'eight sessions have targets: the default session cannot have any'
is "$(<"$D/targets")" none 'and has none'
kill "${sleepers[3]}"
wait "${sleepers[3]}" 2>/dev/null
is "$(at default refused targets $$)" ok \
	'when the target of one has exited, the default session can'
at default ctl targets none
kill "${sleepers[@]}" 2>/dev/null
for key in 1 2 3 4 5 6; do
	end $key
done

# ---- the end ------------------------------------------------------------

at a ctl targets all
at b ctl targets all
at default ctl targets none
# owner: a process that has a session of all processes, until it is killed
owner() {
	(
		exec {fd}<"$top/sessions/new"
		read -r name <&"$fd"
		echo all >"$top/sessions/$name/targets"
		echo "$name" >"$T/owned"
		kill -STOP "$BASHPID"
	) &
	owner=$!
	wait_for state_is $owner T
}
owner
kill -9 $owner
wait $owner 2>/dev/null
becomes [ ! -e "$top/sessions/$(<"$T/owned")" ]
is "$(folders | grep -cw "$(<"$T/owned")")" 0 \
	'a session whose owner is killed is gone'
owner
name=$(<"$T/owned")
exec {open}<"$top/sessions/$name/counters"
cd "$top/sessions/$name" || bail 'no folder'
kill -9 $owner
wait $owner 2>/dev/null
becomes [ ! -e "$top/sessions/$name" ]
is "$( (cat <counters) 2>&1 | sed 's/.*: //')" 'No such file or directory' \
	'in the folder of a session that has ended, there is no file'
is "$(cat <&"$open" 2>&1 | sed 's/.*: //')" 'Input/output error' \
	'a file that was open when its session ended cannot be read'
exec {open}<&-
cd "$here" || exit

# Thousands of targets, each a process that makes calls: 10,007 with SYSTALLY_LONG
number=503
[ -z "$LONG" ] || number=10007
talk_start crowd "$WORKLOAD/crowd" $number
talk_until crowd ready
mapfile -t crowd < <(said crowd process)
owner
name=$(<"$T/owned")
echo hist >"$top/sessions/$name/collect"
echo "${crowd[0]}" >"$top/sessions/$name/targets"
for ((i = 1; i < number; i += 250)); do
	printf '+%s ' "${crowd[@]:i:250}" >"$top/sessions/$name/targets"
done
talk_ask crowd count 'done'
is "$(awk '$5 == "getppid" { calls += $6; rows++ } END { print rows, calls }' \
	"$top/sessions/$name/counters")" "$number $((7 * number))" \
	"$number targets: each has its calls"
began=$(date +%s%N)
kill -9 $owner
becomes [ ! -e "$top/sessions/$name" ]
note "$number targets: gone after $((($(date +%s%N) - began) / 1000000)) ms"
wait $owner 2>/dev/null
is "$(folders | grep -cw "$name")" 0 \
	"a session of $number targets whose owner is killed is gone"
talk_end crowd
end b
end a
is_off() {
	[ "$(status state)" = off ]
}
becomes is_off
is "$(status state) $(status uprobes)" 'off 0' \
	'without sessions, nothing is hooked'
is "$(folders)" new 'and no folder is left'

finish
