# SPDX-License-Identifier: GPL-2.0-only
#
# The data for sizes.gp.

# A block for each tool of results.json, with its name as a title, and a line for
# each workload that $kib gives a size: KiB, per cent of untraced. Nothing if no
# such workload was measured.
def blocks($kib): .rows as $rows |
	select(any($rows[]; $kib[.workload] != null and .percent != null)) |
	($rows | reduce .[] as $r ([]; if any(.[]; .tool == $r.tool) then .
		else . + [$r | {tool, name}] end) | .[] |
		select(.tool != "none" and .tool != "none-again")) |
	.tool as $tool | select(any($rows[]; .tool == $tool and
		.percent != null)) |
	"\"\(.name)\"",
	($rows[] | select(.tool == $tool and $kib[.workload] != null) |
		"\($kib[.workload])\t\(.percent // "NaN")"),
	"", "";
