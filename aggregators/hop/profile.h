/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles: a ticket's tenant and the values of those dimensions that some segmentation uses, as
 * one small number. Tickets, remembered facts and waiting rows name profiles instead of carrying
 * texts; observations are added up by profile and fan out to segments only behind the hop.
 *
 * A profile is a tuple of interned texts: tuple[0] the tenant, tuple[1 + i] the value of
 * settings.dimensions[i] (0 = ""); of issue_type the sorted list of the types, packed into one text
 * (issue_types_pack). Profiles are counted: what profile_get() and profile_hold() add,
 * profile_release() takes back; unused ones are freed.
 */
#ifndef AGGREGATORS_HOP_PROFILE_H
#define AGGREGATORS_HOP_PROFILE_H

#include "aggregators/settings.h"
#include "base/arena.h"
#include "schemas/partial_batch.h"

enum { PROFILE_TUPLE_MAX = 1 + DIMENSIONS_MAX };

struct profiles;

struct profiles *profiles_new(const struct settings *settings);
void profiles_free(struct profiles **p);
size_t profiles_bytes(const struct profiles *p);
uint32_t profiles_count(const struct profiles *p);

/* Texts of tuples. The number carries a reference of the caller, who releases it. */
uint32_t profiles_text(struct profiles *p, struct str text);
void profiles_text_release(struct profiles *p, uint32_t text);
/* True if that text of a tuple is `value`. */
bool profiles_text_is(const struct profiles *p, uint32_t text, struct str value);

/* The profile of that tuple, with one more reference; profile 0 does not exist. References of the
 * tuple stay with the caller. */
uint32_t profile_get(struct profiles *p, const uint32_t *tuple);
void profile_hold(struct profiles *p, uint32_t profile);
void profile_release(struct profiles *p, uint32_t profile);
/* Bring the profile near, and then the texts of its tuple: with some other work between, each is
 * near when the next needs it. */
void profile_prefetch(const struct profiles *p, uint32_t profile);
void profile_prefetch_texts(const struct profiles *p, uint32_t profile);
/* Borrowed until the profile is released. */
const uint32_t *profile_tuple(const struct profiles *p, uint32_t profile);
uint32_t profile_tenant(const struct profiles *p, uint32_t profile);
struct str profile_tenant_text(const struct profiles *p, uint32_t profile);

/* The same profile with one dimension (index into settings.dimensions) replaced; with one more
 * reference. */
uint32_t profile_with(struct profiles *p, uint32_t profile, unsigned dimension, struct str value);

/* The profile as texts, in memory of the arena, as it crosses the hop and lies in stored state; and
 * back, with one more reference. */
void profile_describe(const struct profiles *p, uint32_t profile, struct arena *a,
                      struct partial_profile *ret);
uint32_t profile_of_description(struct profiles *p, const struct partial_profile *description);

/* Sorted, each once, without "": one text that two equal sets of issue types share. In memory of
 * the arena. */
struct str issue_types_pack(const struct str *types, size_t n, struct arena *a);
/* Back: `*ret_n` texts in memory of the arena, borrowed from `packed`. */
struct str *issue_types_unpack(struct str packed, struct arena *a, size_t *ret_n);

#endif
