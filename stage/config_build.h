/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside stage/config: from a document whose shape was checked to struct config, section by
 * section. Each function below fills its part, reports what the keys of its section mean wrongly
 * together, and leaves out values that were already refused.
 */
#ifndef STAGE_CONFIG_BUILD_H
#define STAGE_CONFIG_BUILD_H

#include "base/arena.h"
#include "stage/config.h"
#include "stage/config_report.h"
#include "stage/config_schema.h"
#include "stage/zone.h"

/* What a config owns: its strings lie in the tree or the arena. */
struct config_memory {
    struct yaml_tree *tree;
    struct arena arena;
    struct zones zones;
};

struct config_build {
    struct config *c;
    struct config_report report;
    const struct yaml_node *root; /* NULL: an empty document */
};

/* config_sections.c: input, output, topics, limits and the single keys. */
void config_build_core(struct config_build *b);
/* config_windows.c */
void config_build_windows(struct config_build *b);
/* config_segments.c */
void config_build_segmentations(struct config_build *b);
void config_build_metrics(struct config_build *b);
void config_build_channels(struct config_build *b);
void config_build_surveys(struct config_build *b);
/* config_sla.c: what calendars and policies mean together; nothing is filled yet. */
void config_check_sla(struct config_build *b);
/* config_fingerprint.c: settings.fingerprint and settings.hop_fingerprint, last of all. */
void config_build_fingerprints(struct config *c);

/* The zone of `node`'s text, reported and NULL if there is none. */
const struct tz *config_zone(struct config_build *b, const struct yaml_node *node);
/*
 * True for a dimension's name or "custom.<key>"; else false and `near` (may be NULL) holds the one
 * that was meant, or an empty string.
 */
bool config_dimension(struct str text, struct dimension *ret, struct str *near);

/* A pack of metrics: a name for several ids ('|' between), as the guides propose them. */
struct config_pack {
    const char *name;
    const char *ids;
    const char *sentence;
};

extern const struct config_pack config_packs[];
extern const size_t n_config_packs;

#endif
