#define _GNU_SOURCE
#include "init_orders.h"

#include "collect.h"
#include "home.h"
#include "mounts.h"
#include "privileges.h"
#include "rights.h"
#include "scope.h"
#include "terminal.h"
#include "transfer.h"

_Noreturn void init_fail(int socket, enum step step, int error)
{
	const struct init_record record = { .kind = INIT_FAILED, .step = (uint32_t)step, .error = (uint32_t)-error };

	(void)send_exactly(socket, &record, sizeof record);
	_exit(1);
}

void order_resize(int socket, const struct init_command *command)
{
	struct init_record record = { .kind = INIT_RESIZED };
	int error = resize_disk(command->first, command->second);

	if (error < 0)
		init_fail(socket, STEP_DISK, error);
	if (send_exactly(socket, &record, sizeof record) < 0)
		_exit(1);
}

/* Everything is ready for it but the command. */
void order_terminal(int socket, const struct launch *launch, const struct init_command *command)
{
	const struct init_record record = { .kind = INIT_TERMINAL };
	const struct terminal_size size = { .columns = (uint32_t)command->first, .rows = (uint32_t)command->second };
	int terminal = terminal_open(&size, launch->user, launch->group);

	if (terminal < 0)
		init_fail(socket, STEP_TERMINAL, terminal);
	if (send_exactly(socket, &record, sizeof record) < 0 || rights_send(socket, &terminal, 1, 0) < 0)
		_exit(1);
	(void)close(terminal);
}

int order_collect_as_command(int socket, const struct launch *launch, uint64_t bytes, struct changes *before)
{
	int error = drop_capability_bounds();

	if (error == 0)
		error = become_user(launch->user, launch->group);
	if (error == 0)
		error = forbid_new_privileges();
	return error < 0 ? error : order_collect(socket, bytes, before);
}

int order_collect(int socket, uint64_t bytes, struct changes *before)
{
	AUTO_CLOSE int home = open_home();

	return home < 0 ? home : collect_files(socket, home, bytes, before->known ? before : NULL);
}

void order_remember(int socket, struct changes *out, int disk, const struct descriptors *lower, uint64_t count_max)
{
	const struct init_record record = { .kind = INIT_REMEMBERED };
	AUTO_CLOSE int home = open_home();
	const uint32_t count = count_max < UINT32_MAX ? (uint32_t)count_max : UINT32_MAX;
	const int error = home < 0 ? home : changes_remember(out, home, disk, lower, count);

	if (error < 0)
		init_fail(socket, STEP_CHANGES, error);
	if (send_exactly(socket, &record, sizeof record) < 0)
		_exit(1);
}
