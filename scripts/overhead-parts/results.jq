# SPDX-License-Identifier: GPL-2.0-only
#
# Makes results.json from the lines that `measure` wrote. Every chosen tool and
# workload gets a row, even if it was not measured.

def fields: split("|");
def lines(text): text | split("\n") | map(select(length > 0));
def median: sort | if length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

# The ends of the 95% confidence interval of the median, by the binomial
# distribution of the order statistics; if there are few values, the extremes.
def interval: sort | length as $n |
	if $n < 6 then [.[0], .[-1]]
	else ((($n - 1.96 * ($n | sqrt)) / 2 | floor) | if . < 0 then 0
		else . end) as $k | [.[$k], .[$n - 1 - $k]] end;

[inputs | split("\t")] as $lines |
[lines($tools)[] | fields | {id: .[0], name: .[1]}] as $tools |
[lines($workloads)[] | fields | {id: .[0], name: .[1], unit: .[2]}]
	as $workloads |
[$lines[] | select(.[0] == "run") | {tool: .[1], workload: .[2],
	remark: .[3], values: (.[4] | split(" ") | map(tonumber))}] as $runs |
[$lines[] | select(.[0] == "calls") | {tool: .[1], workload: .[2],
	call: .[3], made: (.[4] | tonumber),
	reported: (if .[5] == "total" then null else .[5] | tonumber end),
	remark: .[6]}] as $calls |
([$lines[] | select(.[0] == "meta" and .[1] == "ended") | .[2]] | join("; "))
	as $ended |
def meta(key): first($lines[] | select(.[0] == "meta" and .[1] == key) |
	.[2]) // "";
def run($tool; $workload): first($runs[] |
	select(.tool == $tool and .workload == $workload)) // null;
def reason($tool; $workload): first($lines[] | select(.[0] == "off" and
	.[1] == $tool and (.[2] == $workload or .[2] == "-")) | .[3]) //
	if $ended == "" then "no result" else "the guest ended, " + $ended end;

{
	format: 1, date: $date, kernel: meta("kernel"),
	kernel_version: meta("version"), cpu: meta("cpu"),
	cpus: (meta("cpus") | tonumber? // null),
	unit: (if $mode == "ns" then "ns" else "instructions" end),
	versions: (lines($versions) | map(split("\t") |
		{(.[0]): (if .[1] == "" then null else .[1] end)}) | add),
	workloads: $workloads,
	rows: [
		$workloads[] as $w | $tools[] as $t |
		run("none"; $w.id) as $none | run($t.id; $w.id) as $run |
		{tool: $t.id, name: $t.name, workload: $w.id} +
		if $run == null then {reason: reason($t.id; $w.id)}
		else {median: ($run.values | median),
			interval: ($run.values | interval),
			values: $run.values} +
			if $run.remark == "" then {} else
				{remark: $run.remark} end
		end |
		if .median == null or $none == null then .
		elif $w.unit == "per call" then
			($none.values | interval) as $n |
			.added = .median - ($none.values | median) |
			.added_interval = [.interval[0] - $n[1],
				.interval[1] - $n[0]]
		else
			($none.values | interval) as $n |
			.percent = 100 * .median / ($none.values | median) |
			.percent_interval = [100 * .interval[0] / $n[1],
				100 * .interval[1] / $n[0]]
		end |
		([$calls[] | select(.tool == $t.id and .workload == $w.id) |
			{call, made, reported} + if .remark == "" then {}
				else {remark} end]) as $c |
		if $c == [] then . else .calls = $c end
	]
}
