#define _GNU_SOURCE
#include "stub.h"

#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "clock.h"
#include "place.h"
#include "privileges.h"
#include "steps.h"
#include "syscalls.h"
#include "transfer.h"

enum {
	REQUEST_SOCKET = 3,
	RLIMITS_MAX = 16,
	/* as much as execve(2) takes at all: 3/4 of 8 MiB */
	STRINGS_MAX = 6 * 1024 * 1024,
	EXIT_FAILED = 125,
};

/* The request, as far as it is needed until exec. */
struct request {
	struct exec_request head;
	struct exec_rlimit rlimits[RLIMITS_MAX];
	char **argv;
	char **envp;
	const char *directory;
};

static _Noreturn void fail(int socket, enum step step, int error, uint32_t index)
{
	const struct stub_record record = {
		.kind = STUB_FAILED, .step = (uint32_t)step, .error = (uint32_t)-error, .index = index
	};

	(void)send_exactly(socket, &record, sizeof record);
	_exit(EXIT_FAILED);
}

/* Each of them is joined by writing one byte. */
static int join_cgroup(const struct launch *launch)
{
	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		launch->shared->written_bytes += launch->cgroup.members[i] >= 0 ? 1 : 0;
	return cgroup_join(&launch->cgroup);
}

/* After joining, so that the command sees its own cgroup as the root of all. */
static int hide_cgroups(const struct launch *launch)
{
	(void)launch;
	return unshare(CLONE_NEWCGROUP) != 0 ? -errno : 0;
}

/* 0, 1, 2, the request's socket until exec, and nothing else. All targets are below any descriptor of `launch`. */
static int place_descriptors(const struct launch *launch)
{
	const int wanted[] = { launch->standard[0], launch->standard[1], launch->standard[2], launch->stub_socket };
	int moved[4];

	/* first out of the way: a source may stand where a target goes */
	for (int i = 0; i < 4; i++) {
		moved[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, REQUEST_SOCKET + 1);
		if (moved[i] < 0)
			return -errno;
	}
	for (int i = 0; i < 4; i++) {
		if (dup3(moved[i], i == REQUEST_SOCKET ? REQUEST_SOCKET : i, i == REQUEST_SOCKET ? O_CLOEXEC : 0) < 0)
			return -errno;
	}
	return sys_close_range(REQUEST_SOCKET + 1, ~0U, 0);
}

static int new_session(const struct launch *launch)
{
	(void)launch;
	return setsid() < 0 ? -errno : 0;
}

static int signals(const struct launch *launch)
{
	(void)launch;
	return reset_signals();
}

static int inherited(const struct launch *launch)
{
	(void)launch;
	return reset_inherited();
}

static int capabilities(const struct launch *launch)
{
	(void)launch;
	return drop_capability_bounds();
}

static int credentials(const struct launch *launch)
{
	return become_user(launch->user, launch->group);
}

static int no_new_privileges(const struct launch *launch)
{
	(void)launch;
	return forbid_new_privileges();
}

static int filter(const struct launch *launch)
{
	return install_filter(&launch->filter);
}

/* From the fork on: each step may use only what is still allowed. */
static const struct {
	enum step step;
	int (*run)(const struct launch *launch);
} steps[] = {
	{ STEP_CGROUP_JOIN, join_cgroup },          /* by descriptors that the supervisor opened */
	{ STEP_CGROUP_NAMESPACE, hide_cgroups },    /* capabilities inside the user namespace */
	{ STEP_DESCRIPTORS, place_descriptors },
	{ STEP_SESSION, new_session },
	{ STEP_SIGNALS, signals },
	{ STEP_INHERITED, inherited },
	{ STEP_CAPABILITIES, capabilities },
	{ STEP_CREDENTIALS, credentials },          /* the last step with capabilities */
	{ STEP_NO_NEW_PRIVILEGES, no_new_privileges },
	{ STEP_FILTER, filter },                    /* from here on the command's own rights */
};

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

/* The strings stand in one mapping, behind the two lists that point at them. */
static int read_strings(struct request *request)
{
	const struct exec_request *head = &request->head;
	const size_t lists = ((size_t)head->argc + head->envc + 2) * sizeof(char *);
	char **map;
	char *text;
	char *end;
	int error;

	if (head->argc == 0 || head->strings_bytes > STRINGS_MAX || head->argc > STRINGS_MAX || head->envc > STRINGS_MAX)
		return -E2BIG;
	map = mmap(NULL, lists + head->strings_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return -errno;
	text = (char *)map + lists;
	end = text + head->strings_bytes;
	error = receive_exactly(REQUEST_SOCKET, text, head->strings_bytes);
	if (error < 0)
		return error;
	request->argv = map;
	request->envp = map + head->argc + 1;
	text = point_at_strings(request->argv, head->argc, text, end);
	if (text != NULL)
		text = point_at_strings(request->envp, head->envc, text, end);
	if (text == NULL || text >= end || memchr(text, '\0', (size_t)(end - text)) == NULL)
		return -EBADMSG;
	request->directory = text;
	return 0;
}

static int read_request(struct request *request)
{
	int error = receive_exactly(REQUEST_SOCKET, &request->head, sizeof request->head);

	if (error < 0)
		return error;
	if (request->head.rlimit_count > RLIMITS_MAX)
		return -EBADMSG;
	error = receive_exactly(REQUEST_SOCKET, request->rlimits, request->head.rlimit_count * sizeof request->rlimits[0]);
	return error < 0 ? error : read_strings(request);
}

static int set_limits(const struct request *request)
{
	for (uint32_t i = 0; i < request->head.rlimit_count; i++) {
		const struct rlimit limit = {
			.rlim_cur = request->rlimits[i].value, .rlim_max = request->rlimits[i].value
		};

		if (setrlimit((int)request->rlimits[i].resource, &limit) != 0)
			return -errno;
	}
	return 0;
}

/* Says that the files are in place, and waits until the supervisor has begun to count. */
static int wait_for_go(void)
{
	const struct stub_record record = { .kind = STUB_PLACED };
	uint8_t go;
	int error = send_exactly(REQUEST_SOCKET, &record, sizeof record);

	return error < 0 ? error : receive_exactly(REQUEST_SOCKET, &go, sizeof go);
}

/* What this process used so far is not the command's. */
static void note_own_usage(struct shared *shared)
{
	struct rusage own;

	if (getrusage(RUSAGE_SELF, &own) == 0) {
		shared->voluntary_switch_count = (uint64_t)own.ru_nvcsw;
		shared->involuntary_switch_count = (uint64_t)own.ru_nivcsw;
		shared->minor_fault_count = (uint64_t)own.ru_minflt;
		shared->major_fault_count = (uint64_t)own.ru_majflt;
	}
	shared->started_ns = monotonic_ns();
}

static const char *find_path_variable(char *const *envp)
{
	for (; *envp != NULL; envp++) {
		if (strncmp(*envp, "PATH=", 5) == 0)
			return *envp + 5;
	}
	return "";
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
	(void)execve(path, request->argv, request->envp);
	return -errno;
}

/* As execvp(3) does, along the command's own PATH; returns only on failure. */
static int execute(const struct request *request)
{
	const char *directory = find_path_variable(request->envp);
	int result = -ENOENT;

	if (strchr(request->argv[0], '/') != NULL) {
		(void)execve(request->argv[0], request->argv, request->envp);
		return -errno;
	}
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

static _Noreturn void become_command(struct shared *shared)
{
	struct request request = { 0 };
	uint32_t index = 0;
	int error = read_request(&request);

	if (error == -EPIPE)
		_exit(0);
	if (error < 0)
		fail(REQUEST_SOCKET, STEP_REQUEST, error, 0);
	if (request.head.file_count > 0) {
		error = place_files(REQUEST_SOCKET, request.head.file_count, &shared->written_bytes, &index);
		if (error == 0)
			error = wait_for_go();
		if (error < 0)
			fail(REQUEST_SOCKET, STEP_FILES, error, index);
	}
	if (chdir(request.directory) != 0)
		fail(REQUEST_SOCKET, STEP_WORKING_DIRECTORY, -errno, 0);
	error = set_limits(&request);
	if (error < 0)
		fail(REQUEST_SOCKET, STEP_LIMITS, error, 0);
	note_own_usage(shared);
	error = execute(&request);
	shared->started_ns = 0;
	fail(REQUEST_SOCKET, STEP_EXEC, error, 0);
}

_Noreturn void stub_main(const struct launch *launch)
{
	const struct stub_record ready = { .kind = STUB_READY };
	int socket = launch->stub_socket;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		int error = steps[i].run(launch);

		if (error < 0)
			fail(socket, steps[i].step, error, 0);
		if (steps[i].step == STEP_DESCRIPTORS)
			socket = REQUEST_SOCKET;
	}
	if (send_exactly(REQUEST_SOCKET, &ready, sizeof ready) < 0)
		_exit(EXIT_FAILED);
	become_command(launch->shared);
}
