/* System headers that Swift's Glibc module does not cover. */
#ifndef PROCESS_TRACER_EVENTS_AND_SIGNALS_H
#define PROCESS_TRACER_EVENTS_AND_SIGNALS_H

#include <sys/epoll.h>
#include <sys/signalfd.h>

#endif
