#define _GNU_SOURCE
#include "loopback.h"

#include <linux/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "scope.h"
#include "syscalls.h"

enum {
	IPV4_LOOPBACK_NET = 127,
	IPV4_BYTES = 4,
};

int loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	AUTO_CLOSE int any = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error;

	if (any < 0)
		return -errno;
	error = sys_ioctl(any, SIOCGIFFLAGS, &request);
	if (error < 0)
		return error;
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
	return sys_ioctl(any, SIOCSIFFLAGS, &request);
}

static bool ipv4_has(const uint8_t bytes[IPV4_BYTES])
{
	static const uint8_t any[IPV4_BYTES] = { 0 };

	return bytes[0] == IPV4_LOOPBACK_NET || memcmp(bytes, any, sizeof any) == 0;
}

static bool ipv6_has(const struct in6_addr *address)
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		return ipv4_has(&address->s6_addr[sizeof address->s6_addr - IPV4_BYTES]);
	return IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address);
}

bool loopback_has(const uint8_t *address, uint32_t count)
{
	sa_family_t family;
	struct in6_addr ipv6;
	uint8_t ipv4[IPV4_BYTES];

	if (count < sizeof family)
		return false;
	memcpy(&family, address, sizeof family);
	if (family == AF_INET && count >= offsetof(struct sockaddr_in, sin_addr) + sizeof ipv4) {
		memcpy(ipv4, address + offsetof(struct sockaddr_in, sin_addr), sizeof ipv4);
		return ipv4_has(ipv4);
	}
	if (family == AF_INET6 && count >= offsetof(struct sockaddr_in6, sin6_addr) + sizeof ipv6) {
		memcpy(&ipv6, address + offsetof(struct sockaddr_in6, sin6_addr), sizeof ipv6);
		return ipv6_has(&ipv6);
	}
	return false;
}
