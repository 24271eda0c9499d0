#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rights: an ordinary user, root of a user or pid namespace, a process that got
# an open file, a machine without debugfs. Nothing leaks, nothing is changed,
# and each error says why.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

results=(counters errors inflight snapshot status)
controls=(enabled collect hook targets follow syscalls threads)
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
# Root of a user namespace, who is user nobody outside of it
inside=("${nobody[@]}" unshare -Ur)

need_load collect=time follow=1
cp "$SYSTALLY" "$T/systally" && chmod 755 "$T" "$T/systally"
debugfs=${D%/systally}

# opens COMMAND...: prints which files COMMAND, a prefix, can open for reading,
# and which for writing
opens() {
	# shellcheck disable=SC2016 # that shell's
	"$@" bash -c 'cd "$0" || exit
		for file; do
			{ exec 3<"$file"; } 2>/dev/null && echo "reads $file"
			{ exec 3>>"$file"; } 2>/dev/null && echo "writes $file"
		done' "$D" README reset "${results[@]}" "${controls[@]}" 2>&1
}

# Modes, however debugfs is mounted
modes() {
	(cd "$D" && stat -c '%a %u:%g %n' -- "$@") | sort
}
is "$(modes "${results[@]}" | cut -d ' ' -f 1,2 | uniq)" '400 0:0' \
	'results are 0400'
is "$(modes "${controls[@]}" | cut -d ' ' -f 1,2 | uniq)" '600 0:0' \
	'controls are 0600'
is "$(modes README reset | xargs)" '200 0:0 reset 444 0:0 README' \
	'README is 0444, reset 0200'
is "$(modes sessions/new)" '400 0:0 sessions/new' 'sessions/new is 0400'
is "$(find "$D" -type f | wc -l)" 16 'there are 16 files'
is "$(stat -c %a "$debugfs")" 700 'debugfs itself is for root only'

# If all users may enter debugfs, they still may not read systally's files.
mount -o remount,mode=755 "$debugfs"
before=$(settings)
is "$(opens "${nobody[@]}" | xargs)" 'reads README' \
	'an ordinary user can read README only'
is "$(opens "${inside[@]}" | xargs)" 'reads README' \
	'root of a user namespace can read README only'
is "$(opens "${inside[@]}" --fork --pid --mount-proc | xargs)" 'reads README' \
	'root of a user and pid namespace can read README only'
is "$(opens | wc -l)" $((2 * 14)) \
	'root can open all files for reading and writing'
for file in targets reset collect; do
	is "$(refused $file 1 -u) $(refused $file 1 -c)" 'EACCES EPERM' \
		"$file: nobody and root without CAP_SYS_ADMIN cannot write"
done
is "$(settings)" "$before" 'no control has changed'

# An open file that is passed on can be read, but not written.
exec 7<"$D/counters" 8<>"$D/targets"
is "$("${nobody[@]}" head -c 4 <&7)" tgid 'counters, passed on: can be read'
like "$("${nobody[@]}" bash -c 'echo all >&8' 2>&1)" 'not permitted' \
	'targets, passed on: cannot be written'
is "$(opens "${nobody[@]}" | xargs) $(
	"${nobody[@]}" bash -c 'exec 3</proc/self/fd/7' 2>&1 |
		grep -c 'Permission denied')" 'reads README 1' \
	'a file passed on cannot be opened again'
exec 7<&- 8>&-
is "$(<"$D/targets")" none 'targets has not changed'
mount -o remount,mode=700 "$debugfs"

# say COMMAND...: prints the status, the lines on stderr, the bytes on stdout
say() {
	local status

	"$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	echo "$status $(wc -l <"$T/err") $(wc -c <"$T/out")"
}
for words in status report 'top -i 1 -d 1' 'run -- true'; do
	# shellcheck disable=SC2086 # words
	said=$(say "${nobody[@]}" "$T/systally" $words)
	is "$said $(grep -c 'root' "$T/err")" '1 1 0 1' \
		"user nobody: systally $words: one line names root, status 1"
done

# In a separate pid namespace, as in a container: written pids are those of the
# namespace, and pids that are read are those of the first namespace.
container() {
	unshare --fork --pid --mount-proc "$@"
}
is "$(container "$WORKLOAD/ctlwrite" "$D/targets" $$)" ESRCH \
	'a container: pids outside of it do not exist'
# shellcheck disable=SC2016 # that shell's
container bash -c 'echo $$ >"$0/targets"
	read -r outside <"$0/targets"
	"$1/calls" plain >"$2"
	echo "$$ $outside"' "$D" "$WORKLOAD" "$T/expect" >"$T/said"
read -r in out <"$T/said"
is "$in" 1 'a container: its shell has pid 1'
at_least "$out" 2 'a container: targets shows the pid outside'
is "$(count all x86-64 getppid)" "$(awk '$3 == "getppid" { print $4 }' \
	"$T/expect")" 'a container: its calls are counted exactly'
ctl targets none
ctl reset 1
said=$(say container "$SYSTALLY" run --format csv -- "$WORKLOAD/calls" plain)
is "${said%% *}" 0 'a container: systally run succeeds'
is "$(awk -F, '/getppid/ { print }' "$T/err" | grep -c 10007)" 1 \
	'a container: systally run counts exactly'

# A process of the host has the same number as one inside.
ctl targets $$
say container "$SYSTALLY" report -p $$ >/dev/null
like "$(<"$T/out")" 'none that -p asks for|nothing was counted' \
	'a container: report -p takes the number of no process outside'
# shellcheck disable=SC2016 # that shell's
container bash -c 'echo $$ >"$0/targets"
	for i in 1 2 3 4 5 6 7; do kill -0 $$; done
	"$1" report -p $$ -b process,syscall -e kill --format csv >"$2/inside"
	"$1" top --session default -p $$ -d 0.2 -i 1 -b process >"$2/watched"' \
	"$D" "$SYSTALLY" "$T"
is "$(awk -F, 'NR > 1 { print $1, $6 }' "$T/inside")" '1 7' \
	'a container: a process has the number that it has there'
is "$(grep -c ' 1  bash' "$T/watched") $(grep -c "$$" "$T/watched")" '0 0' \
	'a container: top --session -p takes numbers of the container'
ctl targets none
ctl reset 1
# shellcheck disable=SC2016 # that shell's
said=$(say container bash -c '"$1/calls" -s ppid 7 >/dev/null &
	"$0" top -p $! -i 100 -b process,syscall & top=$!
	until grep -qs "^targets: 1$" "$2"/sessions/s*/status; do sleep 0.02; done
	kill -CONT %1
	wait $top' "$SYSTALLY" "$WORKLOAD" "$D")
is "${said%% *} $(awk '/getppid/ { print $1 }' "$T/out")" '0 7' \
	'a container: top -p shows its own process'
is "$(grep -c 'are those of this pid namespace' "$T/out")" 1 \
	'a container: says whose process numbers these are'

# Without debugfs
# shellcheck disable=SC2016 # that shell's
without() {
	unshare -m bash -c 'umount -l "$0" && exec "$@"' "$debugfs" "$@"
}
for words in status report 'top -i 1 -d 1' 'run -- true'; do
	# shellcheck disable=SC2086 # words
	said=$(say without "$SYSTALLY" $words)
	is "$said $(grep -c 'mount -t debugfs' "$T/err")" '1 1 0 1' \
		"without debugfs: systally $words: one line says how to mount it"
done

# Without devices, and without /proc and /sys as well, as in a bare chroot:
# what does not need them works, all else is one line.
# shellcheck disable=SC2016 # that shell's
without_devices() {
	unshare -m bash -c 'mount -t tmpfs none /dev && exec "$@"' - "$@"
}
# shellcheck disable=SC2016 # that shell's
without_all() {
	unshare -m bash -c 'mount -t tmpfs none /dev &&
		mount -t tmpfs none /sys && mount -t tmpfs none /proc &&
		exec "$@"' - "$@"
}
# bare PREFIX WORD...: the status and the lines on stderr
bare() {
	local status

	"$1" "$SYSTALLY" "${@:2}" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	echo "$status $(wc -l <"$T/err")"
}
for prefix in without_devices without_all; do
	is "$(bare $prefix --version) $(<"$T/out")" "0 0 $("$SYSTALLY" --version)" \
		"$prefix: systally --version"
	is "$(bare $prefix help top) $(grep -c interval "$T/out")" '0 0 2' \
		"$prefix: systally help top"
	is "$(bare $prefix doctor | cut -d ' ' -f 2) $(grep -c ': ' "$T/out")" \
		"0 $(wc -l <"$T/out")" "$prefix: systally doctor"
done
bare without_all doctor >"$T/said"
is "$(grep -cE '^unknown +(rights|lockdown|signatures|modules|systally):' \
	"$T/out")" 5 'without /proc and /sys: doctor says unknown, not ok'
is "$(bare without_devices status) $(grep -c ^entered "$T/out")" '0 0 1' \
	'without devices: systally status'
for words in status report 'top -i 1 -d 1' 'run -- true' load \
	'needs -t true true'; do
	# shellcheck disable=SC2086 # words
	is "$(bare without_all $words) $(grep -cE 'mount ' "$T/err")" '1 1 1' \
		"without /proc and /sys: systally $words: one line says what to mount"
done

# doctor and root of a user namespace
# shellcheck disable=SC2016 # that shell's
is "$("${nobody[@]}" unshare -Ur "$T/systally" doctor |
	grep -cE '^fail +(rights|debugfs): .*user namespace')" 2 \
	'root of a user namespace: doctor fails where top would'
is "$("${nobody[@]}" unshare -Ur "$T/systally" top -d 1 2>&1 |
	grep -c 'root of a user namespace has no rights')" 1 \
	'root of a user namespace: top says so'
for command in load unload; do
	like "$("${nobody[@]}" "$T/systally" $command 2>&1)" \
		"^systally: cannot $command the module: only root can .*sudo\$" \
		"user nobody: systally $command: one line names root"
done

# No kernel address in any file, while the files have rows
talk_start storm nice -n 19 "$WORKLOAD/storm" 2 2
talk_until storm ready
ctl targets "$(said storm process | xargs)"
ctl syscalls getppid,close
ctl hook kprobe
talk_ask storm go going
# The head, and four rows of two processes
rows_bytes=$((128 + 4 * 72))
# shellcheck disable=SC2317 # wait_for calls it
has_rows() {
	cp "$D/snapshot" "$T/snapshot"
	[ "$(stat -c %s "$T/snapshot")" -ge $rows_bytes ]
}
wait_for has_rows
(cd "$D" && cat README status counters errors inflight "${controls[@]}") \
	>"$T/files"
at_least "$(grep -c getppid "$T/files")" 3 'the files tell of a call'
at_least "$(stat -c %s "$T/snapshot")" $rows_bytes 'the snapshot has rows'
hidden=$(cat "$T/files" /sys/module/systally/parameters/* 2>/dev/null |
	grep -oE '\b(0x)?ffff[0-9a-f]{12}\b' | head -n 3)
is "$hidden" '' 'no kernel address in any file or parameter'
is "$(dmesg | grep systally | grep -oE 'ffff[0-9a-f]{12}')" '' \
	'no kernel address in the log'
is "$(od -An -v -t x8 -w8 "$T/snapshot" | grep -cE '^ ffff[89a-f]')" 0 \
	'no kernel address in the snapshot'
# Users who open, read and write whatever they can
mount -o remount,mode=755 "$debugfs"
hammers=()
for _ in 1 2 3 4; do
	# shellcheck disable=SC2016 # that shell's
	"${nobody[@]}" nice -n 5 bash -c 'cd "$0"
		while :; do
			for file; do
				exec 3<"$file"
				echo all >"$file"
				[ -r "$file" ]
			done 2>/dev/null
			echo * >/dev/null
		done' "$D" README reset "${results[@]}" "${controls[@]}" &
	hammers+=($!)
done
talk_ask storm stop stopped
talk_end storm
ctl hook auto
ctl syscalls all
before=$(settings)
ctl reset 1
workload calls -t plain >"$T/expect"
is "$(compare "$T/expect")" '' \
	'counts are exact while four users try to open, read and write'
kill "${hammers[@]}"
wait "${hammers[@]}" 2>/dev/null
is "$(settings targets)" "${before/targets=* follow/follow}" \
	'these users have changed no control'
mount -o remount,mode=700 "$debugfs"
finish
