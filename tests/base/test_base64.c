/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of RFC 4648, and bytes that are no text. */
#include "base/base64.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

struct pair {
    struct str in;
    const char *out;
};

ParameterizedTestParameters(base64, is_that_of_rfc_4648)
{
    static struct pair pairs[] = {
        {{"", 0}, ""},
        {{"f", 1}, "Zg=="},
        {{"fo", 2}, "Zm8="},
        {{"foo", 3}, "Zm9v"},
        {{"foob", 4}, "Zm9vYg=="},
        {{"fooba", 5}, "Zm9vYmE="},
        {{"foobar", 6}, "Zm9vYmFy"},
        {{"\0\xff\xfe", 3}, "AP/+"},
    };

    return cr_make_param_array(struct pair, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

ParameterizedTest(struct pair *p, base64, is_that_of_rfc_4648)
{
    struct strbuf out = {0};

    base64_add(&out, p->in);
    cr_assert(str_equal(strbuf_str(&out), str_from(p->out)), "%.*s", STR_ARG(strbuf_str(&out)));
    strbuf_fini(&out);
}
