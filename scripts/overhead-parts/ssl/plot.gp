# SPDX-License-Identifier: GPL-2.0-only
#
# Draws results.svg. Given by -e: data, output, unit, parts.

panels = 1
title(panel) = 'nginx with TLS: requests per second, % of untraced'
load parts.'/sizes.gp'
