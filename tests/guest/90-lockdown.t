#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel under lockdown, level integrity and then confidentiality: counting
# goes on as set at load, and results can be read, but nothing can be set, and
# the command says why. Must be the last file of its lab: lockdown cannot be
# lifted, and no module can be loaded under it.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

secure=/sys/kernel/security
mountpoint -q $secure || mount -t securityfs securityfs $secure
if ! grep -q '\[none\]' $secure/lockdown 2>/dev/null; then
	skip_all 'this kernel has no lockdown'
fi
# Under lockdown, kmemleak's file cannot be read.
[ ! -e /sys/kernel/debug/kmemleak ] ||
	skip_all 'kmemleak could not be read at the end'

# say COMMAND...: prints the status, the lines on stderr, the bytes on stdout
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
		"$level: the target set at load is counted exactly"
	is "$("$WORKLOAD/ctlwrite" "$D/reset" 1)" EPERM \
		"$level: controls cannot be written"
	said=$(say "$SYSTALLY" run -- true)
	is "$said $(grep -c 'locked down' "$T/err")" '1 1 0 1' \
		"$level: systally run says in one line that the kernel is locked down" || note "$(<"$T/err")"
	talk_ask storm go going
done
is "$("$SYSTALLY" report 2>&1 >/dev/null | grep -c 'no target')" 0 \
	'report does not blame missing targets'
like "$("$SYSTALLY" doctor)" 'lockdown: on [(]confidentiality[)]' \
	'doctor says that lockdown is on'
talk_ask storm stop stopped
talk_end storm
passes 'the module unloads under lockdown' unload
said=$(say "$SYSTALLY" load)
is "$said $(grep -c 'locked down' "$T/err")" '1 1 0 1' \
	'systally load fails in one line that says why' ||
	note "$(<"$T/err")"
is "$(cat "$D"/* 2>/dev/null)" '' 'without the module there is nothing to read'
finish
