/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded random pairs of schemas: a writer's and a reader's that grew out of it. */
#ifndef TESTS_SUPPORT_AVRO_RANDOM_H
#define TESTS_SUPPORT_AVRO_RANDOM_H

#include "base/strbuf.h"

/*
 * Appends the texts of two records. `plain`: only what avro-c resolves (reordered and dropped
 * fields, promotions of numbers, unions in another order). Otherwise also defaults, aliases, other
 * namespaces, enums with other symbols, nullable on one side only, logical types, dropped branches,
 * and now and then a pair that is impossible.
 */
void avro_random_pair(uint64_t *seed, bool plain, struct strbuf *writer, struct strbuf *reader);

#endif
