/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file, read and checked. One table (config_keys.tbl) says for every key its
 * type, default and meaning; docs/config.md is printed from it. Nothing that is written in the file
 * is ignored: an unknown key, a wrong type or a bad value is an error with file:line:column; a key
 * whose feature comes with a later version is known, its shape is checked, and a warning says that
 * it has no effect yet.
 *
 * All strings, zones and tables are owned by the config and live as long as it does; `settings` is
 * what the engines borrow.
 */
#ifndef STAGE_CONFIG_H
#define STAGE_CONFIG_H

#include "aggregators/settings.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

/* Part of both fingerprints: grows when the engines give other numbers for the same input. */
enum { ENGINE_VERSION = 1 };

enum config_framing { CONFIG_FRAMING_CONFLUENT, CONFIG_FRAMING_SINGLE_OBJECT, CONFIG_FRAMING_RAW };
enum config_delivery { CONFIG_EXACTLY_ONCE, CONFIG_AT_LEAST_ONCE };

/* Topics with a configurable name, in the order of INTERFACES section 1. */
enum config_topic {
    CONFIG_TOPIC_ROLLUPS,
    CONFIG_TOPIC_ROLLUPS_AGENT,
    CONFIG_TOPIC_FORECASTS,
    CONFIG_TOPIC_SLA,
    CONFIG_TOPIC_ALERTS,
    CONFIG_TOPIC_LATE,
    CONFIG_TOPIC_DLQ,
    CONFIG_TOPICS
};

/* One entry of the free map `kafka:`, passed on as it is. */
struct config_property {
    struct str key;
    struct str value;
    unsigned line;
    unsigned column;
};

struct config {
    struct settings settings;
    struct str name;           /* of the file, as it was given */
    struct str application_id; /* empty where absent */

    size_t n_kafka;
    const struct config_property *kafka;

    struct str input_topic; /* "support.ticket.events" where absent */
    enum config_framing input_framing;
    struct str
        input_schemas; /* folder of ID.avsc; empty where absent; relative to the working folder */
    enum config_framing output_framing;
    struct str output_schemas;
    struct str topics[CONFIG_TOPICS];

    unsigned workers;
    struct str instance;
    dur_ms max_drift_ms;
    enum config_delivery delivery;
    dur_ms commit_interval_ms;
    dur_ms checkpoint_interval_ms;

    /* Lines such as "config.yaml:12:1: sla: not computed by this version (comes with the SLA
     * issue)". */
    size_t n_warnings;
    const struct str *warnings;

    struct config_memory *memory; /* private to stage/config.c */
};

/*
 * Reads and checks the file. On failure (also where it cannot be read) ERR_CONFIG: `*ret` is not
 * written and `*reterr` holds the first error.
 */
MUST_USE enum err config_load(const char *path, struct config **ret, struct error *reterr);
/*
 * The same from memory; `name` stands for the file in messages. Every error found (at most 20) is
 * appended to `lines` (may be NULL), one line each, ending in '\n', in the order of the file.
 */
MUST_USE enum err config_parse(struct str text, struct str name, struct config **ret,
                               struct strbuf *lines, struct error *reterr);
/*
 * For verbs: as config_load(), with every error, or the warnings of a good file, on stderr. Returns
 * 0 or the exit code of the process.
 */
MUST_USE int config_load_or_say(const char *path, struct config **ret);

void config_free(struct config **c);

#endif
