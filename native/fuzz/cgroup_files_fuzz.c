/* Everything that the cgroup code parses: of these, names of directories are the only text that others may choose. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_callers.h"
#include "cgroup_files.h"
#include "cgroup_find.h"
#include "cgroup_owner.h"
#include "fuzz.h"

static void parse_all(char *text)
{
	uint64_t value;
	char path[64];
	struct owner owner;
	struct mount_line mount;
	parse_number(text, &value);
	parse_value(text, "oom_kill", &value);
	parse_start_time(text, &value);
	has_word(text, "memory");
	v2_parse_controllers(text);
	if (parse_own_path(text, path, sizeof path) == 0) {
		char relative[64];
		relative_to_mount(path, "/a", relative, sizeof relative);
	}
	/* Whatever is recognised as ours must be exactly what we would write. */
	char name[128];
	if (owner_parse(text, &owner) == 0 && (owner_name(&owner, name, sizeof name) < 0 || strcmp(name, text) != 0))
		abort();
	parse_mount_line(text, &mount);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	parse_all(text);
	free(text);
	return 0;
}
