/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What avsc2c prints, made at run time: tables for any schema, so that tests can read as schemas
 * that no file has. Layout: every member at a multiple of 8, nothing cleverer. Links the schemas
 * library.
 */
#ifndef TESTS_SUPPORT_DESC_BUILD_H
#define TESTS_SUPPORT_DESC_BUILD_H

#include "schemas/codec/schema.h"

/* Tables of a record's schema, in the arena; NULL if the record holds itself by value. */
const struct avro_desc *desc_build(const struct schema *schema, struct arena *arena);

/* The same from text, which must be a schema. */
const struct avro_desc *desc_build_text(const char *text, struct arena *arena);

#endif
