/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/words.h"

#include <criterion/criterion.h>

static const char *const words[] = {"allowed_lateness", "every", "length", "zone", "all"};

static void
expect_nearest(const char *word, const char *expected)
{
    const char *near = nearest_word(str_from(word), words, sizeof words / sizeof words[0]);

    if (expected == NULL)
        cr_expect_null(near, "%s -> %s", word, near);
    else
        cr_expect_str_eq(near != NULL ? near : "(none)", expected, "%s", word);
}

Test(words, finds_what_was_meant)
{
    expect_nearest("allowed_latness", "allowed_lateness");
    expect_nearest("allowed-lateness", "allowed_lateness");
    expect_nearest("Every", "every");
    expect_nearest("evrey", "every");
    expect_nearest("lenght", "length");
    expect_nearest("zones", "zone");
}

Test(words, does_not_guess_wildly)
{
    expect_nearest("completely_else", NULL);
    expect_nearest("x", NULL);
    expect_nearest("", NULL);
    expect_nearest("a_word_that_is_longer_than_every_key_of_the_whole_configuration_ever_was",
                   NULL);
}

Test(words, lists)
{
    struct str list = STR("new|open|solved");
    struct str one;
    struct strbuf text = {0};

    cr_expect_eq(words_find(list, STR("solved")), 2);
    cr_expect_eq(words_find(list, STR("sol")), -1);
    cr_expect_eq(words_find(STR(""), STR("new")), -1);
    words_add_text(&text, list);
    cr_expect(str_equal(strbuf_str(&text), STR("new, open or solved")));
    cr_expect(str_equal(words_nearest(STR("solvd"), list), STR("solved")));
    cr_assert(words_next(&list, &one));
    cr_expect(str_equal(one, STR("new")));
    cr_expect(str_equal(list, STR("open|solved")));
    strbuf_fini(&text);
}

Test(words, quotes_what_came_from_outside)
{
    struct strbuf text = {0};

    add_quoted(&text, STR("a\"b\n\x01"));
    cr_expect(str_equal(strbuf_str(&text), STR("\"a\\\"b\\n\\x01\"")));
    strbuf_clear(&text);
    /* 59 letters and a character of two bytes, which is not cut in the middle. */
    add_quoted(&text, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xC3\xA4"));
    cr_expect_eq(text.n, 59 + 5);
    cr_expect(str_is_utf8(strbuf_str(&text)));
    strbuf_fini(&text);
}
