#include "cgroup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scope.h"

int file_open(int directory, const char *name, int flags)
{
	int fd = openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

int file_read(int fd, char *text, size_t size)
{
	ssize_t length = pread(fd, text, size - 1, 0);
	if (length < 0)
		return -errno;
	text[length] = '\0';
	return (int)length;
}

int file_read_at(int directory, const char *name, char *text, size_t size)
{
	AUTO_CLOSE int fd = file_open(directory, name, O_RDONLY);
	return fd < 0 ? fd : file_read(fd, text, size);
}

int file_read_number(int fd, uint64_t *out)
{
	char text[32];
	int length = file_read(fd, text, sizeof text);
	return length < 0 ? length : parse_number(text, out);
}

int file_read_value(int fd, const char *key, uint64_t *out)
{
	char text[FILE_TEXT_BYTES];
	int length = file_read(fd, text, sizeof text);
	return length < 0 ? length : parse_value(text, key, out);
}

int file_write_at(int directory, const char *name, const char *text)
{
	AUTO_CLOSE int fd = file_open(directory, name, O_WRONLY);
	if (fd < 0)
		return fd;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

int file_write_number_at(int directory, const char *name, uint64_t value)
{
	char text[32];
	snprintf(text, sizeof text, "%" PRIu64, value);
	return file_write_at(directory, name, text);
}

bool file_exists_at(int directory, const char *name)
{
	return directory >= 0 && faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int file_read_all_at(int directory, const char *name, size_t bytes_max, char **out)
{
	AUTO_CLOSE int fd = file_open(directory, name, O_RDONLY);
	if (fd < 0)
		return fd;
	AUTO_FREE char *text = NULL;
	size_t length = 0, size = 0;
	for (;;) {
		if (length == size) {
			size = size == 0 ? 16384 : 2 * size;
			char *larger = size > bytes_max ? NULL : realloc(text, size + 1);
			if (larger == NULL)
				return size > bytes_max ? -E2BIG : -ENOMEM;
			text = larger;
		}
		ssize_t more = read(fd, text + length, size - length);
		if (more < 0)
			return -errno;
		if (more == 0)
			break;
		length += (size_t)more;
	}
	text[length] = '\0';
	*out = text;
	text = NULL;
	return 0;
}

static bool ends_word(char c)
{
	return c == '\0' || c == ' ' || c == '\n' || c == '\t' || c == ',';
}

int parse_number(const char *text, uint64_t *out)
{
	if (strncmp(text, "max", 3) == 0 && ends_word(text[3])) {
		*out = UINT64_MAX;
		return 0;
	}
	uint64_t value = 0;
	const char *digit = text;
	for (; *digit >= '0' && *digit <= '9'; digit++) {
		if (__builtin_mul_overflow(value, 10U, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*digit - '0'), &value))
			return -ERANGE;
	}
	if (digit == text || !ends_word(*digit))
		return -EBADMSG;
	*out = value;
	return 0;
}

int parse_value(const char *text, const char *key, uint64_t *out)
{
	size_t length = strlen(key);
	for (const char *line = text; line != NULL && *line != '\0';) {
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return parse_number(line + length + 1, out);
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	return -ENODATA;
}

bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = text; *at != '\0';) {
		if (strncmp(at, word, length) == 0 && ends_word(at[length]))
			return true;
		while (!ends_word(*at))
			at++;
		if (*at != '\0')
			at++;
	}
	return false;
}
