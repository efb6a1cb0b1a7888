/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/zones.h"

#include "base/check.h"
#include "tests/support/zones.inc"

struct tz *
zone_file_read(const struct zone_file *file)
{
    struct tz *tz = NULL;
    struct str bytes = str_of((const char *)file->bytes, file->n);
    enum err err = tz_new(bytes, str_from(file->name), &tz, NULL);

    CHECK(err == ERR_NONE);
    return tz;
}

struct tz *
zone_named(const char *name)
{
    for (int i = 0; i < N_ZONE_FILES; i++)
        if (strcmp(zone_files[i].name, name) == 0)
            return zone_file_read(&zone_files[i]);
    UNREACHABLE();
}
