/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes through every framing: what splits must be what framing_add() and the body make again.
 */
#include "schemas/codec/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str message = str_of((const char *)data, size);

    for (int f = FRAMING_CONFLUENT; f <= FRAMING_RAW; f++) {
        struct strbuf again = {0};
        struct str body;
        uint64_t key;

        if (framing_split((enum framing)f, message, &key, &body) == DECODE_OK) {
            framing_add((enum framing)f, key, &again);
            strbuf_add(&again, body);
            CHECK(str_equal(strbuf_str(&again), message));
        }
        strbuf_fini(&again);
    }
    return 0;
}
