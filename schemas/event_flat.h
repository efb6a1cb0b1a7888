/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ticket events in Avro come in two shapes: TicketEvent with its payload union, and, for tools that
 * map no unions but those with null, a flat record with `event_type` and the fields of all types
 * side by side. Which of them a writer's schema is shows in its fields; both end in the same
 * struct.
 */
#ifndef SCHEMAS_EVENT_FLAT_H
#define SCHEMAS_EVENT_FLAT_H

#include "schemas/codec/plan.h"
#include "schemas/ticket_event.h"
#include "schemas/ticket_event_flat.h"

/* A plan for either shape: flat if the writer's record has a field `event_type`. As plan_compile().
 */
MUST_USE enum err event_plan_compile(struct str writer_json, struct plan **ret,
                                     struct error *reterr);

/*
 * Decodes a record with a plan of event_plan_compile(), or of plan_compile() for TicketEvent. As
 * plan_decode_field(); a flat event that lacks a field which its type requires is
 * DECODE_MISSING_FIELD.
 */
MUST_USE enum decode_result event_plan_decode(const struct plan *plan, struct str bytes,
                                              struct arena *arena, struct ticket_event *ret,
                                              size_t *used, const char **ret_field);

/* From flat to ours; strings and lists are shared. As event_json_read() for what is missing or
 * unknown. */
MUST_USE enum decode_result event_from_flat(const struct ticket_event_flat *flat,
                                            struct arena *arena, struct ticket_event *ret,
                                            const char **ret_field);

/* From ours to flat, for `convert --flat`; strings and lists are shared. */
void event_to_flat(const struct ticket_event *event, struct arena *arena,
                   struct ticket_event_flat *ret);

#endif
