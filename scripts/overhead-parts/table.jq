# SPDX-License-Identifier: GPL-2.0-only
#
# Makes results.md from results.json.

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

. as $all | (.unit == "instructions") as $exact |
def row($tool; $workload): first($all.rows[] |
	select(.tool == $tool and .workload == $workload)) // {};
def tools: reduce $all.rows[] as $r ([]; if any(.[]; .tool == $r.tool) then .
	else . + [$r | {tool, name}] end);
def wanted($unit): [$all.workloads[] | select((.unit == "per call") == $unit)];
# Why single figures are missing, for tools that have others
def partial: [$all.rows[] | . as $r | select(.reason != null and
	any($all.rows[]; .tool == $r.tool and .median != null)) |
	"- " + .name + ", " + .workload + ": " + .reason];
def remarks: [tools[] as $t | [$all.rows[] | select(.tool == $t.tool and
	.remark != null) | .remark] | unique | select(length > 0) |
	"- " + $t.name + ": " + join(", ")];
def range($pair; f): if $exact then "" else
	" (" + ($pair[0] | f) + " to " + ($pair[1] | f) + ")" end;

def figure: if .added != null then
		if .tool == "none" then .median | digits(1)
		else (.added | signed(1)) + range(.added_interval; signed(1)) end
	elif .percent != null then
		if .tool == "none" then (.median | round | tostring)
		else (.percent | percent) + range(.percent_interval; percent) end
	elif .median != null then .median | digits(1)
	else "not measured" end;

def table($list): if ($list | length) == 0 then empty else
	(["tool"] + [$list[].name] | head),
	(tools[] as $t | [$list[] as $w | row($t.tool; $w.id)] as $rows |
		if all($rows[]; .reason != null) then
			[$t.name, "not measured: " + $rows[0].reason] +
				[$rows[1:][] | "–"]
		else [$t.name] + [$rows[] | figure] end | cells) end;

def share($tool): (row($tool; "nginx").percent) as $p |
	if $p == null then "–" else
	($p - 100 | if . > -0.05 and . < 0.05 then "0.0%" else signed(1) + "%"
		end) end;

def call_figure: if . == null then "–"
	elif .reported == null then "tells no calls apart"
	elif .reported == .made then "all \(.made)"
	else "\(.reported) of \(.made) (" +
		(100 * .reported / .made | digits(1)) + "%)" +
		if .remark then ": " + .remark else "" end end;
def call($tool; $workload; $call): first(row($tool; $workload).calls // [] |
	.[] | select(.call == $call)) // null | call_figure;

# The limits of the costs in the lab
def bounds: [
	["systally-idle", "getppid", 0], ["systally-count", "getppid", 95],
	["systally-time", "getppid", 190], ["systally-hist", "getppid", 215],
	["systally-direct", "getppid", 50],
	["systally-direct-target", "getppid", 50],
	["systally-bystander", "getppid", 0],
	["systally-bystander-time", "getppid", 0],
	["systally-bystander-hist", "getppid", 0],
	["systally-count", "nginx", 99.4], ["systally-all", "nginx", 99.4],
	["systally-direct", "nginx", 99.4],
	["systally-direct-target", "nginx", 99.4],
	["systally-bystander", "nginx", 100]
];
def bound: . as [$tool, $workload, $limit] | row($tool; $workload) |
	select(.tool != null) |
	[.name + ", " + .workload] +
	if $workload == "nginx" then
		["at least \($limit | percent)", figure,
		(if .percent == null then "not measured"
			elif (.percent * 10 | round) >= $limit * 10 then "yes"
			else "**no**" end)]
	else
		["at most \($limit | signed(1))", figure,
		(if .added == null then "not measured"
			elif (.added * 10 | round) <= $limit * 10 then "yes"
			else "**no**" end)]
	end;

"# What tools add to system calls, and what they report",
"",
"Written by `make bench`; not to be edited. [README.md](README.md) says how it",
"is measured.",
"",
"- Linux \(.kernel), \(.kernel_version); \(.cpus) CPU(s), \(.cpu)",
"- \(.date)",
(if $exact then "- In the lab: instructions, as counted by QEMU, one per guest nanosecond"
	else "- On a real machine: nanoseconds; in brackets the 95% confidence interval" end),
"- " + ([.versions | to_entries[] | .key + " " + (.value // "not installed")] |
	join(", ")),
"",
(if any(wanted(false)[]; .id == "nginx") then
"## nginx: no effect, another process, everything",
"",
"Requests per second of nginx under wrk, against untraced. The first line is",
"the published experiment that made this comparison; it is another machine's.",
"",
(["", "traces nothing", "traces another process", "traces all"] | head),
(["published: eBPF syscount", "0.0%", "-9.2%", "-18.5%"] | cells),
(["libbpf-tools syscount", "–", share("syscount-pid"), share("syscount")] |
	cells),
(["bpftrace", "–", share("bpftrace-pid"), share("bpftrace")] | cells),
(["systally", share("systally-idle"), share("systally-bystander"),
	share("systally-direct")] | cells),
(["systally, without the direct hook", share("systally-idle"),
	share("systally-bystander"), share("systally-all")] | cells),
"" else empty end),
(if (wanted(true) | length) > 0 then
"## Added to a call",
"",
"The first line is the call untraced, in \(.unit); the others say how much more",
"one call takes.",
"",
table(wanted(true)),
"",
"## Calls reported",
"",
"Of the calls that the loops made, how many the tool reported by their name",
"and, where it can, for their process.",
"",
(["tool", "getppid()", "read(), of 1 byte",
	"getpgid() of a 32-bit program"] | head),
(tools[] | [.name, call(.tool; "getppid"; "getppid"),
	(call(.tool; "rw"; "read") | if . == "–" then "" else . end) +
	(call(.tool; "rw"; "read+write") | if . == "–" then "" else
		. + " with write()" end) | if . == "" then "–" else . end] as $c |
	(call(.tool; "getpgid32"; "getpgid")) as $g |
	select([$c[1:][], $g] | any(.[]; . != "–")) |
	$c + [$g] | cells),
"" else empty end),
(if (wanted(false) | length) > 0 then
"## Servers, against untraced",
"",
"The first line is what they do untraced, per second.",
"",
table(wanted(false)),
"" else empty end),
(if (partial | length) > 0 then
"## Not measured", "", partial[], "" else empty end),
(if (remarks | length) > 0 then
"## Remarks of systally", "", remarks[], "" else empty end),
(if $exact then
"## What must hold", "",
(["what", "bound", "measured", "holds"] | head),
(bounds[] | bound | cells), "" else empty end)
