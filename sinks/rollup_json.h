/* SPDX-License-Identifier: Apache-2.0 */
/* A rollup as the JSON of INTERFACES section 3. */
#ifndef SINKS_ROLLUP_JSON_H
#define SINKS_ROLLUP_JSON_H

#include "base/strbuf.h"
#include "schemas/rollup.h"

/*
 * Appends one compact object without a line end. `segment` has the dimensions of the segmentation,
 * `metrics` those that are computed, each with all fields of its kind; the interval of a ratio only
 * where it is a share of a sample.
 */
void rollup_json_add(struct strbuf *out, const struct rollup *rollup);

#endif
