/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/avsc2c/names.h"

#include "schemas/codec/schema.h"

static const char *const keywords[] = {
    "auto",    "break",  "case",     "char",   "const",    "continue", "default",
    "do",      "double", "else",     "enum",   "extern",   "float",    "for",
    "goto",    "if",     "inline",   "int",    "long",     "register", "restrict",
    "return",  "short",  "signed",   "sizeof", "static",   "struct",   "switch",
    "typedef", "union",  "unsigned", "void",   "volatile", "while",    "bool",
    "true",    "false",  "asm",      "typeof", "unix",     "linux",
};

static bool
is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

void
names_add_snake(struct strbuf *out, struct str name)
{
    struct str s = schema_short_name(name);

    for (size_t i = 0; i < s.n; i++) {
        bool is_start =
            i > 0 && is_upper(s.p[i]) && s.p[i - 1] != '_' &&
            (!is_upper(s.p[i - 1]) || (i + 1 < s.n && s.p[i + 1] >= 'a' && s.p[i + 1] <= 'z'));

        if (is_start)
            strbuf_add_char(out, '_');
        strbuf_add_char(out, is_upper(s.p[i]) ? (char)(s.p[i] - 'A' + 'a') : s.p[i]);
    }
}

void
names_add_upper(struct strbuf *out, struct str name)
{
    size_t from = out->n;

    names_add_snake(out, name);
    for (size_t i = from; i < out->n; i++)
        if (out->p[i] >= 'a' && out->p[i] <= 'z')
            out->p[i] = (char)(out->p[i] - 'a' + 'A');
}

void
names_add_member(struct strbuf *out, struct str name)
{
    strbuf_add(out, name);
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
        if (str_equal(name, str_from(keywords[i])))
            strbuf_add_char(out, '_');
}

void
names_add_literal(struct strbuf *out, struct str bytes)
{
    enum { LINE = 80 };

    strbuf_add_char(out, '"');
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];

        if (i > 0 && i % LINE == 0)
            strbuf_add(out, STR("\"\n    \""));
        if (c == '"' || c == '\\')
            strbuf_addf(out, "\\%c", c);
        else if (c < ' ' || c > '~' || c == '?')
            strbuf_addf(out, "\\%03o", c);
        else
            strbuf_add_char(out, (char)c);
    }
    strbuf_add_char(out, '"');
}
