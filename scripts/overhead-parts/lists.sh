# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # of the experiment
#
# The tools and workloads of one experiment, the folder $experiment, and what
# scripts/overhead and `measure` read of them. Each experiment has these files:
#
#	tools.sh	tools, lines of ID|title; stap_source, what SystemTap's
#			module is compiled of; start_tool ID, end_tool ID;
#			in_place, whether a tool has its probes; clean_tool;
#			compare_call, which records what a tool reported
#	workloads.sh	workloads, lines of ID|title|unit; groups, those that
#			share a guest; loops, runs and seconds, how often each
#			runs; programs, what has to be built, and made_by, the
#			command that does it; results_in, the folder of the
#			results; is_loop ID, run_loop, start_servers, run_server
#	table.jq	makes results.md of results.json
#	plot.jq, plot.gp	make results.svg of results.json

# shellcheck source=scripts/overhead-parts/calls/tools.sh
. "$parts/$experiment/tools.sh"
# shellcheck source=scripts/overhead-parts/calls/workloads.sh
. "$parts/$experiment/workloads.sh"

tool_ids() {
	sed -n 's/|.*//p' <<<"$tools"
}

workload_ids() {
	sed -n 's/|.*//p' <<<"$workloads"
}
