# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # measure uses and sets them
#
# The workloads with which scripts/overhead measures tools. scripts/overhead
# reads the names, and `measure` uses the rest.

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

workload_ids() {
	sed -n 's/|.*//p' <<<"$workloads"
}

is_loop() {
	case $1 in
	getppid | rw | getpgid32) ;;
	*) return 1 ;;
	esac
}

# ---- loops --------------------------------------------------------------

# Prints the lowest cost of one getsid(), which nothing else calls.
call_cost() {
	"$WORKLOAD/loops" getsid 5 503 |
		sed -n 's/^each //p' | tr ' ' '\n' | sort -g | head -n 1
}

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

# start_servers WORKLOAD...: starts the servers among them; sets server_pids
start_servers() {
	local workload

	server_pids=''
	for workload; do
		case $workload in
		nginx) start_nginx ;;
		redis) start_redis ;;
		iperf) start_iperf ;;
		esac
	done
}

# until COMMAND succeeds
wait_for() {
	local tries

	for ((tries = 0; tries < 200; tries++)); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	return 1
}

# Is there a server on port $1?
listens() {
	: <"/dev/tcp/127.0.0.1/$1"
}

nginx_port=18080
start_nginx() {
	local pid

	[ -x "$SYSTALLY_DEMO/nginx/usr/sbin/nginx" ] && have wrk || return 0
	mkdir -p "$T/www"
	echo '<p>served while calls are counted</p>' >"$T/www/index.html"
	cat >"$T/nginx.conf" <<END
user root;
worker_processes 1;
pid $T/nginx.pid;
events {
	worker_connections 256;
}
http {
	access_log $T/access.log;
	client_body_temp_path $T/body;
	proxy_temp_path $T/proxy;
	fastcgi_temp_path $T/fastcgi;
	uwsgi_temp_path $T/uwsgi;
	scgi_temp_path $T/scgi;
	server {
		listen 127.0.0.1:$nginx_port;
		root $T/www;
	}
}
END
	"$SYSTALLY_DEMO/nginx/usr/sbin/nginx" -e "$T/nginx.log" \
		-c "$T/nginx.conf" || return 0
	wait_for listens $nginx_port || return 0
	pid=$(cat "$T/nginx.pid")
	server_pids+=" $pid $(cat "/proc/$pid/task/$pid/children")"
}

redis_port=16380
start_redis() {
	[ -x "$SYSTALLY_DEMO/bin/redis-server" ] && have redis-benchmark ||
		return 0
	"$SYSTALLY_DEMO/bin/redis-server" --bind 127.0.0.1 --save '' \
		--port $redis_port --dir "$T" --logfile "$T/redis.log" \
		>/dev/null 2>&1 &
	wait_for redis-cli -p $redis_port ping || return 0
	server_pids+=" $!"
}

iperf_port=15201
start_iperf() {
	have iperf3 || return 0
	iperf3 -s -B 127.0.0.1 -p $iperf_port >/dev/null 2>&1 &
	wait_for listens $iperf_port || return 0
	server_pids+=" $!"
}

# Runs the load once. Prints its requests per second; nothing if it fails.
run_server() {
	case $1 in
	nginx)
		: >"$T/access.log"
		wrk -t 1 -c 16 -d "$seconds" \
			"http://127.0.0.1:$nginx_port/" >"$T/load" 2>&1
		! grep -q 'Non-2xx\|Socket errors' "$T/load" || return 0
		sed -n 's/^Requests\/sec: *//p' "$T/load"
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
