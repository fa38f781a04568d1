#define _GNU_SOURCE
#include "aside.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include "home.h"
#include "scope.h"
#include "syscalls.h"

static int open_current(void)
{
	const int namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	return namespace < 0 ? -errno : namespace;
}

int aside_leave(const struct supervisor *s, int result)
{
	return setns(s->own_namespace, CLONE_NEWNS) != 0 ? -EPIPE : result;
}

int aside_enter_new(struct supervisor *s, int *namespace)
{
	int made;

	if (s->own_namespace < 0)
		s->own_namespace = open_current();
	if (s->own_namespace < 0)
		return s->own_namespace;
	if (unshare(CLONE_NEWNS) != 0)
		return -errno;
	made = open_current();
	if (made < 0)
		return aside_leave(s, made);
	*namespace = made;
	return 0;
}

int aside_attach(int mount)
{
	AUTO_CLOSE int onto = open_home();

	return onto < 0 ? onto : sys_move_mount(mount, onto);
}
