// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library libempty.so, for cost.c.
 */
void empty(void);

void empty(void)
{
}
