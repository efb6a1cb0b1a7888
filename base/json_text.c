/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_text.h"

#include "base/check.h"

static void
add_escaped(struct strbuf *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    strbuf_add_char(out, '\\');
    if (c >= 0x20) {
        strbuf_add_char(out, (char)c);
    } else if (c == '\n' || c == '\t' || c == '\r') {
        strbuf_add_char(out, c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
    } else {
        strbuf_add(out, STR("u00"));
        strbuf_add_char(out, hex[c >> 4]);
        strbuf_add_char(out, hex[c & 15]);
    }
}

void
json_add_string(struct strbuf *out, struct str s)
{
    size_t done = 0;

    CHECK(str_is_utf8(s));
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        strbuf_add(out, str_of(s.p + done, i - done));
        add_escaped(out, c);
        done = i + 1;
    }
    strbuf_add(out, str_of(s.p + done, s.n - done));
    strbuf_add_char(out, '"');
}

void
json_add_time(struct strbuf *out, evtime_ms t)
{
    strbuf_add_char(out, '"');
    evtime_add_text(out, t);
    strbuf_add_char(out, '"');
}
