/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The tables of enforcement: which destinations and sockets a session may use. */
#ifndef PROCESS_TRACER_ABI_ENFORCEMENT_H
#define PROCESS_TRACER_ABI_ENFORCEMENT_H

#include "identities.h"

/*
 * Enforcement table: what may be reached, by the longest prefix of the
 * destination. An entry holds the rules of every prefix that contains it;
 * where there is none, nothing is allowed.
 */
struct destination_key {
	__u32 prefix_length; /* bits of `address` */
	__u8 address[16];
};

#define PORT_RANGE_LIMIT 16

struct port_range {
	__u16 first;
	__u16 last; /* below `first`: no port */
};

struct port_set {
	struct port_range ranges[PORT_RANGE_LIMIT];
};

#define TRANSPORT_TCP 0	  /* and MPTCP */
#define TRANSPORT_UDP 1	  /* and UDP-Lite */
#define TRANSPORT_OTHER 2 /* port 0 where the protocol has none */
#define TRANSPORTS 3

struct destination_rules {
	struct port_set allowed[TRANSPORTS];
	struct port_set denied[TRANSPORTS]; /* by a rule: not even an address of the namespace itself */
	__u32 admits_names;		    /* whether a rule about a host can allow an address here */
	__u32 reserved;
};

/*
 * Host-rule table: names that rules allow or deny, turned round and with a NUL
 * in place of each label's length: a label's own NUL is no name's. The longest
 * that a name begins with decides: an entry holds the rules of those within it.
 */
struct host_key {
	__u32 prefix_length; /* bits of `name` */
	char name[DNS_NAME_LIMIT];
};

#define HOST_LIMIT 4096

struct host_rule {
	__u32 prefix_length; /* of the entry's own name, for which `exact` holds */
	__u32 exact;	     /* number of its ports in the table of ports, 0: no rule */
	__u32 below;	     /* the same for its sub-domains */
};

/* Table of ports: a number's are at the index one below it. */
struct host_ports {
	struct port_set allowed[TRANSPORTS];
	struct port_set denied[TRANSPORTS];
};

#define ADDRESS_RULES_LIMIT 8

/* Table of unix sockets' names that are refused, by the longest prefix. */
struct unix_name_key {
	__u32 prefix_length; /* bits of `path` */
	char path[UNIX_PATH_LIMIT];
};

#define NO_DIRECTORY 0xFFFF

struct unix_name_rule {
	__u16 exact; /* the length of the name that is refused, 0: none */
	__u16
	    directory_length; /* with no slash behind this many bytes it is refused; NO_DIRECTORY: that asks for more */
	__u32 below;	      /* whether everything that begins so is refused */
};

/* What the loader sets before the command starts; the only content of .data.enforcement. */
struct enforcement_state {
	struct port_set denied_self[TRANSPORTS]; /* at addresses of the socket's own network namespace */
	__u64 home_namespace; /* SO_NETNS_COOKIE of the namespace whose addresses are in own_addresses */
};

#endif
