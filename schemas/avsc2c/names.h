/* SPDX-License-Identifier: Apache-2.0 */
/* How a name of a schema becomes a name in C. */
#ifndef SCHEMAS_AVSC2C_NAMES_H
#define SCHEMAS_AVSC2C_NAMES_H

#include "base/strbuf.h"

/* Appends snake case: "TicketEvent" -> "ticket_event", "SLAPolicy" -> "sla_policy", "a.b.Name" ->
 * "name". */
void names_add_snake(struct strbuf *out, struct str name);
/* The same in capitals. */
void names_add_upper(struct strbuf *out, struct str name);
/* Appends a member's name: as it is, with an underscore behind a word that C keeps for itself. */
void names_add_member(struct strbuf *out, struct str name);
/* Appends a string literal with its quotes, in pieces of one line each where it is long. */
void names_add_literal(struct strbuf *out, struct str bytes);

#endif
