/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink that keeps what it gets, in order: for what looks at results inside the process, the demo
 * and the tests.
 */
#ifndef SINKS_MEMORY_SINK_H
#define SINKS_MEMORY_SINK_H

#include "sinks/sink.h"

struct sink *memory_sink_new(void);
size_t memory_sink_count(const struct sink *sink);
/* The i-th record; borrowed until the next write. */
struct sink_record memory_sink_get(const struct sink *sink, size_t i);
/* All records as one text of bytes: equal if and only if the same was written in the same order. */
struct str memory_sink_bytes(const struct sink *sink);

#endif
