/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a file, gzip'd or not, as records: one half of file_source. */
#ifndef CONSUMER_LINE_SOURCE_H
#define CONSUMER_LINE_SOURCE_H

#include "consumer/source.h"

/* `path` is copied. ERR_INPUT if the file cannot be opened. */
MUST_USE enum err line_source_open(const char *path, struct source **ret, struct error *reterr);

#endif
