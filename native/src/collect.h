#ifndef MAYFLY_COLLECT_H
#define MAYFLY_COLLECT_H

#include <stdint.h>

#include "changes.h"

/*
 * Sends the files that the command left: the collect section (`bytes` long) is read from init's socket, and what it
 * selects below `home` is told as collected.h has it, then INIT_COLLECTED_ALL. Called when every other process of the
 * container is dead, so that nothing changes underfoot; no link is followed, no FIFO waited on. `before` is what the home is compared with, NULL where it
 * was not remembered.
 */
int collect_files(int socket, int home, uint64_t bytes, struct changes *before);

#endif
