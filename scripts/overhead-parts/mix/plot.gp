# SPDX-License-Identifier: GPL-2.0-only
#
# Draws results.svg. Given by -e: data, output, unit, parts.

panels = 2
title(panel) = (panel ? 'HTTP' : 'HTTPS').': requests per second, % of untraced'
load parts.'/sizes.gp'
