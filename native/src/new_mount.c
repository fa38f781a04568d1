#define _GNU_SOURCE
#include "new_mount.h"

#include "scope.h"
#include "syscalls.h"

int mount_create(const char *type, const char *const options[][2], unsigned int attributes)
{
	AUTO_CLOSE int context = sys_fsopen(type);
	int error = context < 0 ? context : 0;

	for (; error == 0 && (*options)[0] != NULL; options++)
		error = sys_fsconfig_string(context, (*options)[0], (*options)[1]);
	if (error == 0)
		error = sys_fsconfig_command(context, FSCONFIG_CMD_CREATE);
	return error < 0 ? error : sys_fsmount(context, attributes);
}

int mount_new(int onto, const char *type, const char *const options[][2], unsigned int attributes)
{
	AUTO_CLOSE int mount = mount_create(type, options, attributes);

	return mount < 0 ? mount : sys_move_mount(mount, onto);
}
