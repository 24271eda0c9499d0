# SPDX-License-Identifier: GPL-2.0-only
#
# Draws results.svg of an experiment with several sizes: one panel below another,
# with a line for each tool. Loaded by an experiment's plot.gp, which sets panels,
# their number, and title(panel). Each panel has the same number of blocks of data.

set terminal svg size 1000,40 + 380 * panels font 'sans-serif,13' background '#ffffff'
set output output
set datafile separator tab
tools = int(system("grep -c '^\"' ".data)) / panels
set border 3
set lmargin at screen 0.06
set rmargin at screen 0.55
set xtics nomirror ('1' 1, '2' 2, '4' 4, '16' 16, '128' 128, '256' 256)
set xlabel 'KiB'
set ytics nomirror
set grid ytics linecolor '#e0e0e0'
set logscale x
set xrange [0.9:290]
set yrange [0:105]
set key at screen 0.57, graph 1 left top Left reverse noenhanced
set style data linespoints
set colorsequence podo
set multiplot layout panels, 1
do for [panel = 0:panels - 1] {
	set title title(panel) offset character 0,-0.5
	plot for [tool = 0:tools - 1] data index panel * tools + tool using 1:2 \
		linewidth 2 pointtype tool + 4 title columnheader(1)
}
unset multiplot
