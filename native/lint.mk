# Every linter that is installed; those that are not are named, and their absence is no failure.

ANALYZED := $(SOURCES:src/%.c=$(BUILD)/lint/%.analyzed)

$(BUILD)/lint/%.analyzed: src/%.c $(HEADERS) lint.mk | $(BUILD)/lint
	$(call say,ANALYZE $<)
	$(Q)$(HOST_CC) $(LANGUAGE) $(WARNINGS) -O2 -fanalyzer -c $< -o $@

lint: lint-length lint-analyzer lint-glibc lint-cppcheck lint-clang-tidy

# Functions are measured by clang-tidy.
lint-length:
	@! wc -l $(SOURCES) $(HEADERS) $(wildcard test/*.c fuzz/*.c) /dev/null | \
		awk '$$1 > 300 && $$2 != "total"' | sed 's/^/longer than 300 lines: /' | grep .
	@echo 'length: clean'

lint-analyzer: $(ANALYZED)
	@echo 'gcc -fanalyzer: clean'

# What people without musl build; warnings differ between the two.
lint-glibc: $(if $(SOURCES),lint-glibc-build)
	@echo 'static glibc build: clean'
lint-glibc-build:
	@$(MAKE) --no-print-directory --silent LIBC=glibc BUILD=$(BUILD)/glibc $(BUILD)/glibc/mayfly-supervisor

# ctuPointerArith takes the end of an array for a place past it.
lint-cppcheck:
ifneq ($(shell command -v cppcheck),)
	$(Q)cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=ctuPointerArith -D_GNU_SOURCE -Isrc src
	@echo 'cppcheck: clean'
else
	@echo 'cppcheck: not installed (apt-get install cppcheck)'
endif

lint-clang-tidy:
ifneq ($(shell command -v clang-tidy),)
	$(Q)echo $(SOURCES) | xargs -n 4 -P "$$(nproc)" sh -c 'clang-tidy --quiet "$$@" -- $(LANGUAGE) -Isrc' clang-tidy
	@echo 'clang-tidy: clean'
else
	@echo 'clang-tidy: not installed (apt-get install clang-tidy)'
endif

.PHONY: lint-length lint-analyzer lint-glibc lint-glibc-build lint-cppcheck lint-clang-tidy
