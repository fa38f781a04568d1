#define _GNU_SOURCE
#include "request.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "program_size.h"
#include "transfer.h"

/* as much as execve(2) takes at all: 3/4 of 8 MiB */
enum { STRINGS_MAX = 6 * 1024 * 1024 };

/* Points `count` places of `list` at consecutive strings; NULL if they do not end within `left`. */
static char *point_at_strings(char **list, uint32_t count, char *at, const char *end)
{
	for (uint32_t i = 0; i < count; i++) {
		char *next = memchr(at, '\0', (size_t)(end - at));

		if (next == NULL)
			return NULL;
		list[i] = at;
		at = next + 1;
	}
	list[count] = NULL;
	return at;
}

/* Where everything stands in one mapping: the two lists, and behind them the strings that they point at. */
static int point_at_all(struct request *request, char **map, char *text)
{
	const struct exec_request *head = &request->head;
	const char *end = text + head->strings_bytes;

	request->argv = map;
	request->envp = map + head->argc + 1;
	text = point_at_strings(request->argv, head->argc, text, end);
	if (text != NULL)
		text = point_at_strings(request->envp, head->envc, text, end);
	if (text == NULL || memchr(text, '\0', (size_t)(end - text)) == NULL)
		return -EBADMSG;
	request->directory = text;
	return 0;
}

static size_t list_bytes(const struct exec_request *head)
{
	return ((size_t)head->argc + head->envc + 2) * sizeof(char *);
}

static int read_strings(int socket, struct request *request)
{
	const struct exec_request *head = &request->head;
	char **map;
	char *text;
	int error;

	if (head->argc == 0 || head->strings_bytes > STRINGS_MAX || head->argc > STRINGS_MAX || head->envc > STRINGS_MAX)
		return -E2BIG;
	map = mmap(NULL, list_bytes(head) + head->strings_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return -errno;
	text = (char *)map + list_bytes(head);
	error = receive_exactly(socket, text, head->strings_bytes);
	if (error == 0)
		error = point_at_all(request, map, text);
	if (error < 0) {
		request->argv = NULL;
		(void)munmap(map, list_bytes(head) + head->strings_bytes);
	}
	return error;
}

void request_free(struct request *request)
{
	if (request->argv != NULL)
		(void)munmap(request->argv, list_bytes(&request->head) + request->head.strings_bytes);
	request->argv = NULL;
}

static uint32_t least_channels(uint32_t flags)
{
	if ((flags & EXEC_RELAY) != 0)
		return RELAY_ENDS;
	return (flags & EXEC_PIPES) != 0 ? PIPE_ENDS : 0;
}

int request_read(int socket, struct request *request)
{
	int error = receive_exactly(socket, &request->head, sizeof request->head);

	request->argv = NULL;
	if (error < 0)
		return error;
	if (request->head.rlimit_count > RLIMITS_MAX || request->head.channel_count > CHANNELS_MAX ||
	    request->head.channel_count < least_channels(request->head.flags))
		return -EBADMSG;
	error = receive_exactly(socket, request->rlimits, request->head.rlimit_count * sizeof request->rlimits[0]);
	if (error == 0)
		error = read_strings(socket, request);
	if (error == 0 && (request->head.flags & EXEC_RELAY) != 0)
		error = receive_exactly(socket, &request->relay, sizeof request->relay);
	return error;
}

static const char *find_path_variable(char *const *envp)
{
	for (; *envp != NULL; envp++) {
		if (strncmp(*envp, "PATH=", 5) == 0)
			return *envp + 5;
	}
	return "";
}

/* Returns only on failure. */
static int execute_at(const char *path, const struct request *request)
{
	const int error = program_check_size(path);

	if (error < 0)
		return error;
	(void)execve(path, request->argv, request->envp);
	return -errno;
}

/* Tries `directory`/`name`; returns only on failure. */
static int execute_in(const char *directory, size_t length, const struct request *request)
{
	const size_t name = strlen(request->argv[0]) + 1;
	char path[PATH_MAX];

	if (length == 0 || length + 1 + name > sizeof path)
		return -ENOENT;
	memcpy(path, directory, length);
	path[length] = '/';
	memcpy(path + length + 1, request->argv[0], name);
	return execute_at(path, request);
}

int request_execute(const struct request *request)
{
	const char *directory = find_path_variable(request->envp);
	int result = -ENOENT;

	if (strchr(request->argv[0], '/') != NULL)
		return execute_at(request->argv[0], request);
	for (;;) {
		const size_t length = strcspn(directory, ":");
		const int error = execute_in(directory, length, request);

		if (error == -EACCES)
			result = error;
		else if (error != -ENOENT && error != -ENOTDIR)
			return error;
		if (directory[length] == '\0')
			return result;
		directory += length + 1;
	}
}
