/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones by name, from the system's tz database (the folder $TZDIR, else the one of the
 * distribution). Each zone is read once; struct zones owns what was read. "UTC" needs no file.
 */
#ifndef STAGE_ZONE_H
#define STAGE_ZONE_H

#include "base/error.h"
#include "base/strbuf.h"
#include "base/tz.h"

struct zone {
    struct tz *tz;       /* NULL: UTC without a file */
    uint64_t rules_hash; /* of the file's bytes: changes where an update of the database changes the
                            zone */
};

/* All zero is empty and valid. */
struct zones {
    struct zone *v;
    size_t n;
    size_t cap;
};

/*
 * The zone of that name. Lives until zones_fini(). ERR_CONFIG with a sentence if the name is not
 * one, no file has it, or the file cannot be used; the nearest name of the database is told.
 */
MUST_USE enum err zones_get(struct zones *zones, struct str name, const struct tz **ret,
                            struct error *reterr);
/* Of a zone that zones_get() gave; 0 for UTC. */
uint64_t zones_rules_hash(const struct zones *zones, const struct tz *tz);
void zones_fini(struct zones *zones);

/* Appends the version of the tz database ("2024b"), or "unknown". */
void zones_add_version(struct strbuf *out);

#endif
