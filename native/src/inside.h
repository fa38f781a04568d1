/*
 * What passes between the supervisor and the inside of a container: fixed-size records, and behind them raw bytes
 * whose number the record gave. Never on the wire to Node.
 */
#ifndef MAYFLY_INSIDE_H
#define MAYFLY_INSIDE_H

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

#include "protocol.h"

/* Numbers inside every container; the host's ids behind them differ from container to container. */
enum { ID_RANGE = 65536 };

/* The command's home, also its first working directory. */
#define HOME_DIRECTORY "/work"

/* A packet of raw bytes on init's socket is at most this long. */
enum { PACKET_BYTES = 32 * 1024 };

/* Supervisor to init. */
enum init_order {
	ORDER_MAPPED = 1,       /* the id maps stand: set the container up */
	ORDER_DISK = 2,         /* resize the private file system to `first` bytes and `second` inodes */
	ORDER_KILL = 3,         /* kill every process but yourself */
	ORDER_SAMPLE = 5,       /* from now on say every SAMPLE_MS what the processes use */
	ORDER_LAYER = 16,       /* show the layers whose trees come along, the topmost first, in the home; as ORDER_DISK */
	ORDER_REMEMBER = 18,    /* remember up to `first` entries of the home: ORDER_COLLECT may ask what has changed */
	ORDER_BLOB = 20,        /* cover a file of the home by the mount that comes along; its path follows, `first` bytes */
	ORDER_FREEZE = 17,      /* hand over what was written in the home; all processes are dead */
	ORDER_GUEST = 24,       /* make an init for one more command, of what comes along: launch_from_order */
	ORDER_COLLECT = 4,      /* `first` bytes of collect section follow; all processes are dead */
	ORDER_TERMINAL = 6,     /* open a terminal of `first` columns and `second` rows; nothing runs yet */
	ORDER_SIGNAL = 7,       /* send signal `first` to the command's process group */
};

struct init_command {
	uint32_t order;         /* enum init_order */
	uint32_t reserved;
	uint64_t first;
	uint64_t second;
};

/* Init to supervisor. */
enum init_record_kind {
	INIT_FAILED = 1,        /* making the container failed: step, error */
	INIT_ENDED = 2,         /* no process is left; everything below is set; violation_count struct violation follow */
	INIT_COLLECTED = 3,     /* a piece of what was collected: so many `bytes` follow, at most PACKET_BYTES, in one packet */
	INIT_COLLECTED_ALL = 4,
	INIT_SAMPLE = 6,        /* cpu_ns, memory_bytes, process_count */
	INIT_RESIZED = 5,       /* ORDER_DISK was carried out */
	INIT_TERMINAL = 7,      /* ORDER_TERMINAL was carried out; a packet with our side of it follows */
	INIT_GUEST = 24,        /* of a guest, its first: a descriptor of its process comes along */
	INIT_LAYERED = 16,      /* ORDER_LAYER was, or failed: error */
	INIT_REMEMBERED = 18,   /* ORDER_REMEMBER was carried out */
	INIT_BLOB = 20,         /* ORDER_BLOB was carried out, or failed: error */
	INIT_FROZEN = 17,       /* ORDER_FREEZE was, and a descriptor comes along; or failed: error */
};

struct init_record {
	uint32_t kind;          /* enum init_record_kind */
	uint32_t step;
	uint32_t error;
	uint32_t index;
	uint64_t bytes;
	uint32_t wait_status;
	uint32_t ended_first;   /* 1: the command had ended before ORDER_KILL */
	uint64_t started_ns;    /* CLOCK_MONOTONIC, just before exec; 0: never executed */
	uint64_t ended_ns;
	uint64_t resident_peak_bytes;
	uint64_t read_bytes;
	uint64_t written_bytes;
	uint64_t voluntary_switch_count;
	uint64_t involuntary_switch_count;
	uint64_t minor_fault_count;
	uint64_t major_fault_count;
	uint64_t disk_free_bytes;
	uint64_t disk_free_inodes;
	uint64_t cpu_ns;        /* also in INIT_ENDED, where samples are taken */
	uint64_t memory_bytes;
	uint64_t process_count;
	uint64_t refusal_count;
	uint32_t violation_count;
	uint32_t reserved;
};

enum { ERRNO_MAX = 4095 };

/* The -errno that a record tells of, which may tell anything. */
static inline int told_error(uint32_t error)
{
	return error > 0 && error <= ERRNO_MAX ? -(int)error : -EPROTO;
}

/* Stub to supervisor; the socket closes with exec, so that silence and an end mean that the command runs. */
enum stub_record_kind {
	STUB_READY = 1,         /* waits for the exec section; index: enum feature bits that this host turned out to lack */
	STUB_PLACED = 2,        /* the files are in place: waits for one byte before it executes the command */
	STUB_FAILED = 3,        /* step, error, index (of a file) */
	STUB_OVER = 4,          /* of a relay: the one whose enum pair_part is in index wrote more than it may */
};

struct stub_record {
	uint32_t kind;          /* enum stub_record_kind */
	uint32_t step;
	uint32_t error;
	uint32_t index;
};

/* One page that the supervisor, init and the stub share until the stub executes the command: what the stub had used. */
struct shared {
	_Atomic uint64_t started_ns;    /* by the supervisor's clock */
	uint64_t clock_offset_ns;       /* of the supervisor's clock against that of the command's time namespace */
	uint64_t waiting_cpu_ns;        /* what it had used when it last began to wait for the supervisor */
	uint64_t cpu_ns;                /* since then the cgroup */
	uint64_t voluntary_switch_count;
	uint64_t involuntary_switch_count;
	uint64_t minor_fault_count;
	uint64_t major_fault_count;
	uint64_t written_bytes;
	uint32_t lacking;               /* enum feature bits that the stub found missing */
};

#endif
