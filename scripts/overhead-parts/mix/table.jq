# SPDX-License-Identifier: GPL-2.0-only
#
# Makes results.md from results.json.

include "common";

. as $all |
wanted($all; false) as $servers |
wanted($all; true) as $loops |
def lost($tool): [share($all; $tool; "https-1k"), share($all; $tool; "http-1k")];
def reported($tool): ["getppid", "crypto/tls.(*Conn).Write",
	"crypto/tls.(*Conn).Read"] | map(call($all; $tool; "loop"; .));

heading($all; "What tools add to a web server in Go, and what they report";
	$command; $readme),
section("The web server, beside the published experiment";
	"Requests per second under wrk, against untraced. The first three lines are the\n" +
	"published experiment; it is another machine's.";
	select($servers != []) |
	(["", "HTTPS, 1 KiB", "HTTP, 1 KiB"] | head),
	(["published: system calls, by Deepflow", "-18.8%", "-23.4%"] | cells),
	(["published: the same and uprobes", "-52.2%", "-53.8%"] | cells),
	(["published: the same and probes in user space", "-44.5%", "-52.1%"] |
		cells),
	(tools($all)[] | select(.tool != "none") | [.name] + lost(.tool) |
		cells)),
section("The web server, by the size of the body";
	"Requests per second. The first line is untraced; the others are in per cent of\n" +
	"it.";
	table($all; $servers)),
section("Added to calls";
	"The first line is a write of 16 bytes to TLS, a read of these, and getppid(),\n" +
	"untraced, in \($all.unit); the others say how much more these three take.";
	table($all; $loops)),
section("Calls reported";
	"Of the calls that the loop made, how many the tool reported.";
	select($loops != []) |
	(["tool", "getppid()", "crypto/tls.(*Conn).Write",
		"crypto/tls.(*Conn).Read"] | head),
	(tools($all)[] | [.name] + reported(.tool) |
		select(any(.[1:][]; . != "–")) | cells)),
section("Not measured"; ""; partial($all)[])
