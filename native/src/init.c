#define _GNU_SOURCE
#include "init.h"

#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "blob.h"
#include "clock.h"
#include "children.h"
#include "descriptors.h"
#include "init_guest.h"
#include "init_orders.h"
#include "init_setup.h"
#include "init_state.h"
#include "init_watcher.h"
#include "inside_usage.h"
#include "overlay.h"
#include "scope.h"
#include "sample.h"
#include "steps.h"
#include "stub.h"
#include "syscalls.h"
#include "transfer.h"
#include "watcher.h"

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
	if (init->sampling)
		(void)sample_take(&record);
	if (init->found != NULL) {
		record.refusal_count = atomic_load(&init->found->refusal_count);
		record.violation_count = atomic_load(&init->found->count);
	}
	error = send_exactly(init->socket, &record, sizeof record);
	for (uint32_t i = 0; i < record.violation_count && error == 0; i++)
		error = send_exactly(init->socket, &init->found->kinds[i], sizeof init->found->kinds[i]);
	if (error < 0)
		_exit(1);
	init->over = true;
}

static uint64_t now_ns(const struct init *init)
{
	return monotonic_ns() + init->clock_offset_ns;
}

/* The command has ended by itself: whatever it left running ends with it. */
static void end_after_command(struct init *init, int status)
{
	const uint64_t ended_ns = now_ns(init);
	int ignored;

	children_kill();
	(void)children_reap(init->stub, 0, &ignored);
	report_end(init, status, true, ended_ns);
}

/* Its time, or another limit, is over. It may have ended by itself at the same moment. */
static void end_by_order(struct init *init)
{
	int status = 0;
	const bool ended_first = children_reap(init->stub, WNOHANG, &status);
	const uint64_t ended_ns = now_ns(init);
	int killed = 0;

	children_kill();
	if (children_reap(init->stub, 0, &killed))
		status = killed;
	report_end(init, status, ended_first, ended_ns);
}

/* The command leads a session and with it a group, which whatever it starts belongs to unless it leaves. */
static void pass_signal(const struct init *init, int number)
{
	if (!init->over && kill(-init->stub, number) != 0)
		(void)kill(init->stub, number);
}

/* The trees are kept: what changed is told by what they hold. */
static int stand_on(struct init *init, const struct init_command *command, struct descriptors *lower)
{
	const int error = overlay_obey(init->socket, init->disk, init->launch, command, lower);

	descriptors_close(&init->lower);
	if (layer_is_copy(lower))
		return error;
	init->lower = *lower;
	lower->count = 0;
	return error;
}

/* Orders come in packets; the end of the socket is the supervisor's death, and with init everything here dies. */
static void obey(struct init *init)
{
	struct init_command command;
	struct descriptors with;
	int error = descriptors_receive(init->socket, &command, sizeof command, &with, 0);

	if (error < 0)
		_exit(0);
	if (command.order == ORDER_KILL && !init->over)
		end_by_order(init);
	else if (command.order == ORDER_DISK)
		order_resize(init->socket, &command);
	else if (command.order == ORDER_SAMPLE)
		init->sampling = true;
	else if (command.order == ORDER_TERMINAL)
		order_terminal(init->socket, init->launch, &command);
	else if (command.order == ORDER_SIGNAL)
		pass_signal(init, (int)command.first);
	else if (command.order == ORDER_COLLECT && init->over)
		error = init->guest ? order_collect_as_command(init->socket, init->launch, command.first, &init->changes)
		                    : order_collect(init->socket, command.first, &init->changes);
	else if (command.order == ORDER_GUEST && !init->over && !init->guest)
		guest_make(init->launch, init->shared->clock_offset_ns, &command, &with);
	else if (command.order == ORDER_REMEMBER)
		order_remember(init->socket, &init->changes, init->disk, &init->lower, command.first);
	else if (command.order == ORDER_LAYER)
		error = stand_on(init, &command, &with);
	else if (command.order == ORDER_BLOB)
		error = blob_obey(init->socket, command.first, &with);
	else if (command.order == ORDER_FREEZE && init->over)
		error = overlay_hand_over(init->socket, init->disk);
	descriptors_close(&with);
	if (error < 0)
		_exit(1);
}

static void children_changed(struct init *init)
{
	struct signalfd_siginfo ignored;
	int status;

	(void)read(init->child_signal, &ignored, sizeof ignored);
	if (!init->over && children_reap(init->stub, WNOHANG, &status))
		end_after_command(init, status);
}

static void send_sample(const struct init *init)
{
	struct init_record record = { .kind = INIT_SAMPLE };

	/* uncounted it must not run on */
	if (sample_take(&record) < 0 || send_exactly(init->socket, &record, sizeof record) < 0)
		_exit(1);
}

/* Forks the stub, and takes its listener; what was only for it is closed here. */
static pid_t fork_stub(struct init *init, struct launch *launch)
{
	int pair[2] = { -1, -1 };
	pid_t pid;

	if (launch->rule_count > 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	launch->listener_socket = pair[1];
	pid = child_fork();
	if (pid == 0)
		stub_main(launch);
	for (size_t i = 0; i < 3; i++)
		(void)close(launch->standard[i]);
	(void)close(launch->stub_socket);
	close_fd(&pair[1]);
	init->listener_socket = pair[0];
	if (!launch->late)
		init_take_listener(init);
	return pid;
}

static _Noreturn void serve(struct init *init)
{
	for (;;) {
		struct pollfd watched[] = {
			{ .fd = init->socket, .events = POLLIN },
			{ .fd = init->child_signal, .events = POLLIN },
			{ .fd = init->listener, .events = POLLIN },
			{ .fd = init->listener_socket, .events = POLLIN },
		};
		const bool samples = init->sampling && !init->over;
		const int ready = poll(watched, 4, samples ? SAMPLE_MS : -1);

		/* with every signal blocked: somebody took our right to so many descriptors */
		if (ready < 0)
			_exit(1);
		if (ready == 0)
			send_sample(init);
		if (watched[3].revents != 0)
			init_take_listener(init);
		if ((watched[2].revents & POLLIN) != 0)
			init_start_watcher(init);
		else if (watched[2].revents != 0)
			close_fd(&init->listener);
		/* first: an end that the command made itself is never taken for ours */
		if (watched[1].revents != 0)
			children_changed(init);
		if (watched[0].revents != 0)
			obey(init);
	}
}

/* Only what is dumpable may open its own files in /proc; from then on it is not. */
static _Noreturn void go_on(struct init *init, struct launch *launch)
{
	if (open_io_files(&init->io) < 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
		init_fail(init->socket, STEP_PROC, -errno);
	init->child_signal = children_watch();
	if (init->child_signal < 0)
		init_fail(init->socket, STEP_SIGNALS, init->child_signal);
	init->stub = fork_stub(init, launch);
	if (init->stub < 0)
		init_fail(init->socket, STEP_FORK, init->stub);
	serve(init);
}

_Noreturn void guest_main(struct launch *launch)
{
	struct init init = {
		.socket = launch->init_socket, .shared = launch->shared, .listener = -1, .listener_socket = -1, .disk = -1,
		.clock_offset_ns = launch->shared->clock_offset_ns, .guest = true, .launch = launch,
		.changes = { .written = -1 },
	};
	enum step step = STEP_NONE;
	int error;

	if (launch_keep_only(launch) < 0)
		_exit(1);
	guest_greet_supervisor(init.socket);
	error = guest_set_up(launch, &step);
	if (error < 0)
		init_fail(init.socket, step, error);
	go_on(&init, launch);
}

_Noreturn void init_main(struct launch *launch)
{
	struct init init = {
		.socket = launch->init_socket, .shared = launch->shared, .listener = -1, .listener_socket = -1, .disk = -1,
		.changes = { .written = -1 }
	};
	struct launch own = *launch;
	enum step step = STEP_NONE;
	int error;

	if (launch_keep_only(launch) < 0)
		_exit(1);
	(void)prctl(PR_SET_NAME, "mayfly");
	own.disk = &init.disk;
	init.launch = &own;
	error = init_set_up(&own, &step);
	if (error < 0)
		init_fail(init.socket, step, error);
	go_on(&init, &own);
}
