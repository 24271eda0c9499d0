# SPDX-License-Identifier: GPL-2.0-only
#
# Makes results.md from results.json.

include "common";

. as $all |
wanted($all; false) as $servers |
wanted($all; true) as $loops |
def lost($tool): [share($all; $tool; "1k"), share($all; $tool; "256k")];
def reported($tool): [call($all; $tool; "loop"; "SSL_write"),
	call($all; $tool; "loop"; "SSL_read")];

heading($all; "What tools add to functions of OpenSSL, and what they report";
	$command; $readme),
section("nginx with TLS, beside the published experiment";
	"Requests per second of nginx under wrk, against untraced. The first two lines\n" +
	"are the published experiment; it is another machine's, and its tool prints\n" +
	"nothing.";
	select($servers != []) |
	(["", "1 KiB", "256 KiB"] | head),
	(["published: sslsniff in the kernel", "-56.6%", "-29.3%"] | cells),
	(["published: sslsniff in user space", "-24.3%", "-5.7%"] | cells),
	(tools($all)[] | select(.tool != "none") | [.name] + lost(.tool) |
		cells)),
section("nginx with TLS, by the size of the file";
	"Requests per second. The first line is untraced; the others are in per cent of\n" +
	"it.";
	table($all; $servers)),
section("Added to a call";
	"The first line is the call untraced, in \($all.unit); the others say how much\n" +
	"more one call takes. A write and a read of 16 bytes are two calls.";
	table($all; $loops)),
section("Calls reported";
	"Of the calls that the loop made, how many the tool reported.";
	select($loops != []) |
	(["tool", "SSL_write()", "SSL_read()"] | head),
	(tools($all)[] | [.name] + reported(.tool) |
		select(any(.[1:][]; . != "–")) | cells)),
section("Not measured"; ""; partial($all)[])
