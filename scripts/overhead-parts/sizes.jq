# SPDX-License-Identifier: GPL-2.0-only
#
# The data for sizes.gp.

# A block for each tool of results.json, with its name as a title, and a line for
# each workload that $kib gives a size: KiB, per cent of untraced.
def blocks($kib): .rows as $rows |
	($rows | reduce .[] as $r ([]; if any(.[]; .tool == $r.tool) then .
		else . + [$r | {tool, name}] end) | .[] |
		select(.tool != "none" and .tool != "none-again")) |
	.tool as $tool | "\"\(.name)\"",
	($rows[] | select(.tool == $tool and $kib[.workload] != null) |
		"\($kib[.workload])\t\(.percent // "NaN")"),
	"", "";
