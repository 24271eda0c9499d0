# SPDX-License-Identifier: GPL-2.0-only
#
# Draws results.svg. Given by -e: data, output, unit, parts.

panels = 1
title(panel) = 'Requests per second of nginx with TLS, % of untraced, by the size of the file'
load parts.'/sizes.gp'
