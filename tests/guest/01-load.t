#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loading: good and bad parameters, the files in debugfs, and that nothing is
# left after an unload or a load that failed.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

parameters='enabled collect hook targets follow syscalls functions threads'
parameters+=' memory_max_bytes selective'

# Parameters that must be refused, and why: VALUE ERRNO
refusals='
enabled=2 EINVAL
enabled=yes EINVAL
collect=bogus EINVAL
hook=bogus EINVAL
targets=bogus EINVAL
targets=4194303 ESRCH
targets=1,4194303 ESRCH
targets=1,all EINVAL
follow=2 EINVAL
syscalls=nosuchcall ENOENT
functions=nosuchline EINVAL
syscalls=syscalls ENOENT
syscalls=syscall_max ENOENT
syscalls=getppid,nosuchcall ENOENT
syscalls=getppid,99999 ENOENT
threads=2 EINVAL
memory_max_bytes=bogus EINVAL
memory_max_bytes=4Q EINVAL
'

# A good value for each, and what the control reads then
settings='
enabled=0 enabled 0
collect=time collect time
collect=hist collect hist
hook=tracepoint hook tracepoint
hook=kprobe,syscalls=getppid hook kprobe
targets=1 targets 1
targets=all targets all
follow=1 follow 1
syscalls=x86-64:getppid syscalls x86-64:getppid
threads=1 threads 1
'

no_direct=$(direct_missing)
if [ -z "$no_direct" ]; then
	settings+=$'hook=direct hook direct\n'
else
	note "$no_direct"
	refusals+=$'hook=direct EOPNOTSUPP\n'
fi

# modinfo
fields=$(modinfo "$SYSTALLY_KO")
like "$fields" 'license: +GPL' 'modinfo names the license'
like "$fields" 'description: +[^ ]' 'modinfo has a description'
like "$fields" 'author: +[^ ]' 'modinfo names the author'
release=$(uname -r)
like "$fields" "vermagic: +${release//+/[+]} " \
	'modinfo: the module is for this kernel'
like "$fields" 'name: +systally' 'modinfo: the module is called systally'
for parameter in $parameters; do
	like "$fields" "parm: +$parameter:[^ ]" \
		"modinfo describes the parameter $parameter"
done

# The files, their modes, and the values after a bare insmod
need_load
files=$(find "$D" -mindepth 1 -printf '%f\n' | sort | tr '\n' ' ')
wanted='README collect counters enabled errors follow functions hook inflight new '
wanted+='reset sessions snapshot status syscalls targets threads '
is "$(tr ' ' '\n' <<<"$files" | LC_ALL=C sort | tr '\n' ' ')" \
	"$(tr ' ' '\n' <<<"$wanted" | LC_ALL=C sort | tr '\n' ' ')" \
	'the folder has just these files'
is "$(stat -c %a "$D/README")" 444 'README: mode is 444'
for control in enabled collect hook targets follow syscalls functions threads; do
	is "$(stat -c %a "$D/$control")" 600 "$control: mode is 600"
done
like "$(stat -c %a "$D/reset")" '^[26]00$' 'reset: mode is 200 or 600'
is "$(stat -c '%a %u' "$D"/{counters,snapshot,errors,inflight,status} |
	sort -u)" '400 0' 'results: mode is 400, owner is root'
is "$(settings hook)" \
	'enabled=1 collect=count targets=none follow=0 syscalls=all threads=0 ' \
	'the controls have their defaults'
like "$(<"$D/hook")" '^auto' 'hook: auto is the default'

readme=$(<"$D/README")
missing=''
for word in ${files/README/}; do
	grep -qw "$word" <<<"$readme" || missing+="$word "
done
is "$missing" '' 'README describes each file'
for word in EINVAL ESRCH ENOENT EEXIST E2BIG EPERM EOPNOTSUPP; do
	grep -qw "$word" <<<"$readme"
	ok $? "README describes $word"
done
is "$(awk 'length > 100' "$D/README")" '' \
	'README: no line has more than 100 columns'
is "$(status state)" off 'without targets nothing is hooked'
is "$(status entered)" 0 'without targets nothing is counted'
passes 'rmmod succeeds' unload

# Bad parameters
mount_debugfs
while read -r setting error; do
	[ -n "$setting" ] || continue
	is "$("$WORKLOAD/insert" "$SYSTALLY_KO" "$setting")" "$error" \
		"$setting: the load fails with $error"
	is "$(leftovers)" '' "$setting: nothing is left after that"
	loaded && unload
done <<<"$refusals"
is "$("$WORKLOAD/insert" "$SYSTALLY_KO" 'collect=time hook=direct')" \
	EOPNOTSUPP 'hook=direct with collect=time: the load fails'

# Good ones
while read -r setting control value; do
	[ -n "$setting" ] || continue
	# shellcheck disable=SC2046 # several parameters, at their commas
	if [[ $setting == hook=kprobe* ]]; then
		load $(tr , ' ' <<<"$setting")
	else
		load "$setting"
	fi
	got=''
	! loaded || got=$(<"$D/$control")
	[ "$control" != hook ] || got=${got%%[: ]*}
	is "$got" "$value" "$setting: $control reads $value"
	unload
done <<<"$settings"

# Suffixes and their sizes
while read -r value bytes; do
	load "memory_max_bytes=$value"
	is "$(status memory_max_bytes)" "$bytes" \
		"memory_max_bytes=$value is $bytes bytes"
	unload
done <<'END'
4M 4194304
8192K 8388608
1G 1073741824
END

# Parameters alone start counting: no file of debugfs is written
"$WORKLOAD/calls" -s ppid 1009 >"$T/expect" &
pid=$!
wait_for state_is "$pid" T
load enabled=1 collect=time targets="$pid" syscalls=getppid follow=1 threads=0
kill -CONT "$pid"
ended "$pid" "$T/expect"
is "$(compare "$T/expect")" '' \
	'a target that was set by a parameter is counted'

is "$("$WORKLOAD/insert" "$SYSTALLY_KO")" EEXIST \
	'a second load fails with EEXIST'
is "$(settings 'targets|hook')" \
	'enabled=1 collect=time follow=1 syscalls=getppid threads=0 ' \
	'a second load changes no control'

finish
