# SPDX-License-Identifier: GPL-2.0-only
#
# Draws results.svg. Given by -e: data, output, unit, parts.

set terminal svg size 1000,900 font 'sans-serif,13' background '#ffffff'
set output output
set datafile separator tab
# before ranges are set, because these would apply here, too
stats data index 0 using 2 nooutput
costs = STATS_records
stats data index 1 using 2 nooutput
servers = STATS_records
set style fill solid 0.9 noborder
unset key
unset colorbox
set palette defined (1 '#2a7f62', 2 '#b8b8b8')
set cbrange [1:2]
set border 1
set ytics nomirror scale 0 noenhanced
set xtics nomirror
set grid xtics linecolor '#e0e0e0'
set multiplot
set lmargin at screen 0.42
set rmargin at screen 0.93

set tmargin at screen 0.95
set bmargin at screen 0.54
set title 'Added to one getppid(), '.unit
set logscale x
set xrange [9.99:100000]
set yrange [-0.7:costs - 0.3]
# A cost below the start of the scale has no bar, but its figure is shown.
plot data index 0 using (10):0:(10):($2 > 10 ? $2 : 10):($0 - 0.35):($0 + 0.35):1:ytic(3) \
	with boxxyerror palette, \
	'' index 0 using ($2 > 10 ? $2 : 10):0:(sprintf('  %+.1f', $2)) with labels left

unset logscale x
set tmargin at screen 0.46
set bmargin at screen 0.06
set title 'Requests per second of nginx, % of untraced'
set xrange [0:100]
set yrange [-0.7:servers - 0.3]
plot data index 1 using (0):0:(0):2:($0 - 0.35):($0 + 0.35):1:ytic(3) \
	with boxxyerror palette, \
	'' index 1 using 2:0:(sprintf('  %.1f', $2)) with labels left
unset multiplot
