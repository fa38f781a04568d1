/* How an init comes by a watcher (watcher.h). */
#ifndef MAYFLY_INIT_WATCHER_H
#define MAYFLY_INIT_WATCHER_H

#include "init_state.h"

/* Takes the listener that the stub sent, if it did. */
void init_take_listener(struct init *init);
/* The first call of which the filter notifies: from now on a watcher answers, at the command's own cost. */
void init_start_watcher(struct init *init);

#endif
