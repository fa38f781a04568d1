#ifndef MAYFLY_NEW_MOUNT_H
#define MAYFLY_NEW_MOUNT_H

#include <errno.h>
#include <stdbool.h>

/*
 * A new file system that is mounted nowhere yet: its descriptor, or -errno. `options` are pairs of name and value, ended
 * by NULL; `attributes` are MOUNT_ATTR_*.
 */
int mount_create(const char *type, const char *const options[][2], unsigned int attributes);
/* The same, mounted on the directory `onto`. 0 or -errno. */
int mount_new(int onto, const char *type, const char *const options[][2], unsigned int attributes);

/* Overlays in user namespaces came with 5.11; the others are a kernel without any, and layers that it cannot stack. */
static inline bool mount_means_no_overlay(int error)
{
	return error == -EPERM || error == -ENODEV || error == -EINVAL;
}

#endif
