/* What joins a container to the supervisor: two sockets, three pipes; and a page, struct shared. */
#ifndef MAYFLY_CHANNELS_H
#define MAYFLY_CHANNELS_H

#include "supervisor.h"

/* The ends that go inside; closed here once init has its copies. */
struct far_ends {
	int init_socket;
	int stub_socket;
	int standard[3];
};

/* Opens them; the command's pipes belong to `owner` and `group`. On failure those that are open are in their places. */
int channels_open(struct container *c, struct far_ends *far, uid_t owner, gid_t group);
/* The page, in a file that is sent to whoever else is to have it; and such a one, which is closed. */
int channels_share(struct container *c, int *file);
int channels_take_page(struct container *c, int file);
/* A channel of a run: our end, and the one that the command will have. */
int channel_open(int *near, int *far);
void channels_close_far(struct far_ends *far);

#endif
