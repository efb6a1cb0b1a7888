/* SPDX-License-Identifier: Apache-2.0 */
/*
 * murmur2 as Kafka's Java clients compute it, to choose a partition by key. Not for tables: see
 * base/index.h.
 */
#ifndef BASE_MURMUR2_H
#define BASE_MURMUR2_H

#include "base/str.h"

uint32_t murmur2(struct str key);

/* The partition of a key among n (> 0): the partitioner `murmur2` of librdkafka and Java. */
static inline uint32_t
murmur2_partition(struct str key, uint32_t n)
{
    return (murmur2(key) & UINT32_C(0x7fffffff)) % n;
}

#endif
