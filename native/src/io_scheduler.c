#include "io_scheduler.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "cgroup_files.h"

/* The one in use stands in brackets. */
static bool weighs(int disks, const char *disk)
{
	char name[sizeof((struct dirent *)0)->d_name + sizeof "/queue/scheduler"];
	char text[FILE_TEXT_BYTES];

	snprintf(name, sizeof name, "%s/queue/scheduler", disk);
	return file_read_at(disks, name, text, sizeof text) > 0 &&
	       (strstr(text, "[bfq]") != NULL || strstr(text, "[cfq]") != NULL);
}

bool io_scheduler_weighs(void)
{
	DIR *disks = opendir("/sys/block");
	bool found = disks == NULL;

	while (!found) {
		const struct dirent *disk = readdir(disks);

		if (disk == NULL)
			break;
		found = disk->d_name[0] != '.' && weighs(dirfd(disks), disk->d_name);
	}
	if (disks != NULL)
		closedir(disks);
	return found;
}
