# SPDX-License-Identifier: GPL-2.0-only
#
# The manual pages: doc/man/NAME.SECTION.scd is the source of NAME.SECTION.
# Included by the root Makefile, which sets `out` and `Q`. Needs scdoc, which
# neither building nor testing needs: without it there are no pages.

# The version of module and command
SYSTALLY_VERSION = $(shell sed -n \
	's/^#define SYSTALLY_VERSION[^"]*"\(.*\)"/\1/p' include/systally.h)

man_names := $(patsubst doc/man/%.scd,%,$(wildcard doc/man/*.scd))
man_pages := $(man_names:%=$(out)/doc/man/%)
man_missing := systally: no manual pages are made: scdoc is missing: \
	apt install scdoc (Debian), dnf install scdoc (Fedora)

##@ Build
## man - the manual pages; needs scdoc
.PHONY: man
man: $(man_pages)

# The title and the version are added to the first line.
$(man_pages): $(out)/doc/man/%: doc/man/%.scd doc/man/tidy.awk
	@command -v scdoc >/dev/null || { echo '$(man_missing)' >&2; exit 1; }
	@mkdir -p $(@D)
	$(call say,MAN,$@)
	$(Q)sed '1s/$$/ "systally $(SYSTALLY_VERSION)" "systally manual"/' $< | \
	scdoc | awk -f doc/man/tidy.awk > $@.new && mv $@.new $@

##@ Test
## check-man - what mandoc and groff warn of in the manual pages
.PHONY: check-man
check-man: man
	mandoc -T lint -W warning $(man_pages)
	for page in $(man_pages); do \
	LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$$page" 2>&1 >/dev/null; \
	done | grep . && exit 1 || :

# Part of `make install`: one line instead of the pages where scdoc is missing.
.PHONY: install-man
install-man:
	@if command -v scdoc >/dev/null; then \
	$(MAKE) --no-print-directory man && \
	for page in $(man_names); do \
	install -D -m 644 "$(out)/doc/man/$$page" \
	"$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page" || exit 1; \
	done; \
	else echo '$(man_missing)'; fi
