#define _GNU_SOURCE
#include "glob.h"

#include <stddef.h>
#include <string.h>

enum { CONTINUATION_MASK = 0xc0, CONTINUATION = 0x80 };

/* Where the segment ends: at a slash, or at the end. */
static const char *segment_end(const char *segment)
{
	return segment + strcspn(segment, "/");
}

/* Past the slash, or NULL where no segment follows. */
static const char *next_segment(const char *end)
{
	return *end == '/' ? end + 1 : NULL;
}

/* One character of UTF-8; a byte that is none counts as one. */
static const char *past_character(const char *at, const char *end)
{
	at++;
	while (at < end && ((unsigned char)*at & CONTINUATION_MASK) == CONTINUATION)
		at++;
	return at;
}

/*
 * Both walk on together; where they part, the last star takes one character more. Going back to the last one is enough:
 * what an earlier star could take besides, the last one can take too.
 */
static bool segment_matches(const char *pattern, const char *pattern_end, const char *text, const char *text_end)
{
	const char *star = NULL;
	const char *retry = NULL;

	while (text < text_end) {
		const bool escaped = pattern + 1 < pattern_end && *pattern == '\\';

		if (pattern < pattern_end && *pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (pattern < pattern_end && *pattern == '?') {
			pattern++;
			text = past_character(text, text_end);
		} else if (pattern < pattern_end && pattern[escaped ? 1 : 0] == *text) {
			pattern += escaped ? 2 : 1;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < pattern_end && *pattern == '*')
		pattern++;
	return pattern == pattern_end;
}

static bool is_any_depth(const char *pattern, const char *end)
{
	return end - pattern == 2 && pattern[0] == '*' && pattern[1] == '*';
}

/* The same over segments, with `**` as the star. */
bool glob_matches(const char *pattern, const char *path)
{
	const char *star = NULL;
	const char *retry = NULL;
	bool starred = false;

	while (path != NULL) {
		const char *pattern_end = pattern == NULL ? NULL : segment_end(pattern);
		const char *path_end = segment_end(path);

		if (pattern != NULL && is_any_depth(pattern, pattern_end)) {
			starred = true;
			star = pattern = next_segment(pattern_end);
			retry = path;
		} else if (pattern != NULL && segment_matches(pattern, pattern_end, path, path_end)) {
			pattern = next_segment(pattern_end);
			path = next_segment(path_end);
		} else if (starred) {
			pattern = star;
			path = retry = next_segment(segment_end(retry));
		} else {
			return false;
		}
	}
	while (pattern != NULL && is_any_depth(pattern, segment_end(pattern)))
		pattern = next_segment(segment_end(pattern));
	return pattern == NULL;
}
