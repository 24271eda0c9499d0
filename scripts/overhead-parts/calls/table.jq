# SPDX-License-Identifier: GPL-2.0-only
#
# Makes results.md from results.json.

include "common";

. as $all |
def lost($tool): share($all; $tool; "nginx");
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
def bound: . as [$tool, $workload, $limit] | row($all; $tool; $workload) |
	select(.tool != null) |
	[.name + ", " + .workload] +
	if $workload == "nginx" then
		["at least \($limit | percent)", figure($all),
		(if .percent == null then "not measured"
			elif (.percent * 10 | round) >= $limit * 10 then "yes"
			else "**no**" end)]
	else
		["at most \($limit | signed(1))", figure($all),
		(if .added == null then "not measured"
			elif (.added * 10 | round) <= $limit * 10 then "yes"
			else "**no**" end)]
	end;

heading($all; "What tools add to system calls, and what they report"; $command; $readme),
(if any(wanted($all; false)[]; .id == "nginx") then
"## nginx: no effect, another process, everything",
"",
"Requests per second of nginx under wrk, against untraced. The first line is",
"the published experiment that made this comparison; it is another machine's.",
"",
(["", "traces nothing", "traces another process", "traces all"] | head),
(["published: eBPF syscount", "0.0%", "-9.2%", "-18.5%"] | cells),
(["libbpf-tools syscount", "–", lost("syscount-pid"), lost("syscount")] |
	cells),
(["bpftrace", "–", lost("bpftrace-pid"), lost("bpftrace")] | cells),
(["systally", lost("systally-idle"), lost("systally-bystander"),
	lost("systally-direct")] | cells),
(["systally, without the direct hook", lost("systally-idle"),
	lost("systally-bystander"), lost("systally-all")] | cells),
"" else empty end),
(if (wanted($all; true) | length) > 0 then
"## Added to a call",
"",
"The first line is the call untraced, in \(.unit); the others say how much more",
"one call takes.",
"",
table($all; wanted($all; true)),
"",
"## Calls reported",
"",
"Of the calls that the loops made, how many the tool reported by their name",
"and, where it can, for their process.",
"",
(["tool", "getppid()", "read(), of 1 byte",
	"getpgid() of a 32-bit program"] | head),
(tools($all)[] | [.name, call($all; .tool; "getppid"; "getppid"),
	(call($all; .tool; "rw"; "read") | if . == "–" then "" else . end) +
	(call($all; .tool; "rw"; "read+write") | if . == "–" then "" else
		. + " with write()" end) | if . == "" then "–" else . end] as $c |
	(call($all; .tool; "getpgid32"; "getpgid")) as $g |
	select([$c[1:][], $g] | any(.[]; . != "–")) |
	$c + [$g] | cells),
"" else empty end),
(if (wanted($all; false) | length) > 0 then
"## Servers, against untraced",
"",
"The first line is what they do untraced, per second.",
"",
table($all; wanted($all; false)),
"" else empty end),
section("Not measured"; ""; partial($all)[]),
section("Remarks of systally"; ""; remarks($all)[]),
(if exact($all) then
"## What must hold", "",
(["what", "bound", "measured", "holds"] | head),
(bounds[] | bound | cells), "" else empty end)
