# SPDX-License-Identifier: GPL-2.0-only
#
# The fuzzers: built with clang and libFuzzer to search, and with gcc to replay
# what they have found. Included by tests.mk, whose flags they use.

# Fuzzers of parts of the module, and of the command
module_fuzzers := controls syscalls
command_fuzzers := kconfig lines options record set snapshot
fuzzers := $(module_fuzzers) $(command_fuzzers)
FUZZ ?= $(fuzzers)
RUNS ?= 10000000

fuzz := $(out)/tests/fuzz

fuzz_flags = -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all $(userland_flags) -Imodule -I$(arch) -Itests/unit \
	-I$(unit) $(call pkgs,--cflags,$(SYSTALLY_PKGS))
fuzz_link = clang -fsanitize=fuzzer,address,undefined -o $@ $^

$(fuzz)/%.o: %.c | requirements
	@mkdir -p $(@D)
	$(call say,CLANG,$@)
	$(Q)clang $(fuzz_flags) -c -o $@ $<

# What goes through all names for each word would fill the corpus with words
# that differ in nothing else, and takes most of the time.
$(fuzz)/userland/base/nearest.o $(fuzz)/userland/calls/names.o: fuzz_flags += \
	-fno-sanitize=fuzzer-no-link

$(fuzz)/module/syscalls.o: $(unit)/syscall_names.h

$(module_fuzzers:%=$(fuzz)/fuzz_%): $(fuzz)/fuzz_%: \
		$(fuzz)/tests/fuzz/fuzz_%.o $(module_parts:%.c=$(fuzz)/%.o)
	$(call say,LD,$@)
	$(Q)$(fuzz_link)

$(command_fuzzers:%=$(fuzz)/fuzz_%): $(fuzz)/fuzz_%: \
		$(fuzz)/tests/fuzz/fuzz_%.o $(SYSTALLY_PARTS:%.c=$(fuzz)/%.o)
	$(call say,LD,$@)
	$(Q)$(fuzz_link) $(call pkgs,--libs,$(SYSTALLY_PKGS))

##@ Test
## fuzz - fuzz each parser, ten million times (RUNS=, FUZZ=NOUNS)
.PHONY: fuzz fuzz-run
fuzz: set-up-build-test-fuzz
	+$(in_cache) RUNS='$(RUNS)' FUZZ='$(FUZZ)' fuzz-run

fuzz-run: $(FUZZ:%=$(fuzz)/fuzz_%)
	tests/fuzz/run '$(fuzz)' $(RUNS) $(FUZZ)

# --- without clang -------------------------------------------------------

$(module_fuzzers:%=$(unit)/replay_%): $(unit)/replay_%: \
		$(unit)/tests/fuzz/fuzz_%.o $(unit)/tests/fuzz/replay.o \
		$(module_part_objects)
	$(call say,LD,$@)
	$(Q)$(CC) $(sanitize) -o $@ $^

$(command_fuzzers:%=$(unit)/replay_%): $(unit)/replay_%: \
		$(unit)/tests/fuzz/fuzz_%.o $(unit)/tests/fuzz/replay.o \
		$(part_objects)
	$(call say,LD,$@)
	$(Q)$(CC) $(sanitize) -o $@ $^ $(call pkgs,--libs,$(SYSTALLY_PKGS))

## check-fuzz - replay the inputs that the fuzzers have found
.PHONY: check-fuzz fuzz-replay
check-fuzz: $(fuzzers:%=$(unit)/replay_%)
	prove --exec '' $(fuzzers:%=$(unit)/replay_%) :: tests/fuzz/corpus

# Those of T
fuzz-replay: $(T_fuzz:fuzz_%=$(unit)/replay_%)
	prove --exec '' $^ :: tests/fuzz/corpus

-include $(wildcard $(unit)/tests/fuzz/*.d $(fuzz)/*/*.d $(fuzz)/tests/fuzz/*.d)
