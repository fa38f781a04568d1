#define _GNU_SOURCE
#include "stub.h"

#include <sched.h>
#include <sys/resource.h>

#include "home.h"
#include "place.h"
#include "privileges.h"
#include "relay.h"
#include "request.h"
#include "rights.h"
#include "scope.h"
#include "steps.h"
#include "stub_channels.h"
#include "stub_unpack.h"
#include "stub_usage.h"
#include "syscalls.h"
#include "terminal.h"
#include "transfer.h"
#include "watcher.h"

enum {
	REQUEST_SOCKET = 3,
	LISTENER_SOCKET = 4,
	EXIT_FAILED = 125,
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

/* 0, 1, 2, the request's socket until exec, the listener's until the filter is on, and nothing else. */
static int place_descriptors(const struct launch *launch)
{
	const int wanted[] = { launch->standard[0], launch->standard[1], launch->standard[2], launch->stub_socket,
		               launch->listener_socket };
	const int count = launch->listener_socket < 0 ? LISTENER_SOCKET : LISTENER_SOCKET + 1;
	int moved[LISTENER_SOCKET + 1];

	/* first out of the way: a source may stand where a target goes */
	for (int i = 0; i < count; i++) {
		moved[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, LISTENER_SOCKET + 1);
		if (moved[i] < 0)
			return -errno;
	}
	for (int i = 0; i < count; i++) {
		if (dup3(moved[i], i, i >= REQUEST_SOCKET ? O_CLOEXEC : 0) < 0)
			return -errno;
	}
	return sys_close_range((unsigned int)count, ~0U, 0);
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

static int landlock(const struct launch *launch)
{
	const int error = install_landlock(launch->mounts);

	if (error == -EOPNOTSUPP)
		launch->shared->lacking |= FEATURE_LANDLOCK;
	return error == -EOPNOTSUPP ? 0 : error;
}

static int shared_user(const struct launch *launch)
{
	return launch->init_user == launch->user ? protect_init() : 0;
}

/* Where the host refuses notifications, the same calls are refused without a name. */
static int filter(const struct launch *launch)
{
	int listener;
	int error;

	if (launch->listener_socket < 0)
		return install_filter(&launch->filter);
	listener = install_notifying_filter(&launch->filter);
	if (listener < 0) {
		launch->shared->lacking |= FEATURE_REFUSAL_NAMES;
		(void)close(LISTENER_SOCKET);
		return install_filter(&launch->plain_filter);
	}
	error = listener_send(LISTENER_SOCKET, listener);
	(void)close(listener);
	(void)close(LISTENER_SOCKET);
	return error;
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
	{ STEP_LANDLOCK, landlock },
	{ STEP_FILTER, shared_user },
	{ STEP_FILTER, filter },                    /* from here on the command's own rights */
};

static int set_limits(const struct request *request)
{
	/* what is unpacked may stand deeper than a command may have files open, and nothing is executed */
	const uint64_t spared = (request->head.flags & EXEC_UNPACK) != 0 ? RLIMIT_NOFILE : RLIM_INFINITY;

	for (uint32_t i = 0; i < request->head.rlimit_count; i++) {
		const struct rlimit limit = {
			.rlim_cur = request->rlimits[i].value, .rlim_max = request->rlimits[i].value
		};

		if (request->rlimits[i].resource != spared && setrlimit((int)request->rlimits[i].resource, &limit) != 0)
			return -errno;
	}
	return 0;
}

/* Says that everything is in place, and waits until the supervisor has begun to count. */
static int wait_for_go(struct shared *shared, int *socket, struct request *request)
{
	const struct stub_record record = { .kind = STUB_PLACED };
	const uint32_t count = request->head.channel_count + ((request->head.flags & EXEC_INPUT) != 0 ? 1 : 0);
	int error;

	shared->waiting_cpu_ns = stub_cpu_ns();
	error = send_exactly(REQUEST_SOCKET, &record, sizeof record);
	if (error == 0)
		error = rights_receive(REQUEST_SOCKET, request->channels, count);
	return error < 0 ? error : stub_place_all(request, socket);
}

static bool has_files(const struct exec_request *head)
{
	return head->file_count > 0 || (head->flags & EXEC_FILES_FOLLOW) != 0;
}

static int place_all(const struct exec_request *head, uint64_t *written_bytes, uint32_t *index)
{
	const bool more = (head->flags & EXEC_FILES_FOLLOW) != 0, replace = (head->flags & EXEC_REPLACE) != 0;
	AUTO_CLOSE int home = open_home();

	return home < 0 ? home : place_files(REQUEST_SOCKET, home, head->file_count, more, replace, written_bytes, index);
}

static int get_ready(struct request *request, int *socket, struct shared *shared, uint32_t *index, enum step *step)
{
	int error = 0;

	*step = STEP_TERMINAL;
	if ((request->head.flags & EXEC_TERMINAL) != 0)
		error = terminal_take();
	if (error < 0)
		return error;
	*step = STEP_FILES;
	if (has_files(&request->head))
		error = place_all(&request->head, &shared->written_bytes, index);
	if (error == 0 && (has_files(&request->head) || (request->head.flags & EXEC_WAITS) != 0))
		error = wait_for_go(shared, socket, request);
	return error;
}

static _Noreturn void become_command(struct shared *shared)
{
	struct request request = { 0 };
	enum step step = STEP_NONE;
	uint32_t index = 0;
	int socket = REQUEST_SOCKET;
	int error = request_read(REQUEST_SOCKET, &request);

	if (error == -EPIPE)
		_exit(0);
	if (error < 0)
		fail(REQUEST_SOCKET, STEP_REQUEST, error, 0);
	error = get_ready(&request, &socket, shared, &index, &step);
	if (error < 0)
		fail(socket, step, error, index);
	if (chdir(request.directory) != 0)
		fail(socket, STEP_WORKING_DIRECTORY, -errno, 0);
	error = set_limits(&request);
	if (error < 0)
		fail(socket, STEP_LIMITS, error, 0);
	stub_note_usage(shared);
	if ((request.head.flags & EXEC_NOTHING) != 0)
		_exit(0);
	step = STEP_EXEC;
	if ((request.head.flags & EXEC_UNPACK) != 0)
		error = stub_unpack(&step, &index);
	else if ((request.head.flags & EXEC_RELAY) != 0)
		error = relay_run(&request.relay, request.channels, REQUEST_SOCKET, shared->clock_offset_ns);
	else
		error = request_execute(&request);
	shared->started_ns = 0;
	fail(socket, step, error, index);
}

/* From here on what this process uses is measured; asking also brings the counts of our cgroup up to date. */
static void say_ready(struct shared *shared)
{
	const struct stub_record ready = { .kind = STUB_READY, .index = shared->lacking };

	shared->waiting_cpu_ns = stub_cpu_ns();
	if (send_exactly(REQUEST_SOCKET, &ready, sizeof ready) < 0)
		_exit(EXIT_FAILED);
}

/*
 * Landlock goes by the directories that are there when it is installed, and an overlay over the home is another
 * directory. Where one may come, the last steps are taken at the hand-out, and still before the request is read.
 */
static void wait_for_home(struct shared *shared)
{
	uint8_t go;

	say_ready(shared);
	if (receive_exactly(REQUEST_SOCKET, &go, sizeof go) < 0)
		_exit(0);
}

_Noreturn void stub_main(const struct launch *launch)
{
	int socket = launch->stub_socket;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		int error;

		if (launch->late && steps[i].step == STEP_LANDLOCK)
			wait_for_home(launch->shared);
		error = steps[i].run(launch);
		if (error < 0)
			fail(socket, steps[i].step, error, 0);
		if (steps[i].step == STEP_DESCRIPTORS)
			socket = REQUEST_SOCKET;
	}
	if (!launch->late)
		say_ready(launch->shared);
	become_command(launch->shared);
}
