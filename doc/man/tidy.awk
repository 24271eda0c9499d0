# SPDX-License-Identifier: GPL-2.0-only
#
# Removes from the output of scdoc what mandoc -T lint warns of: paragraph
# macros that have no effect, after a heading and before another macro.

function flush()
{
	if (pending)
		print ".P"
	pending = 0
}

# The title stands in capitals by convention.
/^\.TH / {
	$2 = toupper($2)
}

/^\.P$/ {
	pending = !heading
	next
}

/^\.(SH|SS) / {
	pending = 0
	print
	heading = 1
	next
}

# The space belongs after the end of an indented block, not into it.
/^\.RE/ {
	print
	heading = 0
	next
}

{
	flush()
	print
	heading = 0
}
