#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Calls are counted exactly with hook=direct for chosen calls; see exact.sh.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/exact.sh"

need_direct
exact sites count 503
