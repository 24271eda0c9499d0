#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tapset systally_group.stp, and top-units, which uses it: calls by control group,
# exactly, and units by their names.

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"

groups=/sys/fs/cgroup
mountpoint -q $groups || mount -t cgroup2 none $groups
service=$groups/system.slice/some.service
own=$groups/user.slice/user-7.slice/user@7.service/app.slice/_own.service
plain="$groups/no unit"
mkdir -p $service/worker $own "$plain" || bail 'no control groups'

# lines PATTERN: calls and unit of the groups whose path matches
lines() {
	awk -v pattern="$1" '$1 ~ /^[0-9]+$/ && $0 ~ pattern { print $1, $2 }' \
		"$T/top-units.out" | sort -k 2
}

stap_start top-units 3600 100
"$WORKLOAD/mover" 3 29 5 $groups/system.slice/some.service/worker $own \
	"$plain" >"$T/said"
"$WORKLOAD/calls" plain >/dev/null
passes 'top-units ends with status 0' stap_end top-units
is "$(stap_complaints top-units)" '' 'it prints no errors'
is "$(lines some.service/worker | cut -d ' ' -f 2)" some.service \
	'the group of a service'
is "$(lines app.slice/_own | cut -d ' ' -f 2)" own.service \
	"a user's own service, without systemd's prefix"
is "$(lines 'no\\\\x20unit|no unit' | cut -d ' ' -f 2)" - 'a group without unit'
# getppid and, half as many, close; a write to move away
for group in $groups/system.slice/some.service/worker $own "$plain"; do
	path=${group#"$groups"}
	calls=$(lines "${path//[^a-z]/.}\$" | cut -d ' ' -f 1)
	made=$(awk -v group="$group" 'index($0, "group " group " ") == 1 {
		print $NF }' "$T/said")
	at_least "$calls" "$made" "at least the getppid() that were made in $path"
	at_least $((2 * made + 300)) "$calls" 'and not many more'
done
rmdir $service/worker $service $own "$plain"
finish
