#ifndef MAYFLY_PLACE_H
#define MAYFLY_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Writes the command's files below `home`, its directory, as they come over `socket`: with the command's own rights, by
 * descriptor, through no link. `count` of them, and where `more` follow those that come until one without a path. One that
 * is there already is an error, unless files are to be replaced. Adds what was written to *written_bytes. 0 or -errno,
 * with the file's number in *index.
 */
int place_files(int socket, int home, uint32_t count, bool more, bool replace, uint64_t *written_bytes,
                uint32_t *index);

#endif
