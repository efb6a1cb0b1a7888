/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instant or a span in six bytes: events are before the year 10000, which is below 2^48 ms. For
 * records that there are many millions of. All zero is "none"; every other value is stored plus
 * one.
 */
#ifndef BASE_EVTIME48_H
#define BASE_EVTIME48_H

#include "base/evtime.h"

struct evtime48 {
    uint16_t part[3];
};

static inline bool
evtime48_is_none(struct evtime48 t)
{
    return (t.part[0] | t.part[1] | t.part[2]) == 0;
}

static inline evtime_ms
evtime48_get(struct evtime48 t)
{
    uint64_t v = (uint64_t)t.part[0] | (uint64_t)t.part[1] << 16 | (uint64_t)t.part[2] << 32;

    return v == 0 ? EVTIME_NONE : (evtime_ms)v - 1;
}

/* 0 <= t < 2^48 - 1, or EVTIME_NONE. */
static inline struct evtime48
evtime48_of(evtime_ms t)
{
    uint64_t v = t == EVTIME_NONE ? 0 : (uint64_t)t + 1;

    return (struct evtime48){{(uint16_t)v, (uint16_t)(v >> 16), (uint16_t)(v >> 32)}};
}

#endif
