/* A supervisor without a host: real sockets, real pipes, a real loop; containers whose init and stub are the target. */
#ifndef MAYFLY_RIG_H
#define MAYFLY_RIG_H

#include "supervisor.h"

enum { RIG_CONTAINERS = 4, RIG_GUESTS = 3 };

/* The ends that Node, an init, a stub and a command would hold. */
struct rig {
	struct supervisor s;
	int node;
	int inits[RIG_CONTAINERS];
	int stubs[RIG_CONTAINERS];
	int standard[RIG_CONTAINERS][3];
	/* what an init that was told to make a guest has of it */
	int guest_inits[RIG_GUESTS];
	int guest_stubs[RIG_GUESTS];
};

/* The rig of this process, made anew: announced, with as many containers being made as it can hold. */
struct rig *rig_start(void);
/* Closes and empties everything; checks that no state is left over. */
void rig_stop(struct rig *rig);
/* Behind the containers come the first guests. */
struct container *rig_container(struct rig *rig, unsigned which);
/* The other ends of its sockets; -1 where nobody has them. */
int rig_init_of(const struct rig *rig, const struct container *c);
int rig_stub_of(const struct rig *rig, const struct container *c);
/* Makes container `which` ready, if it is being made. */
int rig_make_ready(struct rig *rig, unsigned which);
/* What the loop would do about what Node sent; reads what it answers. */
int rig_send_from_node(struct rig *rig, const uint8_t *bytes, size_t count);
void rig_drain(struct rig *rig);

#endif
