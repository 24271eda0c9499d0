#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `systally needs` finds the same calls, and the same number of them, by the
# module, by seccomp and by ptrace. It leaves the
# controls of the default session alone.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

need_load
before=$(settings)
# Calls of x86-64 and of i386, in two processes
# shellcheck disable=SC2016 # sh's
script='"$0" ppid 101; "$1" ppid 7'
for how in module seccomp ptrace; do
	try needs -r 1 -e getppid --discover $how --seccomp "$T/$how.profile" \
		--format json -t true -- sh -c "$script" "$WORKLOAD/calls" \
		"$WORKLOAD/calls32"
	# shellcheck disable=SC2016 # perl's
	is "$got $(perl -MJSON::PP -e '$d = decode_json(<STDIN>);
		print "$$d{found_by} " . @{$$d{features}}' <"$T/out")" \
		"0 $how 1" "needs --discover $how finds the call"
	# shellcheck disable=SC2016 # perl's
	perl -MJSON::PP -e '$d = decode_json(<STDIN>);
		print $$d{features}[0]{calls}' <"$T/out" >"$T/$how.calls"
	perl -MJSON::PP -e 'local $/; $d = decode_json(<STDIN>);
		print map { "$_\n" } sort @{$$d{architectures}},
			map { @{$$_{names}} } @{$$d{syscalls}}' \
		<"$T/$how.profile" >"$T/$how.names"
	at_least "$(<"$T/$how.calls")" 108 "by $how: all calls of both processes"
done
for how in seccomp ptrace; do
	is "$(<"$T/$how.calls")" "$(<"$T/module.calls")" \
		"by $how: as many calls as by the module"
	grep -qx getppid "$T/$how.names"
	ok $? "by $how: the profile has getppid"
	is "$(diff "$T/module.names" "$T/$how.names")" '' \
		"by $how: the same profile as by the module"
done
is "$(settings)" "$before" 'needs leaves the controls alone'
try needs -r 1 -e access --discover module -t true -- true
is "$got $(wc -l <"$T/err")" '0 0' 'the module can be used again'
finish
