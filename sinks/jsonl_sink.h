/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in a folder, for people and scripts: rollups.jsonl (all segmentations), sla.jsonl,
 * alerts.jsonl, late.jsonl, dlq.jsonl, one JSON object per line as INTERFACES sections 3 and 5 say.
 * On request beside them rollups.kv, rollups.agent.kv, sla.kv, alerts.kv, late.kv, dlq.kv: for each
 * record the key and the value as Kafka gets them, each behind its length (4 bytes, big-endian).
 */
#ifndef SINKS_JSONL_SINK_H
#define SINKS_JSONL_SINK_H

#include "sinks/sink.h"

struct jsonl_sink_options {
    const char *folder;       /* made where it is missing */
    bool raw;                 /* the .kv files too */
    struct str rollup_prefix; /* of rollups in .kv files: the framing; at most SINK_PREFIX_MAX */
};

enum { SINK_PREFIX_MAX = 16 };

/* Files appear under their names at the commit. ERR_IO if they cannot be made. */
MUST_USE enum err jsonl_sink_open(const struct jsonl_sink_options *options, struct sink **ret,
                                  struct error *reterr);

#endif
