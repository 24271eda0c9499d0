#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Calls are counted exactly with hook=kprobe and collect=count; see exact.sh.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/exact.sh"

exact kprobe count 2003
