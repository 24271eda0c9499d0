# SPDX-License-Identifier: GPL-2.0-only
#
# Makes the data for plot.gp from results.json.

include "sizes";

blocks({"1k": 1, "2k": 2, "4k": 4, "16k": 16, "128k": 128, "256k": 256})
