#define _GNU_SOURCE
#include "new_mount.h"

#include "scope.h"
#include "syscalls.h"

int mount_new(int onto, const char *type, const char *const options[][2], unsigned int attributes)
{
	AUTO_CLOSE int context = sys_fsopen(type);
	AUTO_CLOSE int mount = -1;
	int error = context < 0 ? context : 0;

	for (; error == 0 && (*options)[0] != NULL; options++)
		error = sys_fsconfig_string(context, (*options)[0], (*options)[1]);
	if (error == 0)
		error = sys_fsconfig_command(context, FSCONFIG_CMD_CREATE);
	if (error < 0)
		return error;
	mount = sys_fsmount(context, attributes);
	return mount < 0 ? mount : sys_move_mount(mount, onto);
}
