# SPDX-License-Identifier: GPL-2.0-only
#
# Makes the data for plot.gp from results.json: two blocks of lines, the cost of
# getppid() and nginx's requests. Fields: colour, value, name.

def block($workload; f): [.rows[] | select(.workload == $workload and
	.tool != "none" and .tool != "none-again") | select(f != null) |
	[(if .tool | startswith("systally") then 1 else 2 end),
		(f * 10 | round / 10), .name]] |
	if . == [] then [[2, 0, "not measured"]] else reverse end | .[] | @tsv;

block("getppid"; .added), "", "", block("nginx"; .percent)
