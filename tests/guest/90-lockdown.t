#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that is locked down, by integrity and then by confidentiality: what
# was set at load is counted and can be read, nothing can be set any more, and
# the command says why. Must be the last file of its lab: lockdown only ever
# grows, and no module can be loaded after it.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

secure=/sys/kernel/security
mountpoint -q $secure || mount -t securityfs securityfs $secure
if ! grep -q '\[none\]' $secure/lockdown 2>/dev/null; then
	skip_all 'this kernel has no lockdown'
fi
# No file of debugfs that can be written can be read any more
[ ! -e /sys/kernel/debug/kmemleak ] ||
	skip_all 'the look for leaks at the end would be locked out'

# say COMMAND...: what the command says on stderr, its status, what it prints
say() {
	local status

	"$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	echo "$status $(wc -l <"$T/err") $(wc -c <"$T/out")"
}
talk_start storm "$WORKLOAD/storm" -n 1 2
talk_until storm ready
pid=$(said storm process)
need_load "targets=$pid" collect=time
talk_ask storm go going
for level in integrity confidentiality; do
	echo $level >$secure/lockdown
	talk_ask storm pause parked
	is "$(column "$pid" x86-64 getppid count)" \
		"$(storm_total storm "$pid" getppid)" \
		"$level: what was set at load is counted, and can be read"
	is "$("$WORKLOAD/ctlwrite" "$D/reset" 1)" EPERM \
		"$level: nothing can be written"
	said=$(say "$SYSTALLY" run -- true)
	is "$said $(grep -c 'locked down' "$T/err")" '1 1 0 1' \
		"$level: systally run: one line says it" || note "$(<"$T/err")"
	talk_ask storm go going
done
is "$("$SYSTALLY" report 2>&1 >/dev/null | grep -c 'no target')" 0 \
	'report does not guess'
like "$("$SYSTALLY" doctor)" 'lockdown: on [(]confidentiality[)]' 'doctor says it'
talk_ask storm stop stopped
talk_end storm
passes 'it unloads under lockdown' unload
said=$(say "$SYSTALLY" load)
is "$said $(grep -c 'locked down' "$T/err")" '1 1 0 1' \
	'and cannot be loaded any more: one line says why' ||
	note "$(<"$T/err")"
is "$(cat "$D"/* 2>/dev/null)" '' 'so there is nothing to read'
finish
