/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema resolution done the plain way, value by value over trees: what a plan is compared with.
 * Shares the parser of schemas with the codec and nothing else: it never looks at tables, offsets
 * or programs.
 */
#ifndef TESTS_SUPPORT_AVRO_TWIN_H
#define TESTS_SUPPORT_AVRO_TWIN_H

#include "base/strbuf.h"
#include "schemas/codec/schema.h"

struct twin;

enum twin_verdict {
    TWIN_GOOD,
    TWIN_UNKNOWN_BRANCH, /* good, but a branch of the writer's has no counterpart */
    TWIN_REFUSED         /* this value cannot be read */
};

/* False if no value of the writer's could ever be read. */
bool twin_is_possible(const struct schema *w, const struct schema *r);

/* The value at the start of `*bytes`, which moves behind it; NULL if it is damaged. */
const struct twin *twin_read(const struct schema *w, struct str *bytes, struct arena *arena);

/* The writer's value as one of the reader's; `*ret` only unless refused. */
enum twin_verdict twin_resolve(const struct schema *w, const struct schema *r,
                               const struct twin *value, struct arena *arena,
                               const struct twin **ret);

/* Appends the value in the binary form of its schema. */
void twin_write(const struct schema *r, const struct twin *value, struct strbuf *out);

#endif
