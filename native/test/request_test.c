/* The exec section, whole and broken, and where a command is found. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "request.h"
#include "scope.h"
#include "scratch.h"

static const char words[] = "sh\0-c\0exit\0A=1\0/work";

static const struct exec_request whole = { .argc = 3, .envc = 1, .strings_bytes = sizeof words };

/* What becomes of this head with these strings; `out`, if asked for, is then the caller's. */
static int read_with(const struct exec_request *head, const void *strings, size_t count, struct request *out)
{
	struct pieces pieces = { .count = 0 };
	struct request request;
	pieces_add(&pieces, head, sizeof *head);
	pieces_add(&pieces, strings, count);
	AUTO_CLOSE int socket = socket_with(SOCK_STREAM, pieces.bytes, pieces.count, NULL);
	int error = request_read(socket, out == NULL ? &request : out);
	if (out == NULL)
		request_free(&request);
	return error;
}

static int read_changed(struct exec_request head)
{
	return read_with(&head, words, sizeof words, NULL);
}

static void sound(void)
{
	struct request request;
	check(read_with(&whole, words, sizeof words, &request) == 0 && strcmp(request.argv[0], "sh") == 0 &&
		strcmp(request.argv[2], "exit") == 0 && request.argv[3] == NULL, "the arguments are read, and end with NULL");
	check(strcmp(request.envp[0], "A=1") == 0 && request.envp[1] == NULL, "the variables are read, and end with NULL");
	check(strcmp(request.directory, "/work") == 0, "the working directory is read");
	request_free(&request);

	struct exec_request head = whole;
	struct pieces pieces = { .count = 0 };
	const struct exec_rlimit limit = { .resource = 7, .value = 64 };
	head.rlimit_count = 1;
	pieces_add(&pieces, &limit, sizeof limit);
	pieces_add(&pieces, words, sizeof words);
	check(read_with(&head, pieces.bytes, pieces.count, &request) == 0 && request.rlimits[0].value == 64, "limits are read");
	request_free(&request);
}

static void broken(void)
{
	struct request request;
	AUTO_CLOSE int nothing = socket_with(SOCK_STREAM, "", 0, NULL);
	check(request_read(nothing, &request) == -EPIPE, "a socket that ends is no request");
	AUTO_CLOSE int cut = socket_with(SOCK_STREAM, &whole, sizeof whole - 1, NULL);
	check(request_read(cut, &request) == -EPIPE, "a head that is cut off is no request");
	check(read_with(&whole, words, sizeof words - 1, NULL) == -EPIPE, "strings that are cut off are no request");

	struct exec_request head = whole;
	head.strings_bytes--;
	check(read_changed(head) == -EBADMSG, "a working directory without an end is refused");
	head = whole;
	head.envc = 2;
	check(read_changed(head) == -EBADMSG, "a request without a working directory is refused");
	head.envc = 100;
	check(read_changed(head) == -EBADMSG, "more variables than there are strings are refused");
	head = whole;
	head.argc = 1000;
	check(read_changed(head) == -EBADMSG, "more arguments than there are strings are refused");
	head.argc = 0;
	check(read_changed(head) == -E2BIG, "a request without arguments is refused");
	head.argc = UINT32_MAX;
	check(read_changed(head) == -E2BIG, "arguments that would not fit into memory are refused");
	head = whole;
	head.strings_bytes = UINT32_MAX;
	check(read_changed(head) == -E2BIG, "strings that execve(2) would not take are refused");
	head = whole;
	head.rlimit_count = RLIMITS_MAX + 1;
	check(read_changed(head) == -EBADMSG, "more limits than there are places are refused");
	head = whole;
	head.strings_bytes = 0;
	check(read_changed(head) == -EBADMSG, "a request without strings is refused");
}

/* Ends as the command does. */
static int execute(const char *argument, const char *path_variable)
{
	char name[64], path[128];
	char *argv[] = { name, NULL }, *envp[] = { path, NULL };
	struct request request = { .argv = argv, .envp = envp };
	int status = -1;
	snprintf(name, sizeof name, "%s", argument);
	snprintf(path, sizeof path, "%s", path_variable);
	fflush(stdout);
	const pid_t pid = fork();
	if (pid == 0)
		_exit(-request_execute(&request));
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void found(void)
{
	struct scratch scratch = scratch_make();
	char variable[128];
	scratch_write(scratch.directory, "true", "not to be executed");
	check_equal(execute("true", "PATH=/nowhere:/usr/bin:/bin"), 0, "a command is found in a later directory of its PATH");
	check_equal(execute("/bin/true", "PATH=/nowhere"), 0, "a command with a slash is not looked for");
	check_equal(execute("true", "HOME=/"), ENOENT, "without PATH nothing is found");
	check_equal(execute("true", "PATH=:"), ENOENT, "an empty entry of PATH is not the working directory");
	snprintf(variable, sizeof variable, "PATH=%s:/nowhere", scratch.path);
	check_equal(execute("true", variable), EACCES, "what is found but may not be executed is told as that");
	snprintf(variable, sizeof variable, "PATH=%s:/usr/bin:/bin", scratch.path);
	check_equal(execute("true", variable), 0, "what may not be executed does not hide what comes later");
	scratch_remove(&scratch);
}

int main(void)
{
	sound();
	broken();
	found();
	return check_report();
}
