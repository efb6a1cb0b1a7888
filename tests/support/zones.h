/* SPDX-License-Identifier: Apache-2.0 */
/* Time zones for tests, as bytes of their own, so that no answer depends on the machine's zones. */
#ifndef TESTS_SUPPORT_ZONES_H
#define TESTS_SUPPORT_ZONES_H

#include "base/tz.h"

struct zone_file {
    const char *name;
    const char *form; /* "fat": a long table; "slim": as much as possible left to the rule */
    size_t n;
    const unsigned char *bytes;
};

enum { N_ZONE_FILES = 15 };

extern const struct zone_file zone_files[N_ZONE_FILES];

/* The zone; CHECKs that it can be read. The caller frees it with tz_free(). */
struct tz *zone_file_read(const struct zone_file *file);
/* The first of zone_files[] with that name, read; CHECKs that there is one. */
struct tz *zone_named(const char *name);

#endif
