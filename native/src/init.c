#define _GNU_SOURCE
#include "init.h"

#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "clock.h"
#include "collect.h"
#include "inside_usage.h"
#include "mounts.h"
#include "scope.h"
#include "steps.h"
#include "stub.h"
#include "syscalls.h"
#include "transfer.h"

struct init {
	int socket;             /* to the supervisor */
	int child_signal;       /* signalfd: SIGCHLD */
	struct io_files io;
	struct shared *shared;
	pid_t stub;
	bool over;              /* no process is left, and the supervisor has been told */
};

static _Noreturn void fail(int socket, enum step step, int error)
{
	const struct init_record record = { .kind = INIT_FAILED, .step = (uint32_t)step, .error = (uint32_t)-error };

	(void)send_exactly(socket, &record, sizeof record);
	_exit(1);
}

/* Root of the container's own user namespace. Until then the host's user ids are still in force: touch no file before. */
static int take_identity(const struct launch *launch)
{
	struct init_command mapped;
	int error = receive_exactly(launch->init_socket, &mapped, sizeof mapped);

	if (error < 0)
		return error;
	if (mapped.order != ORDER_MAPPED)
		return -EBADMSG;
	if (syscall(SYS_setresgid, 0, 0, 0) != 0 || syscall(SYS_setresuid, 0, 0, 0) != 0)
		return -errno;
	return 0;
}

/* After the last change of ids, which clears it. A supervisor that died before shows as the end of its socket. */
static int die_with_parent(const struct launch *launch)
{
	(void)launch;
	return prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ? -errno : 0;
}

static int name_host(const struct launch *launch)
{
	static const char host[] = "mayfly";
	static const char domain[] = "(none)";

	(void)launch;
	if (sethostname(host, sizeof host - 1) != 0 || setdomainname(domain, sizeof domain - 1) != 0)
		return -errno;
	return 0;
}

static int own_keyring(const struct launch *launch)
{
	int error = sys_join_new_session_keyring();

	(void)launch;
	return error < 0 && error != -ENOSYS ? error : 0;
}

static int own_proc(const struct launch *launch)
{
	(void)launch;
	return mount_own_proc();
}

static int own_disk(const struct launch *launch)
{
	return mount_disk(launch->disk_bytes, launch->inode_count, launch->user, launch->group);
}

static int own_message_queues(const struct launch *launch)
{
	(void)launch;
	return mount_message_queues();
}

/* Making the container, from clone to the fork of the stub. */
static const struct {
	enum step step;
	int (*run)(const struct launch *launch);
} steps[] = {
	{ STEP_IDENTITY, take_identity },
	{ STEP_PARENT_DEATH, die_with_parent },
	{ STEP_HOST_NAME, name_host },
	{ STEP_KEYRING, own_keyring },
	{ STEP_PROC, own_proc },
	{ STEP_DISK, own_disk },
	{ STEP_MESSAGE_QUEUES, own_message_queues },
};

static void kill_all(void)
{
	(void)kill(-1, SIGKILL);
}

/* Reaps whoever is dead; true once the command is among them, with its status. `flags` as for waitpid. */
static bool reap(pid_t stub, int flags, int *status)
{
	bool found = false;

	for (;;) {
		int one;
		pid_t pid = waitpid(-1, &one, flags | __WALL);

		if (pid == stub) {
			*status = one;
			found = true;
		}
		if (pid == 0 || (pid < 0 && errno != EINTR))
			return found;
	}
}

/* Nobody is left: what they used, and what they left on the disk. */
static void report_end(struct init *init, int status, bool ended_first, uint64_t ended_ns)
{
	struct init_record record = {
		.kind = INIT_ENDED,
		.wait_status = (uint32_t)status,
		.ended_first = ended_first ? 1 : 0,
		.ended_ns = ended_ns,
	};
	int error;

	add_usage(&record, &init->io, init->shared);
	error = send_exactly(init->socket, &record, sizeof record);
	if (error < 0)
		_exit(1);
	init->over = true;
}

/* The command has ended by itself: whatever it left running ends with it. */
static void end_after_command(struct init *init, int status)
{
	const uint64_t ended_ns = monotonic_ns();
	int ignored;

	kill_all();
	(void)reap(init->stub, 0, &ignored);
	report_end(init, status, true, ended_ns);
}

/* Its time, or another limit, is over. It may have ended by itself at the same moment. */
static void end_by_order(struct init *init)
{
	int status = 0;
	const bool ended_first = reap(init->stub, WNOHANG, &status);
	const uint64_t ended_ns = monotonic_ns();
	int killed = 0;

	kill_all();
	if (reap(init->stub, 0, &killed))
		status = killed;
	report_end(init, status, ended_first, ended_ns);
}

static void resize(struct init *init, const struct init_command *command)
{
	struct init_record record = { .kind = INIT_RESIZED };
	int error = resize_disk(command->first, command->second);

	if (error < 0)
		fail(init->socket, STEP_DISK, error);
	if (send_exactly(init->socket, &record, sizeof record) < 0)
		_exit(1);
}

/* Orders come in packets; the end of the socket is the supervisor's death, and with init everything here dies. */
static void obey(struct init *init)
{
	struct init_command command;
	int error = receive_exactly(init->socket, &command, sizeof command);

	if (error < 0)
		_exit(0);
	if (command.order == ORDER_KILL && !init->over)
		end_by_order(init);
	else if (command.order == ORDER_DISK)
		resize(init, &command);
	else if (command.order == ORDER_COLLECT && init->over)
		error = collect_files(init->socket, command.first);
	if (error < 0)
		_exit(1);
}

static void children_changed(struct init *init)
{
	struct signalfd_siginfo ignored;
	int status;

	(void)read(init->child_signal, &ignored, sizeof ignored);
	if (!init->over && reap(init->stub, WNOHANG, &status))
		end_after_command(init, status);
}

static int watch_children(void)
{
	sigset_t all;
	sigset_t child;

	(void)sigfillset(&all);
	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &all, NULL) != 0)
		return -errno;
	return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Forks the stub; what was only for it is closed here. */
static pid_t fork_stub(const struct launch *launch)
{
	const struct clone_args args = { .exit_signal = SIGCHLD };
	struct cgroup cgroup = launch->cgroup;
	const pid_t pid = sys_clone3(&args);

	if (pid == 0)
		stub_main(launch);
	for (size_t i = 0; i < 3; i++)
		(void)close(launch->standard[i]);
	(void)close(launch->stub_socket);
	cgroup_forget(&cgroup);
	return pid;
}

static _Noreturn void serve(struct init *init)
{
	struct pollfd watched[] = {
		{ .fd = init->socket, .events = POLLIN },
		{ .fd = init->child_signal, .events = POLLIN },
	};

	for (;;) {
		if (poll(watched, 2, -1) < 0)
			continue;
		/* first: an end that the command made itself is never taken for ours */
		if (watched[1].revents != 0)
			children_changed(init);
		if (watched[0].revents != 0)
			obey(init);
	}
}

_Noreturn void init_main(const struct launch *launch)
{
	struct init init = { .socket = launch->init_socket, .shared = launch->shared };

	if (launch_keep_only(launch) < 0)
		_exit(1);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		int error = steps[i].run(launch);

		if (error < 0)
			fail(init.socket, steps[i].step, error);
	}
	if (open_io_files(&init.io) < 0)
		fail(init.socket, STEP_PROC, -errno);
	init.child_signal = watch_children();
	if (init.child_signal < 0)
		fail(init.socket, STEP_SIGNALS, init.child_signal);
	init.stub = fork_stub(launch);
	if (init.stub < 0)
		fail(init.socket, STEP_FORK, init.stub);
	serve(&init);
}
