/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for the files of one test, removed with all that lies in it. */
#ifndef TESTS_SUPPORT_TEMP_H
#define TESTS_SUPPORT_TEMP_H

#include "base/strbuf.h"

struct temp {
    char folder[64];
    char path[192]; /* of the last temp_path() */
};

void temp_init(struct temp *t);
/* Removes the folder and the files in it. */
void temp_fini(struct temp *t);
/* The path of a file in it; valid until the next call. */
const char *temp_path(struct temp *t, const char *name);
/* Writes a file and returns its path. */
const char *temp_write(struct temp *t, const char *name, struct str bytes);
/* Appends the bytes of a file; false if it cannot be read. */
bool temp_read(struct temp *t, const char *name, struct strbuf *out);

#endif
