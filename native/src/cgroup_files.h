/* Reading and writing the kernel's small cgroup files. Functions return 0 or -errno unless they say otherwise. */
#ifndef MAYFLY_CGROUP_FILES_H
#define MAYFLY_CGROUP_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FILE_TEXT_BYTES = 2048,     /* the longest cgroup file we read at once, cpu.stat, has under 500 */
};

/* openat(2) with O_CLOEXEC and O_NOFOLLOW added; a descriptor or -errno. */
int file_open(int directory, const char *name, int flags);
/* Reads from the start, at most size - 1 bytes, and ends them with a NUL; their number or -errno. */
int file_read(int fd, char *text, size_t size);
int file_read_at(int directory, const char *name, char *text, size_t size);
int file_read_number(int fd, uint64_t *out);
/* The value on the line `key value`. */
int file_read_value(int fd, const char *key, uint64_t *out);
int file_write_at(int directory, const char *name, const char *text);
int file_write_number_at(int directory, const char *name, uint64_t value);
bool file_exists_at(int directory, const char *name);
/* A whole file of unknown length, on the heap; -E2BIG past `bytes_max`. */
int file_read_all_at(int directory, const char *name, size_t bytes_max, char **out);

/* Decimal digits, then the end or white space; `max` is UINT64_MAX. */
int parse_number(const char *text, uint64_t *out);
int parse_value(const char *text, const char *key, uint64_t *out);
/* Whether `word` is one of those that blanks, commas or line ends separate. */
bool has_word(const char *text, const char *word);

#endif
