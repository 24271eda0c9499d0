# SPDX-License-Identifier: GPL-2.0-only
#
# The library that counts user functions in the process; included by the
# Makefile. It is built once for each width of the architecture, without a C
# library, so the 32-bit one needs only a compiler that knows -m32.

probe_arch := probe/arch/$(notdir $(arch))
-include $(probe_arch)/arch.mk

probe_sources := $(wildcard probe/*.c $(probe_arch)/*.[cS])
probe_headers := $(wildcard probe/*.h $(probe_arch)/*.h) include/systally_probe.h \
	include/systally.h
probe_flags := -std=gnu11 $(warnings) -ffreestanding -fPIC -fvisibility=hidden \
	-ftls-model=initial-exec -fno-stack-protector \
	-fno-tree-loop-distribute-patterns -Iinclude -Iprobe -I$(probe_arch) \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null)
probe_link := -shared -nostdlib -Wl,-z,now,-z,relro,--no-undefined \
	-Wl,-soname,libsystally-probe.so

# Widths that this compiler knows, of those of arch.mk
probe_widths := $(foreach width,$(probe-widths),$(if $(filter \
	0,$(shell echo 'int x;' | $(CC) $(probe-flags-$(width)) -x c -c -o /dev/null - \
	>/dev/null 2>&1; echo $$?)),$(width)))
probe_file = $(out)/probe/$(firstword $(probe-folders-$(1)))/libsystally-probe.so
probe_files := $(foreach width,$(probe_widths),$(call probe_file,$(width)))

##@ Build
## probe - the library of --in-process, for each width
.PHONY: probe
probe: $(probe_files)

# The other folders of a width have it, too.
define probe_rule
$(call probe_file,$(1)): $(probe_sources) $(probe_headers) $(probe_arch)/arch.mk \
		probe/probe.mk | requirements
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(CFLAGS) $$(probe-flags-$(1)) $$(probe_flags) $$(probe_link) \
	-o $$@ $$(probe_sources)
	@for folder in $$(wordlist 2,9,$$(probe-folders-$(1))); do \
	mkdir -p "$$(out)/probe/$$$$folder" && \
	ln -f $$@ "$$(out)/probe/$$$$folder/" || exit; done
endef
$(foreach width,$(probe_widths),$(eval $(call probe_rule,$(width))))

# Where the command looks for it: see userland/probe/library.c
.PHONY: install-probe
install-probe: probe
	for folder in $(foreach width,$(probe_widths),$(probe-folders-$(width))); do \
	install -D -m 755 "$(out)/probe/$$folder/libsystally-probe.so" \
	"$(DESTDIR)$(PREFIX)/lib/systally/$$folder/libsystally-probe.so" || exit; done
