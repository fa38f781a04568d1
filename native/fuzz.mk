# libFuzzer comes with clang. Each fuzz/*_fuzz.c is a target, linked with everything but main.c and with fuzz/*.c of other
# names; fuzz/seeds/NAME is what it starts from, and $(BUILD)/fuzz/NAME.corpus what it has learnt here. What it finds
# stays in $(BUILD)/fuzz.

FUZZ_SECONDS ?= 60
# Longer inputs find nothing that shorter ones do not, and slow every other down.
FUZZ_BYTES := 4096
FUZZ_CC ?= clang
FUZZ_SANITIZE := address,undefined,float-cast-overflow
FUZZ_CFLAGS := $(LANGUAGE) -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -Isrc -Wall -Wextra -Werror
FUZZ_SHARED := $(patsubst %.c,$(BUILD)/fuzz/obj/%.o,$(filter-out %/main.c,$(SOURCES)) \
	$(filter-out %_fuzz.c,$(sort $(wildcard fuzz/*.c))))
FUZZ ?= $(patsubst fuzz/%_fuzz.c,%,$(sort $(wildcard fuzz/*_fuzz.c)))

$(BUILD)/fuzz/obj/%.o: %.c fuzz.mk | fuzz-tools
	@mkdir -p $(@D)
	$(call say,CC $< (fuzzed))
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,$(FUZZ_SANITIZE) -MMD -MP -c $< -o $@

$(BUILD)/fuzz/%: $(BUILD)/fuzz/obj/fuzz/%_fuzz.o $(FUZZ_SHARED)
	$(call say,LINK $@)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer,$(FUZZ_SANITIZE) $^ -o $@

fuzz-tools:
	@sh fuzz-tools.sh $(FUZZ_CC)

fuzz: $(FUZZ:%=$(BUILD)/fuzz/%)
	@sh run-fuzz.sh $(BUILD)/fuzz $(FUZZ_SECONDS) $(FUZZ_BYTES) $(FUZZ)

.SECONDARY: $(FUZZ:%=$(BUILD)/fuzz/obj/fuzz/%_fuzz.o) $(FUZZ_SHARED)
.PHONY: fuzz-tools
-include $(wildcard $(BUILD)/fuzz/obj/*/*.d)
