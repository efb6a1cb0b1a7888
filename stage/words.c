/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/words.h"

#include "base/check.h"

enum { WORD_MAX = 64, QUOTED_MAX = 60 };

static char
folded(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

static unsigned
least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edit distance (insert, delete, replace, swap of neighbours), three rows of the usual table. */
static unsigned
distance(struct str a, struct str b)
{
    unsigned rows[3][WORD_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2], *spare;

    CHECK(a.n <= WORD_MAX && b.n <= WORD_MAX);
    for (size_t j = 0; j <= b.n; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            char x = folded(a.p[i - 1]), y = folded(b.p[j - 1]);

            row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == folded(b.p[j - 2]) && y == folded(a.p[i - 2]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b.n];
}

/* Keeps `candidate` in `*best` where it is nearer than what is there. */
static void
consider(struct str word, struct str candidate, unsigned *best_distance, struct str *best)
{
    size_t longer = word.n > candidate.n ? word.n : candidate.n;
    unsigned d;

    if (word.n > WORD_MAX || candidate.n > WORD_MAX || candidate.n == 0)
        return;
    d = distance(word, candidate);
    if (d < *best_distance && d <= (longer + 2) / 3 && d < longer) {
        *best_distance = d;
        *best = candidate;
    }
}

const char *
nearest_word(struct str word, const char *const *words, size_t n)
{
    unsigned best_distance = WORD_MAX + 1;
    struct str best = {0};

    for (size_t i = 0; i < n; i++)
        consider(word, str_from(words[i]), &best_distance, &best);
    return best.p;
}

bool
words_next(struct str *list, struct str *ret)
{
    const char *bar;

    if (list->n == 0)
        return false;
    bar = memchr(list->p, '|', list->n);
    if (bar == NULL) {
        *ret = *list;
        *list = (struct str){0};
    } else {
        *ret = str_of(list->p, (size_t)(bar - list->p));
        *list = str_of(bar + 1, list->n - ret->n - 1);
    }
    return true;
}

int
words_find(struct str list, struct str word)
{
    struct str one;

    for (int i = 0; words_next(&list, &one); i++)
        if (str_equal(one, word))
            return i;
    return -1;
}

void
words_add_text(struct strbuf *out, struct str list)
{
    struct str one;

    for (bool first = true; words_next(&list, &one); first = false) {
        if (!first)
            strbuf_add(out, list.n == 0 ? STR(" or ") : STR(", "));
        strbuf_add(out, one);
    }
}

struct str
words_nearest(struct str word, struct str list)
{
    unsigned best_distance = WORD_MAX + 1;
    struct str best = {0};
    struct str one;

    while (words_next(&list, &one))
        consider(word, one, &best_distance, &best);
    return best;
}

void
add_quoted(struct strbuf *out, struct str s)
{
    size_t n = s.n;

    /* Never cut inside a character. */
    if (n > QUOTED_MAX)
        for (n = QUOTED_MAX; n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80; n--)
            ;
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '"' || c == '\\')
            strbuf_addf(out, "\\%c", c);
        else if (c == '\n')
            strbuf_add(out, STR("\\n"));
        else if (c < 0x20 || c == 0x7F)
            strbuf_addf(out, "\\x%02x", c);
        else
            strbuf_add_char(out, (char)c);
    }
    strbuf_add(out, n < s.n ? STR("...\"") : STR("\""));
}
