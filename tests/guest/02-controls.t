#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every control: the value that is read after a write, the errno of each bad
# input, which changes nothing, and that writing needs CAP_SYS_ADMIN.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

long=$(printf '%4097s' '')
full=$(printf '%4095s' '')

# FILE, VALUE (as printf's %b takes it), what it reads then. In this order.
accepted='
enabled|0|0
enabled|1\n|1
collect|time|time
collect|hist\n|hist
collect|count\n|count
hook|tracepoint|tracepoint
hook|auto|auto
follow|1|1
follow|0\n|0
threads|1|1
threads|0|0
syscalls|getppid|getppid
syscalls|getppid getsid\n|getppid getsid
syscalls|getppid,getsid|getppid getsid
syscalls|x86-64:getppid|x86-64:getppid
syscalls|i386:poll|i386:poll
syscalls|x32:7|x32:poll
syscalls|x86-64:7|x86-64:poll
syscalls|all|all
targets|1|1
targets|none|none
targets|+1|1
targets|-1\n|none
targets|all|all
targets|+1|all
targets|none|none
targets|1 1 1|1
targets|1,1|1
targets|none|none
'

refused='
enabled||EINVAL
enabled|\n|EINVAL
enabled|2|EINVAL
enabled|-1|EINVAL
enabled|10|EINVAL
enabled|x|EINVAL
enabled|1 1|EINVAL
enabled|1\0|EINVAL
follow|2|EINVAL
follow||EINVAL
follow|maybe|EINVAL
threads|2|EINVAL
threads||EINVAL
threads|x|EINVAL
collect|bogus|EINVAL
collect|count time|EINVAL
collect|counts|EINVAL
collect||EINVAL
collect|time\0|EINVAL
hook|direct|EOPNOTSUPP
hook|bogus|EINVAL
hook|auto auto|EINVAL
hook||EINVAL
hook|kprobes|EINVAL
targets||EINVAL
targets|\n|EINVAL
targets| |EINVAL
targets|bogus|EINVAL
targets|12x|EINVAL
targets|0x1|EINVAL
targets|+|EINVAL
targets|-|EINVAL
targets|+-1|EINVAL
targets|1 +1|EINVAL
targets|+1 2|EINVAL
targets|all 1|EINVAL
targets|none 1|EINVAL
targets|all none|EINVAL
targets|+all|EINVAL
targets|1\0|EINVAL
targets|4194303|ESRCH
targets|+4194303|ESRCH
targets|1 4194303|ESRCH
targets|+1 +4194303|ESRCH
targets|-4194303|ESRCH
syscalls||EINVAL
syscalls|\n|EINVAL
syscalls|nosuchcall|ENOENT
syscalls|getppid nosuchcall|ENOENT
syscalls|99999|ENOENT
syscalls|i386:nosuchcall|ENOENT
syscalls|x32:99999|ENOENT
syscalls|all getppid|EINVAL
syscalls|getppid\0|EINVAL
reset||EINVAL
reset|0|EINVAL
reset|2|EINVAL
reset|x|EINVAL
reset|1 1|EINVAL
'

# More than one errno describes what is wrong here.
either='
syscalls|getppid all|^(EINVAL|ENOENT)$
targets|0|^(EINVAL|ESRCH)$
targets|99999999999999999999|^(EINVAL|ESRCH)$
targets|+1 -1 +0|^(EINVAL|ESRCH)$
syscalls|mips:poll|^(EINVAL|ENOENT)$
syscalls|:poll|^(EINVAL|ENOENT)$
syscalls|-1|^(EINVAL|ENOENT)$
syscalls|x86-64:|^(EINVAL|ENOENT)$
syscalls|99999999999999999999|^(EINVAL|ENOENT)$
'

controls='enabled collect hook targets follow syscalls threads reset'

# With collect=time, as set below, hook=direct is refused on every kernel.
no_direct=$(direct_missing)
[ -n "$no_direct" ] || accepted+=$'hook|direct|direct\nhook|auto|auto\n'

need_load

while IFS='|' read -r file value wanted; do
	[ -n "$file" ] || continue
	answer=$(refused "$file" "$value")
	got=$(tr '\n' ' ' <"$D/$file")
	got=${got% }
	[ "$file" != hook ] || got=${got%%:*}
	is "$answer $got" "ok $wanted" \
		"$file: after '$value' it reads '$wanted'"
done <<<"$accepted"

# Other values than the defaults, so that a change to a default is found, too
ctl follow 1
ctl collect time
ctl syscalls 'getppid i386:poll'
ctl targets none
"$WORKLOAD/calls" -t ppid 11 >/dev/null
"$WORKLOAD/calls" -s ppid 1 >/dev/null &
target=$!
wait_for state_is $target T
ctl targets $target
everything() {
	local key value

	settings
	while read -r key value; do
		[[ ! $key =~ ^(generation|discarded|entered): ]] ||
			printf '%s%s ' "$key" "$value"
	done <"$D/status"
}
before=$(everything)
while IFS='|' read -r file value error; do
	[ -n "$file" ] || continue
	is "$(refused "$file" "$value")" "$error" \
		"$file: '$value' fails with $error"
	is "$(everything)" "$before" "$file: '$value' changes nothing"
done <<<"$refused"
while IFS='|' read -r file value error; do
	[ -n "$file" ] || continue
	like "$(refused "$file" "$value")" "$error" "$file: '$value' fails"
	is "$(everything)" "$before" "$file: '$value' changes nothing"
done <<<"$either"

# Input that is too long; writers without CAP_SYS_ADMIN, even with mode 0666
for file in $controls; do
	value=1
	case $file in
	collect) value=count ;;
	hook) value=tracepoint ;;
	targets) value=none ;;
	syscalls) value=all ;;
	esac
	is "$(refused "$file" "$value$long")" E2BIG \
		"$file: more than 4096 bytes fail with E2BIG"
	is "$(refused "$file" "$value" -c)" EPERM \
		"$file: root without CAP_SYS_ADMIN fails with EPERM"
	mode=$(stat -c %a "$D/$file")
	chmod 666 "$D/$file"
	is "$(refused "$file" "$value" -u)" EPERM \
		"$file: user nobody fails with EPERM in spite of mode 0666"
	is "$(refused "$file" bogus -u)" EPERM \
		"$file: the capability is checked before the value"
	chmod "$mode" "$D/$file"
	is "$(everything)" "$before" \
		"$file: none of these writes changes anything"
done
is "$(refused targets "1$full")" ok 'targets: 4096 bytes are accepted'
is "$(<"$D/targets")" 1 'targets: the pid in them is a target'
is "$(refused syscalls "getppid$(printf '%4089s' '')")" ok \
	'syscalls: 4096 bytes are accepted'
is "$(refused syscalls "all\n$(printf '%4091s' '')x")" EINVAL \
	'syscalls: the last of 4096 bytes is checked'

kill -CONT $target
wait $target

# targets: a thread's id means its process; the list; all and none
ctl targets none
talk_start storm "$WORKLOAD/storm" 2 3
talk_until storm ready
pids=$(said storm process)
first=$(head -n 1 <<<"$pids")
tid=0
for task in "/proc/$first/task/"*; do
	[ "${task##*/}" = "$first" ] || tid=${task##*/}
done
is "$(refused targets "+$tid") $(<"$D/targets")" "ok $first" \
	"targets: a thread's id adds its process"
is "$(refused targets "-$tid") $(<"$D/targets")" "ok none" \
	"targets: a thread's id removes its process"
ctl targets "${pids//$'\n'/,}"
is "$(sort -n "$D/targets")" "$(sort -n <<<"$pids")" \
	'targets: takes a list with commas, and prints one pid a line'
ctl targets all
is "$(refused targets "-$first") $(<"$D/targets")" 'EINVAL all' \
	'targets: no pid can be removed from all'
ctl targets "$first"
is "$(refused targets "-$$") $(<"$D/targets")" "ok $first" \
	'targets: removing a pid that is no target changes nothing'
ctl targets "${pids//$'\n'/ }"
talk_ask storm stop stopped
talk_end storm
wait_for grep -qx none "$D/targets"
is "$(<"$D/targets")" none 'targets: a process that exits is removed'
is "$(status targets)" 0 'status: no targets'
is "$(status state)" off 'state: off when the last target has exited'

# syscalls: what is read can be written back
for value in all 'x86-64:getppid i386:poll x32:select' 'getpid'; do
	ctl syscalls "$value"
	once=$(<"$D/syscalls")
	ctl syscalls "$once"
	is "$(<"$D/syscalls")" "$once" \
		"syscalls: what it reads for '$value' can be written back"
done
ctl syscalls 'i386:getppid x32:getppid'
ctl reset 1
"$WORKLOAD/calls" -t plain >/dev/null
is "$(status entered)" 0 'syscalls: calls of other ABIs are not counted'
ctl syscalls getppid
ctl reset 1
"$WORKLOAD/calls" -t plain >/dev/null
is "$(awk 'NR > 1 { print $5 }' "$D/counters" | sort -u)" getppid \
	'syscalls: only the chosen call has a row'
is "$(status entered)" 10007 'syscalls: entered is the number of its calls'

# reset
generation=$(status generation)
discarded=$(status discarded)
is "$(refused reset '1\n')" ok 'reset: takes 1'
is "$(status entered) $(wc -l <"$D/counters")" '0 1' \
	'reset: entered is 0 and no row is left'
is "$(status generation)" $((generation + 1)) 'reset: generation grows by 1'
is "$(status discarded)" $((discarded + 10007)) \
	'reset: discarded grows by the calls that were counted'

# The log says why hook=direct was refused; results cannot be written
log_lines | grep -q 'systally.*direct'
ok $? 'hook=direct: the log has a line about it'
written=''
for file in README counters snapshot errors inflight status; do
	[ "$(refused $file 1)" != ok ] || written+="$file "
done
is "$written" '' 'results cannot be written'

finish
