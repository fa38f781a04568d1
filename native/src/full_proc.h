/* A /proc that shows, beside the container's processes, what programs need to know of the machine. */
#ifndef MAYFLY_FULL_PROC_H
#define MAYFLY_FULL_PROC_H

/*
 * Covers, in the whole proc that stands at /proc, every entry that is not a process's and not on a list, and makes
 * /proc/sys read-only. 0 or -errno.
 */
int full_proc_mask(void);

#endif
