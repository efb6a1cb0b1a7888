/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct out_file: a file that appears when it is complete. It is written under its name with
 * ".part" behind it and takes its name when it is committed; without that it is removed.
 * Plain data, meant to be embedded; all zero is valid and closed.
 */
#ifndef SINKS_OUT_FILE_H
#define SINKS_OUT_FILE_H

#include "base/error.h"
#include "base/str.h"

#include <stdio.h>

struct out_file {
    FILE *file;
    char *path; /* of the finished file */
    char *part;
};

/* Makes the folder and those above it, where they are missing. */
MUST_USE enum err out_folder_make(const char *folder, struct error *reterr);

/* `folder` may be NULL: `name` is a path then. */
MUST_USE enum err out_file_open(struct out_file *f, const char *folder, const char *name,
                                struct error *reterr);
MUST_USE enum err out_file_write(struct out_file *f, struct str bytes, struct error *reterr);
/* Flushes, closes and renames. */
MUST_USE enum err out_file_commit(struct out_file *f, struct error *reterr);
/* Closes; removes a file that was not committed. */
void out_file_fini(struct out_file *f);

#endif
