# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # measure uses and sets them
#
# The web server of the experiments, and its load.

# wait_for COMMAND...: until COMMAND succeeds; fails after 20 seconds
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

# start_nginx LINES [PREFIX...]: starts nginx with one worker and the files of
# $T/www, with LINES for its server, and as an argument of PREFIX if that is
# given. Adds its processes to server_pids, and sets worker, its worker. Fails with
# a reason if it does not start. The first port of LINES is the one that it waits
# for.
start_nginx() {
	local lines=$1 pid port program=$SYSTALLY_DEMO/nginx/usr/sbin/nginx
	shift

	[ -x "$program" ] || program=nginx
	have "$program" && have wrk || return
	cat >"$T/nginx.conf" <<END
user root;
worker_processes 1;
daemon off;
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
		$lines
		root $T/www;
	}
}
END
	port=${lines#*127.0.0.1:}
	port=${port%%[!0-9]*}
	"$@" "$program" -e "$T/nginx.log" \
		-c "$T/nginx.conf" >"$T/nginx.said" 2>&1 &
	nginx=$!
	if ! wait_for listens "$port" || ! wait_for worker_lives; then
		off "nginx did not start: $(head -n 1 "$T/nginx.said")"
		stop_nginx
		return 1
	fi
	read -r pid <"$T/nginx.pid"
	server_pids+=" $pid $worker"
}

# Has nginx a worker? Sets worker. It listens before it starts one.
worker_lives() {
	local pid

	read -r pid <"$T/nginx.pid" && worker=$(first_child "$pid")
}

# first_child PID: prints the first child of the process; fails if there is none.
# The kernel's list does not end with a newline.
first_child() {
	local child=''

	read -r child _ <"/proc/$1/task/$1/children" || [ -n "$child" ] ||
		return
	echo "$child"
}

# Ends nginx, and waits until what has started it has ended, too.
stop_nginx() {
	kill "$(cat "$T/nginx.pid" 2>/dev/null || echo "$nginx")" || :
	wait "$nginx" || :
	server_pids=''
}

# run_wrk THREADS CONNECTIONS URL: prints the requests per second; nothing if
# some failed
run_wrk() {
	[ ! -e "$T/access.log" ] || : >"$T/access.log"
	wrk -t "$1" -c "$2" -d "$seconds" "$3" >"$T/load" 2>&1
	! grep -q 'Non-2xx\|Socket errors' "$T/load" || return 0
	sed -n 's/^Requests\/sec: *//p' "$T/load"
}
