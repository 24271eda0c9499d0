// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ABIs by number: their names, and their numbers in the row format.
 */
#include "abi.h"

static const struct {
	const char *name;
	u16 row_abi; /* enum systally_abi */
} abis[ABI_FUNCTION + 1] = {
#define ABI_ENTRY(id, name) [ABI_##id] = { name, SYSTALLY_ABI_##id },
	ARCH_ABI_TABLE(ABI_ENTRY)
#undef ABI_ENTRY
		[ABI_FUNCTION] = { "function", SYSTALLY_ABI_FUNCTION },
};

const char *systally_abi_name(u32 abi)
{
	return abis[abi].name;
}

u16 systally_abi_to_row(u32 abi)
{
	return abis[abi].row_abi;
}

u32 systally_abi_from_row(u16 row_abi)
{
	u32 abi = 0;

	while (abi < ABI_FUNCTION &&
	       (!abis[abi].name || abis[abi].row_abi != row_abi))
		abi++;
	return abi;
}
