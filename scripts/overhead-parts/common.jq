# SPDX-License-Identifier: GPL-2.0-only
#
# What the experiments' table.jq have in common: figures, and tables of them.
# $all is what results.json has.

def digits($n): . as $x | pow(10; $n) as $p | ($x * $p | round + 0) as $r |
	(if $r < 0 then -$r else $r end | tostring) as $s |
	(if ($s | length) <= $n then "0" * ($n + 1 - ($s | length)) + $s else $s
		end) as $s |
	(if $r < 0 then "-" else "" end) + $s[:-$n] + "." + $s[-$n:];
def signed($n): digits($n) | if startswith("-") then . else "+" + . end;
def percent: if . == null then "–" else digits(1) + "%" end;
def cells: "| " + join(" | ") + " |";
# The head of a table; the first column is aligned left
def head: cells, "| --- |" + " ---: |" * (length - 1);

def exact($all): $all.unit == "instructions";
def row($all; $tool; $workload): first($all.rows[] |
	select(.tool == $tool and .workload == $workload)) // {};
def tools($all): reduce $all.rows[] as $r ([];
	if any(.[]; .tool == $r.tool) then . else . + [$r | {tool, name}] end);
# The workloads that have a cost per call, or those that do not
def wanted($all; $per_call): [$all.workloads[] |
	select((.unit == "per call") == $per_call)];
# Why single figures are missing, for tools that have others
def partial($all): [$all.rows[] | . as $r | select(.reason != null and
	any($all.rows[]; .tool == $r.tool and .median != null)) |
	"- " + .name + ", " + .workload + ": " + .reason];
def remarks($all): [tools($all)[] as $t | [$all.rows[] |
	select(.tool == $t.tool and .remark != null) | .remark] | unique |
	select(length > 0) | "- " + $t.name + ": " + join(", ")];
def range($all; $pair; f): if exact($all) then "" else
	" (" + ($pair[0] | f) + " to " + ($pair[1] | f) + ")" end;

def figure($all): if .added != null then
		if .tool == "none" then .median | digits(1)
		else (.added | signed(1)) +
			range($all; .added_interval; signed(1)) end
	elif .percent != null then
		if .tool == "none" then (.median | round | tostring)
		else (.percent | percent) +
			range($all; .percent_interval; percent) end
	elif .median != null then .median | digits(1)
	else "not measured" end;

# The figures of the workloads $list, a line for each tool
def table($all; $list): if ($list | length) == 0 then empty else
	(["tool"] + [$list[].name] | head),
	(tools($all)[] as $t | [$list[] as $w | row($all; $t.tool; $w.id)]
		as $rows |
		if all($rows[]; .reason != null) then
			[$t.name, "not measured: " + $rows[0].reason] +
				[$rows[1:][] | "–"]
		else [$t.name] + [$rows[] | figure($all)] end | cells) end;

# What a server loses with a tool, in per cent
def share($all; $tool; $workload):
	(row($all; $tool; $workload).percent) as $p |
	if $p == null then "–" else
	($p - 100 | if . > -0.05 and . < 0.05 then "0.0%"
		else signed(1) + "%" end) end;

# How many of the calls that a loop made the tool reported
def call($all; $tool; $workload; $call):
	first(row($all; $tool; $workload).calls // [] | .[] |
		select(.call == $call)) // null |
	if . == null then "–"
	elif .reported == null then "tells no calls apart"
	elif .reported == .made then "all \(.made)"
	else "\(.reported) of \(.made) (" +
		(100 * .reported / .made | digits(1)) + "%)" +
		if .remark then ": " + .remark else "" end end;

# What stands above the tables
def heading($all; $title; $command; $readme):
	"# " + $title,
	"",
	"Written by `\($command)`; not to be edited. [README.md](\($readme)) says how it",
	"is measured.",
	"",
	"- Linux \($all.kernel), \($all.kernel_version); \($all.cpus) CPU(s), \($all.cpu)",
	"- \($all.date)",
	(if exact($all) then "- In the lab: instructions, as counted by QEMU, one per guest nanosecond"
		else "- On a real machine: nanoseconds; in brackets the 95% confidence interval" end),
	"- " + ([$all.versions | to_entries[] |
		.key + " " + (.value // "not installed")] | join(", ")),
	"";

# A heading, a paragraph and lines; nothing without lines
def section($title; $text; lines): [lines] | if length > 0 then
	"## " + $title, "", ($text | select(. != "") | ., ""), .[], ""
	else empty end;
