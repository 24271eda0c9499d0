# SPDX-License-Identifier: GPL-2.0-only
#
# Makes the data for plot.gp from results.json.

include "sizes";

blocks({"https-1k": 1, "https-16k": 16, "https-256k": 256}),
blocks({"http-1k": 1, "http-16k": 16, "http-256k": 256})
