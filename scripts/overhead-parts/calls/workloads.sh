# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # measure uses and sets them
#
# The workloads of the comparison of system calls: loops of one call, and servers.

# ID|title of the column|unit. A loop has a cost per call, a server has a number
# of requests per second.
workloads='
getppid|getppid()|per call
rw|read and write of 1 byte|per call
getpgid32|getpgid() of a 32-bit program|per call
nginx|nginx under wrk|requests/s
redis|redis under redis-benchmark|requests/s
iperf|iperf3 on loopback|bit/s
'
# The workloads of each guest. All servers of a group run all the time.
groups='getppid,rw,getpgid32 nginx redis,iperf'

programs=(loops loops32) made_by='make bench' results_in=''

# On a real machine there are noise and caches; in the lab all runs are equal.
loops=5 runs=3 seconds=1 redis_requests=10000
[ -z "${SYSTALLY_REAL:-}" ] ||
	loops=20 runs=10 seconds=5 redis_requests=20000

is_loop() {
	case $1 in
	getppid | rw | getpgid32) ;;
	*) return 1 ;;
	esac
}

# ---- loops --------------------------------------------------------------

# run_loop WORKLOAD LOOPS CALLS: runs `loops`, with its output in
# $T/WORKLOAD.said; and one that makes none of these calls, in $T/WORKLOAD.idle
run_loop() {
	local program=$WORKLOAD/loops call=$1

	case $1 in
	*32) program=${program}32 call=${1%32} ;;
	esac
	"${pin[@]}" "${wrap[@]}" "$program" "${loop_args[@]}" "$call" "$2" \
		"$3" >"$T/$1.said" &&
		"$program" "$call" 0 "$3" >"$T/$1.idle"
}

# ---- servers ------------------------------------------------------------

# start_servers WORKLOAD...: starts the servers among them; sets server_pids,
# other, a process that is no workload, and base_cost, the cost of a call
start_servers() {
	local workload

	sleep infinity &
	other=$!
	for workload; do
		case $workload in
		nginx) start_web || say "$why" ;;
		redis) start_redis || say "$why" ;;
		iperf) start_iperf || say "$why" ;;
		esac
	done
	base_cost=$(call_cost)
}

nginx_port=18080
start_web() {
	mkdir -p "$T/www"
	echo '<p>served while calls are counted</p>' >"$T/www/index.html"
	start_nginx "listen 127.0.0.1:$nginx_port;"
}

redis_port=16380
start_redis() {
	local program=$SYSTALLY_DEMO/bin/redis-server

	[ -x "$program" ] || program=redis-server
	have "$program" && have redis-benchmark || return
	"$program" --bind 127.0.0.1 --save '' \
		--port $redis_port --dir "$T" --logfile "$T/redis.log" \
		>/dev/null 2>&1 &
	wait_for redis-cli -p $redis_port ping || {
		off 'redis did not start'
		return
	}
	server_pids+=" $!"
}

iperf_port=15201
start_iperf() {
	have iperf3 || return
	iperf3 -s -B 127.0.0.1 -p $iperf_port >/dev/null 2>&1 &
	wait_for listens $iperf_port || {
		off 'iperf3 did not start'
		return
	}
	server_pids+=" $!"
}

# Runs the load once. Prints its requests per second; nothing if it fails.
run_server() {
	case $1 in
	nginx)
		run_wrk 1 16 "http://127.0.0.1:$nginx_port/"
		;;
	redis)
		redis-benchmark -p $redis_port -c 16 -t get -q \
			-n "$((seconds * redis_requests))" 2>&1 |
			tr '\r' '\n' | sed -n \
			's/^GET: \([0-9.]*\) requests per second, p50.*/\1/p'
		;;
	iperf)
		iperf3 -c 127.0.0.1 -p $iperf_port -t "$seconds" -J |
			jq '.end.sum_received.bits_per_second // empty | floor'
		;;
	esac
}
