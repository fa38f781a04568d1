/* The plan of the root, entry by entry. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "plan.h"

/* However many entries are said to be there. */
static void own_parts(const uint8_t *plan, size_t size)
{
	struct own_parts parts = { .count = 0 };
	char *paths = malloc(size + 1);
	uint64_t length = 0;

	fuzz_require(paths != NULL, "memory");
	(void)plan_own_parts(plan, size, UINT32_MAX, paths, &parts);
	for (uint32_t count = 0; count < 8; count++) {
		if (plan_own_parts(plan, size, count, paths, &parts) < 0)
			break;
		length = 0;
		for (uint32_t i = 0; i < parts.count; i++)
			length += strlen(parts.paths + length) + 1;
		fuzz_require(parts.count <= OWN_PARTS_MAX && length <= size, "the paths are fewer bytes than the plan");
	}
	free(paths);
}

static void host_mounts(const uint8_t *plan, size_t size)
{
	struct host_mounts mounts = { .count = 0 };
	char *paths = malloc(size + 1);
	uint64_t length = 0;

	fuzz_require(paths != NULL, "memory");
	for (uint32_t count = 0; count < 2 * HOST_MOUNTS_MAX; count++) {
		if (plan_host_mounts(plan, size, count, paths, &mounts) < 0)
			break;
		fuzz_require(mounts.count <= HOST_MOUNTS_MAX, "no more mounts than may be");
		length = 0;
		for (uint32_t i = 0; i < mounts.count; i++)
			length += strlen(mounts.list[i].target) + strlen(mounts.list[i].source) + 2;
		fuzz_require(length <= size, "their paths are fewer bytes than the plan");
	}
	free(paths);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *plan = fuzz_bytes(data, size);
	struct plan_entry entry;
	uint64_t offset = 0;

	for (;;) {
		const int64_t taken = plan_read_entry(plan + offset, size - offset, &entry);

		if (taken < 0)
			break;
		offset += (uint64_t)taken;
		fuzz_require(offset <= size, "an entry ends within its plan");
		fuzz_require(strlen(entry.target) < sizeof entry.target, "a target has an end");
		fuzz_require(entry.source + entry.source_bytes == plan + offset, "a source ends with its entry");
	}
	own_parts(plan, size);
	host_mounts(plan, size);
	free(plan);
	return 0;
}
