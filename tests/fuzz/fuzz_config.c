/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a configuration: it is refused with a sentence that names a place, or it is good, and
 * then it can be explained and read again with the same fingerprints.
 */
#include "base/check.h"
#include "stage/config.h"
#include "stage/explain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of((const char *)data, size);
    struct explain_load load = {.rate = 1000, .tickets = 1000000, .segments = 1000};
    struct config *c = NULL, *again = NULL;
    struct strbuf out = {0};
    struct error error = {0};
    enum err err = config_parse(text, STR("fuzz.yaml"), &c, &out, &error);

    if (err != ERR_NONE) {
        CHECK(c == NULL && err == ERR_CONFIG);
        CHECK(str_starts(str_from(error.text), STR("fuzz.yaml:")));
        CHECK(out.n > 0 && out.p[out.n - 1] == '\n');
        strbuf_fini(&out);
        return 0;
    }
    CHECK(out.n == 0);
    CHECK(c->settings.n_windows > 0 && c->settings.n_segmentations > 0);
    explain_add(&out, c, &load);
    CHECK(config_parse(text, STR("fuzz.yaml"), &again, NULL, &error) == ERR_NONE);
    CHECK(again->settings.fingerprint == c->settings.fingerprint);
    CHECK(again->settings.hop_fingerprint == c->settings.hop_fingerprint);
    config_free(&again);
    config_free(&c);
    strbuf_fini(&out);
    return 0;
}
