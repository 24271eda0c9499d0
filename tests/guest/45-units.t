#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The units that people think in: --unit, --container, --user and --name count from
# the first call to the last, live and in recordings, with a real container, setuid
# programs and su.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

need_load
groups=/sys/fs/cgroup
mountpoint -q $groups || mount -t cgroup2 none $groups

# begin OPTIONS...: records what the options ask for, until end
begin() {
	rm -f "$T/record"
	"$SYSTALLY" record "$@" -o "$T/record" 2>"$T/recorder" &
	recorder=$!
	becomes has_rules
}

# Whether the recorder counts: its session has a target or a rule
has_rules() {
	local targets

	for targets in "$D"/sessions/s*/targets; do
		[ -e "$targets" ] && [ "$(head -n 1 "$targets")" != none ] &&
			return 0
	done
	return 1
}

end() {
	kill -TERM $recorder
	wait $recorder
}

# recorded BY: what the recording has of getppid, by that
recorded() {
	"$SYSTALLY" report "$T/record" -b "$1" -e getppid --format csv |
		awk -F, -v column="${2:-1}" 'NR > 1 { print $column ":" $('"${3:-2}"') }' |
		sort | xargs
}

getppids() {
	awk '/^count.*getppid/ { n += $4 } END { print n + 0 }' "$@"
}

# ---- units --------------------------------------------------------------

unit=$groups/system.slice/some.service
session=$groups/user.slice/user-7.slice/user@7.service/app.slice/own.service
mkdir -p $unit/worker $session
# As systemd: a shell in the group becomes the service's program.
serve() {
	local group=$1

	shift
	bash -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$group" "$@"
}
begin --unit some
serve $unit "$WORKLOAD/calls" plain >"$T/one"
serve $unit/worker "$WORKLOAD/churn" 11 3 >"$T/two"
serve $session "$WORKLOAD/calls" plain >/dev/null
"$WORKLOAD/calls" plain >/dev/null
end
is "$(recorded unit)" "some.service:$(getppids "$T/one" "$T/two")" \
	'--unit: all processes of a service, in its groups, and no other'
begin --unit own.service,some.service
serve $session "$WORKLOAD/calls" plain >"$T/three"
serve $unit "$WORKLOAD/churn" 7 2 >"$T/two"
end
is "$(recorded unit)" \
	"own.service:$(getppids "$T/three") some.service:$(getppids "$T/two")" \
	'two units, one of a user'
is "$("$SYSTALLY" report "$T/record" --unit some.service -b syscall \
	-e getppid --format csv | tail -n 1 | cut -d, -f4)" "$(getppids "$T/two")" \
	'report FILE --unit shows one of them'
is "$("$SYSTALLY" report "$T/record" --unit user.slice -b syscall \
	-e getppid --format csv | tail -n 1 | cut -d, -f4)" \
	"$(getppids "$T/three")" 'a slice is a unit, too'
begin --cgroup /system.slice
serve $unit/worker "$WORKLOAD/calls" plain >"$T/one"
end
is "$(recorded cgroup)" "/system.slice/some.service/worker:$(getppids "$T/one")" \
	'--cgroup: all below a path'
like "$("$SYSTALLY" record --unit none -o "$T/record" 2>&1)" \
	"^systally: no unit 'none' runs; " 'an unknown unit'
like "$("$SYSTALLY" top --cgroup /none 2>&1)" '/none' 'an unknown control group'

# In top, live: a row for each unit
serve $unit bash -c 'for ((i = 0; i < 30; i++)); do kill -0 $$; sleep 0.1; done' &
service=$!
"$SYSTALLY" top --unit some -b unit,command -d 1 -i 1 >"$T/top"
kill $service
like "$(cat "$T/top")" 'some.service +bash' 'top --unit shows its rows'
is "$(grep -c -- '- ' "$T/top")" 0 'and no others'

# ---- a container --------------------------------------------------------

# Prints why there can be no container: no crun, or it needs what the kernel lacks.
container_missing() {
	command -v crun >/dev/null || { echo 'no crun'; return; }
	[[ $(uname -r) != *-systally-* ]] || echo 'no BPF for control groups'
}
why=$(container_missing)
if [ -z "$why" ]; then
	mkdir -p "$T/bundle/rootfs/"{bin,proc,dev,sys}
	cp "$WORKLOAD"/{calls,churn,puppet} "$T/bundle/rootfs/bin"
	crun spec --bundle "$T/bundle"
	python3 - "$T/bundle/config.json" <<'END'
import json, sys
with open(sys.argv[1]) as file:
    config = json.load(file)
config['process']['terminal'] = False
config['process']['args'] = ['/bin/puppet']
with open(sys.argv[1], 'w') as file:
    json.dump(config, file)
END
	crun=(crun --cgroup-manager=cgroupfs)
	mkfifo "$T/in"
	exec {puppet}<>"$T/in"
	"${crun[@]}" create --bundle "$T/bundle" box-1 <"$T/in" >"$T/out" ||
		bail 'no container'
	begin --container box-1
	"${crun[@]}" start box-1
	wait_for grep -q ready "$T/out"
	echo 'call 211' >&$puppet
	wait_for grep -q called "$T/out"
	"${crun[@]}" exec box-1 /bin/calls plain >"$T/one"
	"${crun[@]}" exec box-1 /bin/churn 13 3 >"$T/two"
	"$WORKLOAD/calls" plain >/dev/null
	"$SYSTALLY" report -b container -n 1 >/dev/null 2>&1
	end
	is "$(recorded container 1 3)" "box-1:$((211 + $(getppids "$T/one" "$T/two")))" \
		'--container: from the first call on, with processes that begin later'
	is "$("$SYSTALLY" report "$T/record" --container box-1 -b command \
		-e getppid --format csv | awk -F, 'NR > 1 { print $1 }' |
		grep -c '^churn')" 3 'the recording knows the container'
	echo end >&$puppet
	becomes [ -z "$(pgrep -x puppet)" ]
	"${crun[@]}" delete -f box-1
	exec {puppet}>&-
	is "$(recorded container 1 3)" "box-1:$((211 + $(getppids "$T/one" "$T/two")))" \
		'also after it is gone'
else
	skip 'a container' "$why"
fi
id=$(printf '0123456789abcdef%.0s' {1..4})
mkdir -p "$groups/docker/$id"
begin --container "${id:0:12}"
serve "$groups/docker/$id" "$WORKLOAD/calls" plain >"$T/one"
end
is "$(recorded container 1 3)" "$id:$(getppids "$T/one")" \
	'a container by the beginning of its id'
rmdir "$groups/docker/$id" "$groups/docker"

# ---- users --------------------------------------------------------------

name=$(getent passwd 1 | cut -d: -f1)
cp "$WORKLOAD/calls" /tmp/setuid-calls
chown 1 /tmp/setuid-calls
chmod 4755 /tmp/setuid-calls
begin --user "$name"
setpriv --reuid 8 --clear-groups /tmp/setuid-calls plain >"$T/one"
setpriv --reuid 8 --clear-groups "$WORKLOAD/calls" plain >/dev/null
su -s /bin/bash "$name" -c "$WORKLOAD/calls plain" >"$T/two"
end
rm /tmp/setuid-calls
# bash makes no getpriority().
is "$("$SYSTALLY" report "$T/record" -b user -e getpriority --format csv |
	awk -F, 'NR > 1 { print $2, $3 }')" \
	"$name $(awk '/^count.*getpriority/ { n += $4 } END { print n }' \
		"$T/one" "$T/two")" \
	'--user: a setuid program, and what su starts'
like "$("$SYSTALLY" top --user no-such-user 2>&1)" "no user 'no-such-user'" \
	'an unknown user'
is "$("$SYSTALLY" report "$T/record" --user 1 -b user -e getppid --format csv |
	tail -n 1 | cut -d, -f1)" 1 'by number'

# ---- names --------------------------------------------------------------

cp "$WORKLOAD/calls" /tmp/asked-for
begin --name asked-for
(exec -a other /tmp/asked-for plain) >"$T/one"
bash -c 'kill -0 $$; exec /tmp/asked-for plain' >>"$T/one"
(exec -a asked-for "$WORKLOAD/calls" plain) >/dev/null
end
rm /tmp/asked-for
is "$(recorded command)" "asked-for:$(getppids "$T/one")" \
	'--name: from the exec of that program on'
like "$("$SYSTALLY" top --name much-too-long-a-name 2>&1)" '15 bytes' \
	'a name that no process can have'

# ---- combinations -------------------------------------------------------

begin -p $$ --name calls --unit some
serve $unit "$WORKLOAD/churn" 5 2 >"$T/one"
"$WORKLOAD/calls" plain >"$T/two"
end
is "$(recorded exe)" "calls:$(getppids "$T/two") churn:$(getppids "$T/one")" \
	'several options: what any of them asks for'

rmdir $unit/worker $unit $session $groups/system.slice \
	$groups/user.slice/user-7.slice/user@7.service/{app.slice,} \
	$groups/user.slice/{user-7.slice,} 2>/dev/null
finish
