/* The plan of the root, entry by entry. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "plan.h"

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
	free(plan);
	return 0;
}
