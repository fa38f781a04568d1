#define _GNU_SOURCE
#include "init_watcher.h"

#include "children.h"
#include "scope.h"

void init_take_listener(struct init *init)
{
	if (init->listener_socket >= 0)
		init->listener = listener_receive(init->listener_socket);
	close_fd(&init->listener_socket);
}

static _Noreturn void become_watcher(struct init *init)
{
	struct launch launch = *init->launch;
	const struct watcher watcher = {
		.listener = init->listener,
		.rule_count = launch.rule_count,
		.violation_max = launch.violation_max,
		.rules = launch.rules,
		.loopback = launch.loopback,
		.found = init->found,
		.shared = init->shared,
	};

	if (cgroup_join(&launch.cgroup) < 0)
		_exit(1);
	(void)close(init->socket);
	(void)close(init->disk);
	descriptors_close(&init->lower);
	changes_forget(&init->changes);
	cgroup_forget(&launch.cgroup);
	watcher_main(&watcher);
}

void init_start_watcher(struct init *init)
{
	init->found = violations_map(init->launch->violation_max);
	if (init->found != NULL && child_fork() == 0)
		become_watcher(init);
	/* without a watcher the listener's end makes every such call fail */
	close_fd(&init->listener);
}
