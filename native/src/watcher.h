/*
 * What a container's filter hands on: system calls that are refused or noted, seen through seccomp_unotify(2). Init
 * holds the listener; at the first call it forks a watcher into the command's own cgroup, so that whoever makes many
 * such calls pays for them. Nothing is protected by what is read here: a call is either answered with an error, which
 * is final, or continued and left to the kernel.
 */
#ifndef MAYFLY_WATCHER_H
#define MAYFLY_WATCHER_H

#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "inside.h"

/* Shared by the watcher, which writes, and init, which reads when the watcher is dead. */
struct violations {
	_Atomic uint64_t refusal_count;
	_Atomic uint32_t count;         /* kinds that are complete */
	struct violation kinds[];
};

struct watcher {
	int listener;
	uint32_t rule_count;
	uint32_t violation_max;
	const struct notify_rule *rules;
	bool loopback;                  /* what is meant for it stays inside */
	struct violations *found;
	const struct shared *shared;    /* when the command started */
};

/* Memory for so many kinds, shared with children; NULL if there is none. */
struct violations *violations_map(uint32_t max);
/* Sends the listener over `socket`, from the stub to init, and receives it there: -ENODATA if none came. */
int listener_send(int socket, int listener);
int listener_receive(int socket);
/* Everything that tells kinds apart; the rest of `out` is zero. */
void watcher_describe(const struct notify_rule *rule, const struct seccomp_notif *call, struct violation *out);
/* Serves until the last process under the filter is gone. */
_Noreturn void watcher_main(const struct watcher *watcher);

#endif
