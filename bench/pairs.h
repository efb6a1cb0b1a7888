/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interleaved pairs: A and B run in turns in one process, and what counts is the ratio of each
 * pair. A machine that other work slows down slows down both, so the median of the ratios holds
 * where absolute figures would not.
 *
 *     round   1     2     3          ratio of a round = (units of A / CPU time of A) / (units of B
 * / CPU time of B) A B   B A   A B  ...
 */
#ifndef BENCH_PAIRS_H
#define BENCH_PAIRS_H

#include <stdint.h>

enum { PAIRS_ROUNDS = 7, PAIRS_ROUNDS_MAX = 101 };

struct pair {
    const char *name;
    const char *unit; /* "event" */
    double must;      /* the ratio that the project promises */
    double goal;      /* 0: no other than `must` */
    unsigned rounds;  /* 0: PAIRS_ROUNDS */
    void *a;
    void *b;
    /* Makes ready what the next run of this side needs; its time is not counted. May be NULL. */
    void (*prepare)(void *side);
    /* The measured work; returns how many units were done (> 0). */
    uint64_t (*run)(void *side);
    uint64_t (*run_b)(void *side); /* of B; NULL: the same work on other data */
};

/*
 * Runs all rounds and prints one line: the median ratio, its range, the promise, and the CPU time
 * per unit of both sides (of this machine, at this hour: for orientation). Returns the median
 * ratio.
 */
double pairs_run(const struct pair *pair);

/* CPU time of this process so far, seconds. */
double pairs_cpu_seconds(void);

#endif
