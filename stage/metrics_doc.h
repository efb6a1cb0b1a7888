/* SPDX-License-Identifier: Apache-2.0 */
/* docs/metrics.md, from the catalogue that the engines go by. */
#ifndef STAGE_METRICS_DOC_H
#define STAGE_METRICS_DOC_H

#include "base/strbuf.h"

/* Appends the whole page. The same bytes on every machine. */
void metrics_doc_add(struct strbuf *out);

#endif
