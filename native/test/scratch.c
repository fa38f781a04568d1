#define _GNU_SOURCE
#include "scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scope.h"

bool holds_in_child(bool (*sentence)(void *argument), void *argument)
{
	int status = -1;
	fflush(stdout);
	const pid_t pid = fork();
	if (pid == 0)
		_exit(sentence(argument) ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

struct scratch scratch_make(void)
{
	return scratch_make_in("/tmp");
}

struct scratch scratch_make_in(const char *directory)
{
	struct scratch scratch = { .directory = -1 };
	(void)snprintf(scratch.path, sizeof scratch.path, "%s/mayfly-test-XXXXXX", directory);
	if (mkdtemp(scratch.path) != NULL)
		scratch.directory = open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scratch.directory < 0)
		abort();
	return scratch;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

void scratch_remove(struct scratch *scratch)
{
	enum { DESCRIPTORS = 8 };
	close_fd(&scratch->directory);
	nftw(scratch->path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

bool scratch_write(int directory, const char *name, const char *text)
{
	AUTO_CLOSE int file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);
}

bool scratch_is_there(int directory, const char *name)
{
	return faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int socket_with(int type, const void *bytes, size_t count, int *far)
{
	int pair[2];
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	if (count > 0 && send(pair[1], bytes, count, MSG_NOSIGNAL) != (ssize_t)count)
		abort();
	shutdown(pair[1], SHUT_WR);
	if (far == NULL)
		close(pair[1]);
	else
		*far = pair[1];
	return pair[0];
}

void pieces_add(struct pieces *pieces, const void *bytes, size_t count)
{
	if (count > sizeof pieces->bytes - pieces->count)
		abort();
	memcpy(pieces->bytes + pieces->count, bytes, count);
	pieces->count += count;
}

static uint64_t status_value(const char *process, const char *key, int base)
{
	char path[64], text[4096], line[64];
	snprintf(path, sizeof path, "/proc/%s/status", process);
	snprintf(line, sizeof line, "\n%s:", key);
	AUTO_CLOSE int file = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t count = file < 0 ? -1 : read(file, text, sizeof text - 1);
	text[count > 0 ? count : 0] = '\0';
	const char *at = strstr(text, line);
	return at == NULL ? UINT64_MAX : strtoull(at + strlen(line), NULL, base);
}

uint64_t status_mask(const char *process, const char *key)
{
	return status_value(process, key, 16);
}

uint64_t status_number(const char *process, const char *key)
{
	return status_value(process, key, 10);
}
