/*
 * The supervisor of one sandbox: makes, watches and destroys its containers.
 *
 * Theory of operation. Node starts this program once, with one end of a socket as descriptor 3, and never forks again.
 * Four kinds of processes run this code:
 *
 *   the supervisor   one, with the rights of its caller. A single thread around epoll (loop.c). It takes requests from
 *                    Node (node.c), keeps containers ready (pool.c), hands each to one run (run.c), watches the run's
 *                    limits and output (deadlines.c, streams.c), reports, and removes the container. Early on it leaves
 *                    the host's mounts for a root of its own (root.c), and from then on reaches the host's files
 *                    through no path, only through the descriptors it opened before: its cgroups (cgroup.c), the
 *                    runtime directory's parent.
 *   the maker        one, forked from the supervisor before the first request is read (maker.c). It makes containers and
 *                    removes their cgroups, on the supervisor's order (maker_orders.c, making.c): both wait for locks of
 *                    the whole host, which the supervisor's loop must not. What it has opened for a container goes to the
 *                    supervisor and is closed here.
 *   an init          one for each container, pid 1 in it, forked from the maker by clone3 with all namespaces, as a child
 *                    of the supervisor. It waits until its id maps are written (identity.c), becomes root of its own user
 *                    namespace and of nothing else, mounts what is private (mounts.c), forks the stub, and then reaps,
 *                    kills and collects (init_setup.c, init.c, collect.c).
 *   a stub           one for each container, forked by its init ahead of time. It joins the container's cgroup, gives up
 *                    everything (privileges.c), and waits for the request. It reads that itself, places the files, and
 *                    executes the command (stub.c, place.c): what the command's files and words are is parsed with the
 *                    command's rights, never with ours.
 *
 * They talk by sockets made before the fork (inside.h): Node - 3 - supervisor - SEQPACKET - init, supervisor - STREAM -
 * stub, supervisor - SEQPACKET - maker. The stub's closes at exec. The supervisor believes init only in numbers of fixed
 * size, and the command in nothing. Every end is noticed by its socket or its pidfd: if Node ends, so does the supervisor,
 * with all containers; if the supervisor ends, the maker and each init do (PR_SET_PDEATHSIG, end of the socket), and a pid
 * namespace ends with its init. If the maker ends, so does the supervisor.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "privileges.h"
#include "scope.h"
#include "supervisor.h"
#include "syscalls.h"

enum { NODE_SOCKET = 3 };

/*
 * What Node was started with is not for the commands, and inits lack the rights to take some of it back. Without the
 * rights here it stays.
 */
static void forget_inherited(void)
{
	AUTO_CLOSE int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	(void)!write(score, "0", 1);
	(void)reset_inherited();
}

int main(void)
{
	static struct supervisor supervisor;
	int error;

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NAME, "mayfly");
	if (fcntl(NODE_SOCKET, F_SETFD, FD_CLOEXEC) != 0) {
		(void)fputs("mayfly-supervisor: started by the library, with its socket as descriptor 3\n", stderr);
		return 2;
	}
	(void)sys_close_range(NODE_SOCKET + 1, ~0U, 0);
	forget_inherited();
	error = start_up(&supervisor, NODE_SOCKET);
	if (error == 0)
		error = loop_run(&supervisor);
	if (error < 0)
		(void)fprintf(stderr, "mayfly-supervisor: %s\n", strerror(-error));
	clean_up(&supervisor);
	return error < 0 ? 1 : 0;
}
