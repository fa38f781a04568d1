/* A test program's count: one sentence of behaviour each. */
#ifndef MAYFLY_CHECK_H
#define MAYFLY_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct checks {
	unsigned passed;
	unsigned failed;
	unsigned skipped;
};

/* The same counter for every file of a test program: a weak definition, of which the linker keeps one. */
__attribute__((weak)) struct checks checks;

static inline void check(bool holds, const char *sentence)
{
	if (holds)
		checks.passed++;
	else
		checks.failed++;
	printf("%s %s\n", holds ? "  ok  " : "FAILED", sentence);
}

/* Both numbers, so that a failure says what it was about. */
static inline void check_between(double value, double least, double most, const char *sentence)
{
	check(value >= least && value <= most, sentence);
	if (value < least || value > most)
		printf("       got %.0f, expected %.0f to %.0f\n", value, least, most);
}

static inline void check_equal(long long value, long long expected, const char *sentence)
{
	check(value == expected, sentence);
	if (value != expected)
		printf("       got %lld, expected %lld\n", value, expected);
}

/* Where SANDBOX_MUST_WORK=1 is set, a skip is a failure. */
static inline void skip(const char *sentence, const char *reason)
{
	const char *must = getenv("SANDBOX_MUST_WORK");
	if (must != NULL && must[0] == '1')
		checks.failed++;
	else
		checks.skipped++;
	printf(" skip  %s: %s\n", sentence, reason);
}

/* The exit status. */
static inline int check_report(void)
{
	if (checks.skipped > 0)
		printf("%u skipped\n", checks.skipped);
	printf("%u passed, %u failed\n", checks.passed, checks.failed);
	return checks.failed == 0 ? 0 : 1;
}

#endif
