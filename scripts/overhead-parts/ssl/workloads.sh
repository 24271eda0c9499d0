# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # measure uses and sets them
#
# The workloads of the experiment with TLS: a loop of OpenSSL's functions, and
# nginx with files of several sizes. wrk has the parameters of the published
# experiment: one thread and 20 connections.

# ID|title of the column|unit
workloads='
loop|SSL_write or SSL_read of 16 bytes|per call
index|index.html|requests/s
1k|1 KiB|requests/s
2k|2 KiB|requests/s
4k|4 KiB|requests/s
16k|16 KiB|requests/s
128k|128 KiB|requests/s
256k|256 KiB|requests/s
'
# The workloads of each guest
groups='loop index,1k,2k,4k 16k,128k,256k'

programs=(sslloops) made_by='make bench-ssl' results_in=/ssl

loops=5 runs=3 seconds=1
[ -z "${SYSTALLY_REAL:-}" ] || loops=20 runs=10 seconds=10

# The library that loops and nginx use
libssl=$(ldconfig -p 2>/dev/null | sed -n \
	'/x86-64/s/.*libssl\.so\.3 .*=> //p' | head -n 1)
libssl=${libssl:+$(readlink -f "$libssl")}

is_loop() {
	[ "$1" = loop ]
}

# run_loop WORKLOAD LOOPS CALLS: runs `sslloops`, with its output in $T/loop.said
run_loop() {
	"${pin[@]}" "${wrap[@]}" "$WORKLOAD/sslloops" "$2" "$3" \
		>"$T/loop.said"
}

# The process of the server that tools look at; empty if there is no server
looked_at=''
serving=''
tls_port=18443

# start_servers WORKLOAD...: prepares and starts nginx, if one of these needs it.
# Sets reader, a process that maps the library and does nothing.
start_servers() {
	LD_PRELOAD=$libssl sleep infinity &
	reader=$!
	[ "$*" != loop ] || return 0
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj /CN=localhost -keyout "$T/key.pem" \
		-out "$T/cert.pem" 2>"$T/err" || {
		say "openssl made no certificate: $(first_error)"
		return
	}
	serving=1
	mkdir -p "$T/www"
	head -c 615 /dev/zero | tr '\0' 'x' >"$T/www/index.html"
	for workload; do
		[[ $workload != *k ]] || head -c "${workload^^}iB" /dev/zero |
			tr '\0' 'x' >"$T/www/$workload"
	done
	serve || say "$why"
}

# serve [PREFIX...]: starts nginx, as an argument of PREFIX
serve() {
	start_nginx "listen 127.0.0.1:$tls_port ssl;
		ssl_certificate $T/cert.pem;
		ssl_certificate_key $T/key.pem;" "$@" && looked_at=$worker
}

# restart_servers [PREFIX...]: if nginx is to run, ends it and starts it so
restart_servers() {
	[ -n "$serving" ] || return 0
	[ -z "$server_pids" ] || stop_nginx
	cold=1
	serve "$@"
}

# run_server WORKLOAD: runs the load once and prints its requests per second;
# nothing if it fails
run_server() {
	run_wrk 1 20 "https://127.0.0.1:$tls_port/${1/#index/index.html}"
}
