/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded random ticket events for tests of the codec. Links the schemas library. */
#ifndef TESTS_SUPPORT_CODEC_EVENTS_H
#define TESTS_SUPPORT_CODEC_EVENTS_H

#include "base/arena.h"
#include "schemas/ticket_event.h"

/* A 64-bit generator: the next number of the seed. */
uint64_t codec_random(uint64_t *seed);

/*
 * Fills any record of ours at random: every member of the table, with all branches, nulls, empty
 * and long lists and strings with and without ASCII. Lists and strings lie in the arena.
 */
void codec_random_record(const struct avro_desc *desc, uint64_t *seed, struct arena *arena,
                         void *ret);

#endif
