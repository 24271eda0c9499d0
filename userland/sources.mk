# SPDX-License-Identifier: GPL-2.0-only
#
# What the command and its unit tests are made of. Included by the Makefile;
# paths are below the root of the tree.

# pkg-config names of the libraries
SYSTALLY_PKGS := libseccomp json-c ncursesw

# everything but main.c, for the unit tests to link
SYSTALLY_PARTS := $(addprefix userland/, \
	change.c checks.c checks_run.c checks_stap.c classes.c cmd_compare.c \
	cmd_doctor.c cmd_load.c cmd_needs.c cmd_record.c cmd_report.c \
	cmd_run.c cmd_status.c cmd_top.c control.c error.c histogram.c json.c \
	kconfig.c launch.c lines.c live.c names.c needs_child.c needs_discover.c \
	needs_feature.c needs_filter.c needs_measure.c needs_options.c \
	needs_part.c needs_phases.c needs_place.c needs_plan.c needs_profile.c \
	needs_progress.c needs_render.c needs_render_json.c needs_run.c \
	needs_start.c needs_state.c needs_together.c needs_tree.c needs_try.c \
	notes.c options.c options_settle.c output.c process.c rank.c record.c \
	record_read.c render.c render_change.c render_change_data.c \
	render_data.c render_histogram.c render_strace.c render_text.c \
	render_workload.c report.c session.c set.c signals.c snapshot.c \
	subsystem.c subsystem_table.c threshold.c usage.c watch.c)
SYSTALLY_SRCS := userland/main.c $(SYSTALLY_PARTS)

# -std=gnu11, and these folders
SYSTALLY_CPPFLAGS := -Iinclude -Iuserland

# Unit tests of the command: each is one program, of tests/unit/<name>.c and
# SYSTALLY_PARTS, with cmocka besides the libraries above.
SYSTALLY_TESTS := test_snapshot test_rank test_render test_names test_options \
	test_session test_histogram test_checks_stap test_record \
	test_strace test_compare test_subsystem test_needs
SYSTALLY_TEST_PKGS := $(SYSTALLY_PKGS) cmocka
