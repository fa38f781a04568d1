/* One run request: given to a container at once, and to one that it has to wait for. */
#include <stdlib.h>
#include <string.h>

#include "cgroup_driver.h"
#include "fuzz.h"
#include "rig.h"

static void submit(uint8_t *request, size_t size, bool waits)
{
	struct rig *rig = rig_start();

	if (!waits)
		(void)rig_make_ready(rig, 0);
	if (pool_submit(&rig->s, 1, request, size) == 0) {
		if (waits)
			(void)rig_make_ready(rig, 0);
		(void)deadlines_check(&rig->s);
	}
	rig_stop(rig);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *request = fuzz_bytes(data, size);
	struct limits limits;

	if (size >= sizeof limits) {
		memcpy(&limits, data, sizeof limits);
		(void)cgroup_cpu_quota_us(limits.cpus);
	}
	submit(request, size, false);
	submit(request, size, true);
	free(request);
	return 0;
}
