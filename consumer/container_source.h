/* SPDX-License-Identifier: Apache-2.0 */
/* The records of an Avro object container file: one half of file_source. */
#ifndef CONSUMER_CONTAINER_SOURCE_H
#define CONSUMER_CONTAINER_SOURCE_H

#include "consumer/source.h"

/* `path` is copied. ERR_INPUT if it cannot be opened, or its schema cannot be read as a
 * TicketEvent. */
MUST_USE enum err container_source_open(const char *path, struct source **ret,
                                        struct error *reterr);

#endif
