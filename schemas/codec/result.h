/* SPDX-License-Identifier: Apache-2.0 */
/* Bad input is a value: one of these. The codec gives those about bytes; who takes records in adds
 * the others. */
#ifndef SCHEMAS_CODEC_RESULT_H
#define SCHEMAS_CODEC_RESULT_H

#include "base/check.h"

enum decode_result {
#define RESULT(name, reason, sentence) DECODE_##name,
#include "schemas/codec/result.tbl"
#undef RESULT
};

enum { DECODE_RESULT_COUNT = DECODE_TIME_IN_FUTURE + 1 };

/* The word of dead letters and counters: "bad_value". */
const char *decode_result_reason(enum decode_result result);
/* A sentence for a person. */
const char *decode_result_sentence(enum decode_result result);

#endif
