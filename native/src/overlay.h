/* Layers inside a container: what its home stands on, and what it leaves. By init, as root of its user namespace. */
#ifndef MAYFLY_OVERLAY_H
#define MAYFLY_OVERLAY_H

#include <stdbool.h>

#include "descriptors.h"
#include "launch.h"

/*
 * ORDER_LAYER: covers the home directory by an overlay. What is written goes to the home's own place on the disk (`disk`,
 * the root of the private tmpfs), and below it, the topmost first, shows what the detached trees of `lower` hold. What
 * of the host was mounted in the home is so again. Where `lower` is one memory file, the home is filled with what was
 * packed in it, and the disk may take what `limits` say beside that. Answers with INIT_LAYERED; 0, or -errno where it
 * could not.
 */
int overlay_obey(int socket, int disk, const struct launch *launch, const struct init_command *limits,
                 const struct descriptors *lower);
bool layer_is_copy(const struct descriptors *lower);
/*
 * ORDER_FREEZE: answers with INIT_FROZEN and what was written to the home, as a detached read-only mount; where no home
 * can stand on one, with all that is in the home, packed into a memory file.
 */
int overlay_hand_over(int socket, int disk);

#endif
