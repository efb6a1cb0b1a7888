/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of the program. Each takes its own command line (argv[0] is the verb's name) and
 * returns the exit code of the process: 0 done, 64 usage, 65 bad input file, 69 broker or registry
 * not reachable, 70 bug, 78 configuration. Output for machines goes to stdout, for people to
 * stderr. A verb describes its options in a struct command (stage/options.h), which answers
 * `--help`. The table is in main.c.
 */
#ifndef STAGE_VERBS_H
#define STAGE_VERBS_H

typedef int verb_fn(int argc, char **argv);

verb_fn verb_replay;
verb_fn verb_convert;
verb_fn verb_generate;
verb_fn verb_check;
verb_fn verb_demo;
verb_fn verb_version;
/* Hidden: prints docs/config.md from the table of keys. */
verb_fn verb_config_doc;
/* Hidden: prints docs/metrics.md from the catalogue. */
verb_fn verb_metrics_doc;

#endif
