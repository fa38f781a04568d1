/* A supervisor without a host: real sockets, real pipes, a real loop; containers whose init and stub are the target. */
#ifndef MAYFLY_RIG_H
#define MAYFLY_RIG_H

#include "supervisor.h"

enum { RIG_CONTAINERS = 4 };

/* The ends that Node, an init, a stub and a command would hold. */
struct rig {
	struct supervisor s;
	int node;
	int inits[RIG_CONTAINERS];
	int stubs[RIG_CONTAINERS];
	int standard[RIG_CONTAINERS][3];
};

/* The rig of this process, made anew: announced, with as many containers being made as it can hold. */
struct rig *rig_start(void);
/* Closes and empties everything; checks that no state is left over. */
void rig_stop(struct rig *rig);
/* Makes container `which` ready, if it is being made. */
int rig_make_ready(struct rig *rig, unsigned which);
/* What the loop would do about what Node sent; reads what it answers. */
int rig_send_from_node(struct rig *rig, const uint8_t *bytes, size_t count);
void rig_drain(struct rig *rig);

#endif
