#ifndef MAYFLY_COLLECT_H
#define MAYFLY_COLLECT_H

#include <stdint.h>

/*
 * Sends the files that the command left: the collect section (`bytes` long) is read from init's socket, and each path
 * below `home` in it answered by an INIT_COLLECTED record and, for a regular file, its content. Called when every other process of
 * the container is dead, so that nothing changes underfoot; no link is followed, no FIFO waited on.
 */
int collect_files(int socket, int home, uint64_t bytes);

#endif
