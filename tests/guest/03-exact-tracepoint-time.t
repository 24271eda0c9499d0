#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Calls are counted exactly with hook=tracepoint and collect=time; see exact.sh.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/exact.sh"

exact tracepoint time 2003
