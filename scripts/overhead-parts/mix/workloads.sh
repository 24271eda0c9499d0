# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # measure uses and sets them
#
# The workloads of the experiment with Go: a loop of known calls, and a web server
# with bodies of several sizes. On a real machine, wrk has the parameters of the
# published experiment: ten threads and 100 connections. In the lab, the handshakes
# of these would take longer than a run.

# ID|title of the column|unit
workloads='
loop|TLS write, TLS read and getppid()|per call
https-1k|HTTPS, 1 KiB|requests/s
https-16k|HTTPS, 16 KiB|requests/s
https-256k|HTTPS, 256 KiB|requests/s
http-1k|HTTP, 1 KiB|requests/s
http-16k|HTTP, 16 KiB|requests/s
http-256k|HTTP, 256 KiB|requests/s
'
# The workloads of each guest
groups='loop https-1k,https-16k,https-256k http-1k,http-16k,http-256k'
programs=(loops mix) made_by='make bench-mix' results_in=/mix

loops=5 runs=3 seconds=1 threads=1 connections=10
[ -z "${SYSTALLY_REAL:-}" ] ||
	loops=20 runs=10 seconds=10 threads=10 connections=100

go_program=${WORKLOAD:-}/mix

is_loop() {
	[ "$1" = loop ]
}

# run_loop WORKLOAD LOOPS CALLS: with its output in $T/loop.said
run_loop() {
	"${pin[@]}" "${wrap[@]}" "$go_program" loops "$2" "$3" >"$T/loop.said"
}

# The process of the server that tools look at; empty if there is no server
looked_at=''
serving=''
declare -A port=([http]=18447 [https]=18446)

# start_servers WORKLOAD...: starts the server. Without a workload for it, it runs
# without a load, so that `trapped` can look at its code. Sets base_cost, the cost
# of a call.
start_servers() {
	serving=1
	serve || say "$why"
	base_cost=$(call_cost)
	[ "$*" != loop ] || serving='' server_pids='' looked_at=''
}

# serve [PREFIX...]: starts the server, as an argument of PREFIX
serve() {
	"$@" "$go_program" serve "${port[http]}" "${port[https]}" \
		>"$T/server.said" 2>&1 &
	server=$!
	wait_for listens "${port[https]}" || {
		off "the server did not start: $(head -n 1 "$T/server.said")"
		return
	}
	# PREFIX, if there is one, has it as its child.
	looked_at=$server
	[ $# = 0 ] || looked_at=$(first_child "$server")
	server_pids=" $looked_at"
}

# restart_servers [PREFIX...]: if the server has a load, ends it and starts it so
restart_servers() {
	[ -n "$serving" ] || return 0
	if [ -n "$server_pids" ]; then
		kill "$looked_at"
		wait "$server" || :
		server_pids=''
	fi
	cold=1
	serve "$@"
}

# run_server WORKLOAD: runs the load once and prints its requests per second;
# nothing if it fails
run_server() {
	have wrk && run_wrk "$threads" "$connections" \
		"${1%-*}://127.0.0.1:${port[${1%-*}]}/${1#*-}"
}
