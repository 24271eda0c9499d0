# SPDX-License-Identifier: GPL-2.0-only
#
# Compares the calls that a workload has printed (see workload.h) with counters,
# errors and status. Prints one line for each difference. No call may be counted
# meanwhile. compare() of lib.sh sets `file` before each input, `hook` and
# `collect` from the controls, `expected` if there is a workload, and `beyond`
# if the kernel calls a function for numbers beyond its table.

function differ(what, got, wanted)
{
	if (got != wanted)
		printf "%s: %.0f instead of %.0f\n", what, got, wanted
}

BEGIN {
	by_number = hook ~ /^(kprobe|direct)/
	# The sites of all calls have the function of numbers without a call, too.
	if (hook ~ /^direct/ && sites && filter == "all" && beyond)
		by_number = 0
	timed = collect ~ /^(time|hist)/
}

file == "expected" {
	if ($1 == "count" || $1 == "entry" || $1 == "comm")
		said = 1
	if ($1 == "died")
		print "a workload failed: " $2 " " $3 " " $4
}

file == "expected" && $1 == "comm" {
	by_comm[$2 " " $3 " " $4] = $5
}

file == "expected" && ($1 == "count" || $1 == "entry") {
	# A number that leads to no function is invisible to these
	unseen[$2 " " $3] = by_number && $1 == "entry"
	calls[$2 " " $3] += unseen[$2 " " $3] ? 0 : $4
	names[$3] = 1
}

file == "expected" && $1 == "denied" {
	# Known only where all entries and all exits are seen
	if (timed && hook !~ /^(kprobe|direct)/ &&
	    ($3 != "out_of_range" || filter == "all"))
		denied["denied." $2 "." $3 ":"] += $4
}

file == "expected" && $1 == "error" {
	failed[$2 " " $3] += $5
	errno[$2 " " $3 " " $4] += $5
}

file == "counters" {
	# its first line names the columns
	if (!columns) {
		columns = NF
		for (i = 1; i <= NF; i++)
			at[$i] = i
		next
	}
	if (NF != columns) {
		print "counters: " NF " columns in: " $0
		next
	}
	key = $at["abi"] " " $at["name"]
	got_calls[key] += $at["count"]
	got_failed[key] += $at["errors"]
	got_comm[$at["comm"] " " key] += $at["count"]
	rows += $at["count"]
	got_names[key] = $at["name"]
	if (!$at["count"])
		print "a row without calls: " $0
	if ($at["errors"] > $at["count"])
		print "more errors than calls: " $0
	if ($at["max_ns"] > $at["total_ns"])
		print "max over total: " $0
	# Both are rounded down from clock units.
	if ($at["total_ns"] > ($at["max_ns"] + 1) * $at["count"])
		print "total over count times max: " $0
	if (!timed && ($at["errors"] || $at["total_ns"] || $at["max_ns"]))
		print "times in collect=count: " $0
}

file == "errors" {
	if (!error_columns) {
		error_columns = NF
		for (i = 1; i <= NF; i++)
			error_at[$i] = i
		next
	}
	if ($0 ~ /^#/)
		next
	key = $error_at["abi"] " " nr_name[$error_at["abi"] " " \
		$error_at["nr"]]
	got_errno[key " " $error_at["errno"]] += $error_at["count"]
	got_errors[key] += $error_at["count"]
	if (!timed)
		print "errors in collect=count: " $0
}

file == "counters" && columns {
	nr_name[$at["abi"] " " $at["nr"]] = $at["name"]
}

file == "status" {
	value[$1] = $2
}

END {
	for (key in calls) {
		differ(key, got_calls[key], calls[key])
		differ(key " failed", got_failed[key],
		       timed && !unseen[key] ? failed[key] : 0)
	}
	for (key in errno) {
		split(key, part, " ")
		differ("errors: " key, got_errno[key],
		       timed && !unseen[part[1] " " part[2]] ? errno[key] : 0)
	}
	for (key in got_errno) {
		split(key, part, " ")
		if (!(key in errno) && (part[1] " " part[2]) in calls)
			print "errors: " key ": " got_errno[key] ", none wanted"
	}
	# A call must not appear under another ABI, either
	for (key in got_names)
		if (got_names[key] in names && !(key in calls))
			print key ": " got_calls[key] ", none wanted"
	for (key in by_comm)
		differ(key, got_comm[key], by_comm[key])
	for (key in got_errors)
		differ("errors of " key, got_errors[key], got_failed[key])
	differ("status: entered",
	       value["entered:"], value["tallied:"] + value["unattributed:"])
	differ("status: unattributed", value["unattributed:"], 0)
	differ("status: tallied", value["tallied:"], rows)
	differ("status: untimed", value["untimed:"], 0)
	differ("status: kprobe_missed", value["kprobe_missed:"], 0)
	for (key in denied) {
		all_denied += denied[key]
		differ("status: " key, value[key] + 0, denied[key])
	}
	differ("status: denied", value["denied:"] + 0, all_denied + 0)
	if (!("entered:" in value) || !columns || !error_columns)
		print "counters, errors or status: no lines"
	if (expected && !said)
		print "the workload has said nothing of its calls"
}
