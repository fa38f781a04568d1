/*
 * Patterns of paths: `*` stands for any characters of one segment, `?` for one, `**` as a segment for any number of
 * segments, and what follows a backslash for itself. A dot is a character like others. Takes time in proportion to the
 * product of both lengths, whatever they are.
 */
#ifndef MAYFLY_GLOB_H
#define MAYFLY_GLOB_H

#include <stdbool.h>

bool glob_matches(const char *pattern, const char *path);

#endif
