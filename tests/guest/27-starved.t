#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every memory allocation fails once, one after the other: while the module
# loads, while settings are changed, and while results are read. Each time, the
# operation succeeds, or fails with ENOMEM and changes nothing.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

mount_debugfs
injected=/sys/kernel/debug
if [ ! -e /proc/self/fail-nth ] || [ ! -d $injected/failslab ]; then
	skip_all 'this kernel cannot fail allocations on demand'
fi

for attribute in failslab/ignore-gfp-wait fail_page_alloc/ignore-gfp-wait \
	fail_page_alloc/ignore-gfp-highmem; do
	echo N >$injected/$attribute
done
# Not single pages: vmalloc() allocates hundreds of them. It also fails when it
# gets no memory from a slab for their list.
echo 1 >$injected/fail_page_alloc/min-order
# tests/lab/run excludes allocations of kmemleak and the like.
echo Y >$injected/failslab/cache-filter
echo 0 >$injected/failslab/verbose
echo 0 >$injected/fail_page_alloc/verbose
traces_expected
# The kernel warns when jump labels get no memory, before the module's code
# runs.
echo 0 >/proc/sys/kernel/panic_on_warn
# shellcheck disable=SC2034 # splat_lines uses it
forgiven=jump_label_module_notify

# results: which results there were, and how often
results() {
	awk '$1 != "done" { print $2 }' "$T/starved" | sort | uniq -c | xargs
}

total=0 well=ok
# starved NAME WHAT...: two tests. In the last try no allocation fails, and the
# result is $well.
starved() {
	local name=$1 times

	shift
	"$WORKLOAD/starve" "$@" >"$T/starved" 2>&1
	times=$(sed -n 's/^done //p' "$T/starved")
	note "$name: $(results)"
	is "$(awk '$1 != "done" { print $2 }' "$T/starved" | tail -n 1)" $well \
		"$name: $well when no allocation fails"
	is "$(grep -vE "^[0-9]+ ($well|ENOMEM|EAGAIN)\$|^done" "$T/starved")" '' \
		"$name: the same, or ENOMEM, when one fails"
	total=$((total + times))
}

# With this parameter, the last ENOMEM comes from the module's first allocation.
# The kernel's own allocations before it are the same in every load.
well=EINVAL
starved 'a load that is refused' load "$SYSTALLY_KO" memory_max_bytes=refused
well=ok
first=$(awk '$2 == "ENOMEM" { nth = $1 } END { print nth }' "$T/starved")
[ -n "$first" ] || bail 'no allocation of a load has failed'
starved 'load' load "$SYSTALLY_KO" '' "$first"
starved 'load, all of it' load "$SYSTALLY_KO" \
	"hook=kprobe collect=hist targets=all follow=1 syscalls=$filter" "$first"
starved 'load with the direct hook' load "$SYSTALLY_KO" \
	'hook=direct targets=all' "$first"
starved 'load with targets' load "$SYSTALLY_KO" "targets=$$,1 threads=1" \
	"$first"

need_load follow=1
before=$(settings)
# control VALUE, and back
while read -r control value back; do
	starved "$control: $value" write "$D/$control" "$value"
	ctl "$control" "$back"
done <<END
targets $$ none
targets all none
collect hist count
hook kprobe auto
hook tracepoint auto
syscalls $filter all
threads 1 0
enabled 0 1
reset 1 1
END
is "$(settings)" "$before" 'all settings can be restored'

ctl targets $$
ctl collect hist
talk_start native nice -n 19 "$WORKLOAD/storm" 1 2
talk_until native ready
pid=$(said native process)
ctl targets "$pid"
ctl reset 1
talk_ask native go going
for file in counters snapshot errors inflight status; do
	starved "$file" read "$D/$file"
done
talk_ask native stop stopped
talk_end native
is "$(count "$pid" x86-64 getppid)" "$(storm_total native all getppid)" \
	'calls made meanwhile are counted exactly'
is "$("$WORKLOAD/snapread")" 'ok 1' 'the snapshot adds up'
verdict starved "$total" 'allocations that failed'
storms_finish
echo 1 >/proc/sys/kernel/panic_on_warn
traces_forget
