/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of a file as a source: JSON Lines, gzip'd JSON Lines, or an Avro object container file.
 * The content decides which: a container starts with "Obj" 1, gzip with 1f 8b; everything else is
 * lines.
 *
 * Lines: empty ones are skipped, a line longer than INTAKE_RECORD_MAX is handed out as refused
 * (oversized) and the file goes on behind it. `position` is the line number, from 1.
 * Containers: a record that does not decode is handed out as refused as long as its end can be
 * found; a file that is cut or damaged gives all its whole blocks, then fails with the offset.
 * `position` is the number of the record, from 1.
 *
 * A file of 0 bytes has no events, whatever its name.
 */
#ifndef CONSUMER_FILE_SOURCE_H
#define CONSUMER_FILE_SOURCE_H

#include "consumer/source.h"

/*
 * `path` is copied. ERR_INPUT with a sentence that names the file, if it cannot be opened, is not
 * what its suffix (.avro, .gz) says, or is a container whose schema cannot be read as ours.
 */
MUST_USE enum err file_source_open(const char *path, struct source **ret, struct error *reterr);

#endif
