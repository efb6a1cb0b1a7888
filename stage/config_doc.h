/* SPDX-License-Identifier: Apache-2.0 */
/* docs/config.md, from the tables that the program itself goes by. */
#ifndef STAGE_CONFIG_DOC_H
#define STAGE_CONFIG_DOC_H

#include "base/strbuf.h"

/* Appends the whole page. The same bytes on every machine. */
void config_doc_add(struct strbuf *out);

#endif
