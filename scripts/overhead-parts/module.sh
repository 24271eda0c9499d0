# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # measure uses and sets them
#
# How `measure` loads the module, and makes sure that it counts as it is told to.

# insert PARAMETER...: loads the module, and checks that the parameters apply
insert() {
	local word file got

	cp "$SYSTALLY_KO" "$T/systally.ko"
	insmod "$T/systally.ko" "$@" 2>"$T/err" || {
		off "not supported by this module: $*" \
			"($(first_error))"
		return
	}
	for word; do
		file=${word%%=*} got=${word#*=}
		case $word in
		# the kernel ignores parameters that it does not know
		selective=*)
			modinfo -p "$T/systally.ko" | grep -q "^$file:" ||
				got='no such parameter'
			;;
		collect=*) got=$(cat "$D/collect") ;;
		# It reads "WANTED: USED (WHY)".
		hook=*)
			got=$(cat "$D/hook")
			[[ $got != "${word#*=}: ${word#*=} "* ]] ||
				got=${word#*=}
			;;
		esac
		[ "$got" = "${word#*=}" ] || {
			eject
			off "with $word, $file is $got"
			return
		}
	done
	remark="state $(state)"
}

state() {
	sed -n 's/^state: *//p' "$D/status"
}

is_selective() {
	[ "$(state)" = selective ]
}

# insert_selective PARAMETER...: loads the module with a target, and waits until
# only targets pass the hook: the guard against other tracers takes a second
insert_selective() {
	insert "$@" "targets=$other" || return
	wait_for is_selective || {
		off "not selective: $(sed -n 's/^selective: *//p' "$D/status")"
		eject
		return 1
	}
	remark="state $(state)"
}

eject() {
	[ ! -d /sys/module/systally ] || rmmod systally
}
