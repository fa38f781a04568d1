/*
 * Where a sandbox's directory stands on v2, and making that place ready.
 *
 * A cgroup other than the root may not have both processes and children that controllers divide memory among. The cgroup
 * we are started in has at least us, so its processes are moved into a leaf of it, `mayfly-callers-<controllers>`, whose
 * name tells which controllers were switched on. The last sandbox to close switches them off and moves everyone back.
 *
 * Supervisors come and go at the same time, with no lock between them (an unprivileged user could hold it): every step
 * may be undone by another, shows that by failing, and is then tried again from the start.
 */
#ifndef MAYFLY_CGROUP_CALLERS_H
#define MAYFLY_CGROUP_CALLERS_H

#include <stddef.h>
#include <stdint.h>

/* Bits of a set, and of the leaf's name. */
enum v2_controller {
	V2_MEMORY = 1 << 0,
	V2_PIDS = 1 << 1,
	V2_CPU = 1 << 2,
	V2_IO = 1 << 3,
	V2_REQUIRED = V2_MEMORY | V2_PIDS | V2_CPU,
};

uint32_t v2_parse_controllers(const char *text);
/* Of cgroup.controllers or cgroup.subtree_control; none if it cannot be read. */
uint32_t v2_read_controllers(int directory, const char *file);
/* In one write, so that it is all of them or none. */
int v2_enable(int directory, uint32_t controllers);

/*
 * Our own cgroup, if we may write to it and it has every controller required. Else the top of what is mounted, if that
 * is so there: under systemd, nothing but a delegated unit has the cpu controller, and root may do without delegation.
 * Not one in between, which would be another from one sandbox to the next as controllers come and go. Else our own all
 * the same. `own` is relative to `mount`. A descriptor or -errno.
 */
int v2_open_parent(int mount, const char *own);
/* Moves every process of the one into the other; both are descriptors of directories. */
int v2_move_processes(int from, int to);
/* Switches on what the parent can give to its children. */
int v2_prepare_parent(int parent);
/* Undoes that, unless a sandbox is still there. */
void v2_restore_parent(int parent);

#endif
