/* Patterns of paths. */
#include <string.h>

#include "check.h"
#include "glob.h"

static const struct {
	const char *pattern;
	const char *path;
	bool matches;
} cases[] = {
	{ "a", "a", true }, { "a", "b", false }, { "a", "a/b", false }, { "a/b", "a", false }, { "", "a", false },
	{ "*", "a", true }, { "*", ".a", true }, { "*", "a/b", false }, { "*.c", "x.c", true }, { "*.c", "x.cc", false },
	{ "a*b*c", "aXbYbc", true }, { "a*b*c", "aXbYb", false }, { "**", "a", true }, { "**", "a/b/c", true },
	{ "**/c", "c", true }, { "**/c", "a/b/c", true }, { "**/c", "a/cc", false }, { "a/**", "a", true },
	{ "a/**", "a/b/c", true }, { "a/**/d", "a/d", true }, { "a/**/d", "a/b/c/d", true }, { "a/**/d", "a/b/c", false },
	{ "a**", "ab", true }, { "a**", "a/b", false }, { "**/x/**/y", "p/x/q/x/y", true }, { "**/x/y", "x/x/y", true },
	{ "?", "a", true }, { "?", "ab", false }, { "?", "\xc3\xa4", true }, { "??", "\xc3\xa4", false }, { "?", "\xff", true },
	{ "\\*", "*", true }, { "\\*", "a", false }, { "\\?x", "?x", true }, { "\\\\", "\\", true }, { "[a]", "[a]", true },
	{ "[a]", "a", false }, { "*\\*", "ab*", true }, { "*\\*", "ab", false },
};

static void long_names(void)
{
	char pattern[2001] = "";
	char path[2001];

	for (size_t i = 0; i + 2 < sizeof pattern; i += 2)
		memcpy(pattern + i, "*a", 3);
	memset(path, 'a', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	check(glob_matches(pattern, path), "a thousand stars match two thousand letters");
	path[sizeof path - 2] = 'b';
	check(!glob_matches(pattern, path), "   or do not, and know it before long");
	for (size_t i = 0; i + 6 < sizeof pattern; i += 5)
		memcpy(pattern + i, "**/a/", 6);
	memcpy(pattern + strlen(pattern), "c", 2);
	for (size_t i = 1; i + 2 < sizeof path; i += 2)
		path[i] = '/';
	check(!glob_matches(pattern, path), "the same goes for directories");
}

int main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char sentence[128];

		snprintf(sentence, sizeof sentence, "%s %s %s", cases[i].pattern, cases[i].matches ? "matches" : "does not match", cases[i].path);
		check(glob_matches(cases[i].pattern, cases[i].path) == cases[i].matches, sentence);
	}
	long_names();
	return check_report();
}
