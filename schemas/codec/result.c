/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/result.h"

static const struct {
    const char *reason;
    const char *sentence;
} results[] = {
#define RESULT(name, reason, sentence) {reason, sentence},
#include "schemas/codec/result.tbl"
#undef RESULT
};

const char *
decode_result_reason(enum decode_result result)
{
    return results[result].reason;
}

const char *
decode_result_sentence(enum decode_result result)
{
    return results[result].sentence;
}
