/* Everything that Node sends after the configuration, as raw bytes: two containers ready, two still being made. */
#include "fuzz.h"
#include "rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rig *rig = rig_start();

	(void)rig_make_ready(rig, 0);
	(void)rig_make_ready(rig, 1);
	if (rig_send_from_node(rig, data, size) == 0) {
		/* those that waited */
		(void)rig_make_ready(rig, 2);
		(void)rig_make_ready(rig, 3);
		(void)deadlines_check(&rig->s);
	}
	rig_stop(rig);
	return 0;
}
