# Each test/*_test.c is a program of its own, linked with everything but main.c and with test/*.c of other names.

ifdef CROSS
# Where these will run there may be no libraries at all.
SANITIZE := -static
else
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
CHECK_CFLAGS := $(LANGUAGE) $(WARNINGS) -O1 -g $(SANITIZE) -Isrc
CHECK_SHARED := $(filter-out %/main.o,$(SOURCES:src/%.c=$(BUILD)/check/src/%.o)) \
	$(patsubst test/%.c,$(BUILD)/check/test/%.o,$(filter-out %_test.c,$(sort $(wildcard test/*.c))))
CHECKS := $(patsubst test/%.c,$(BUILD)/check/%,$(sort $(wildcard test/*_test.c)))

$(BUILD)/check/src/%.o: src/%.c check.mk
	@mkdir -p $(@D)
	$(call say,CC $< (sanitized))
	$(Q)$(HOST_CC) $(CHECK_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/check/test/%.o: test/%.c check.mk
	@mkdir -p $(@D)
	$(call say,CC $< (sanitized))
	$(Q)$(HOST_CC) $(CHECK_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/check/%_test: $(BUILD)/check/test/%_test.o $(CHECK_SHARED)
	$(call say,LINK $@)
	$(Q)$(HOST_CC) $(CHECK_CFLAGS) $^ -o $@

checks: $(CHECKS)

check: $(CHECKS)
	@sh run-tests.sh $(CHECKS)

.SECONDARY: $(CHECKS:$(BUILD)/check/%=$(BUILD)/check/test/%.o) $(CHECK_SHARED)
-include $(wildcard $(BUILD)/check/src/*.d $(BUILD)/check/test/*.d)
