#define _GNU_SOURCE
#include "init_guest.h"

#include <linux/sched.h>
#include <sys/mman.h>

#include "init.h"
#include "init_orders.h"
#include "syscalls.h"
#include "transfer.h"

void guest_make(const struct launch *host, uint64_t clock_offset_ns, const struct init_command *order,
                struct descriptors *with)
{
	const struct clone_args args = { .flags = CLONE_NEWPID | CLONE_NEWNS, .exit_signal = SIGCHLD };
	struct init_record record = { .kind = INIT_FAILED, .step = STEP_GUEST };
	struct launch launch;
	int result = launch_from_order(host, order, with, &launch);

	/* the ends of its sockets close, which tells enough */
	if (result < 0)
		return;
	launch.shared->clock_offset_ns = clock_offset_ns;
	result = sys_clone3(&args);
	if (result == 0)
		guest_main(&launch);
	(void)munmap(launch.shared, sizeof *launch.shared);
	if (result > 0)
		return;
	record.error = (uint32_t)-result;
	(void)send_exactly(launch.init_socket, &record, sizeof record);
}

void guest_greet_supervisor(int socket)
{
	const struct init_record record = { .kind = INIT_GUEST };
	struct descriptors self = { .count = 1, .fds = { sys_pidfd_open(getpid()) } };
	int error = self.fds[0] < 0 ? self.fds[0] : descriptors_send(socket, &record, sizeof record, &self);

	descriptors_close(&self);
	if (error < 0)
		init_fail(socket, STEP_GUEST, error);
}
