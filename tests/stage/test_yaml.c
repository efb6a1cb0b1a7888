/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"
#include "stage/yaml.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

/* The tree as one line: kinds, texts and places. */
static void
add_node(struct strbuf *out, const struct yaml_node *node)
{
    strbuf_addf(out, "%u:%u", node->place.line, node->place.column);
    if (node->kind == YAML_SCALAR) {
        strbuf_addf(out, node->plain ? "=%.*s" : "='%.*s'", STR_ARG(node->text));
        return;
    }
    strbuf_add_char(out, node->kind == YAML_SEQUENCE ? '[' : '{');
    for (size_t i = 0; i < node->n; i++) {
        if (i > 0)
            strbuf_add_char(out, ' ');
        if (node->kind == YAML_MAPPING) {
            const struct yaml_member *m = &node->members[i];

            strbuf_addf(out, "%.*s@%u:%u ", STR_ARG(m->key), m->place.line, m->place.column);
            add_node(out, m->value);
        } else {
            add_node(out, node->items[i]);
        }
    }
    strbuf_add_char(out, node->kind == YAML_SEQUENCE ? ']' : '}');
}

static void
expect_tree(const char *text, const char *expected)
{
    struct yaml_tree *tree = NULL;
    struct yaml_problem problem;
    struct strbuf out = {0};

    cr_assert(yaml_tree_parse(str_from(text), &tree, &problem), "%s: %s", text, problem.text);
    add_node(&out, yaml_tree_root(tree));
    strbuf_add_char(&out, 0);
    cr_expect_str_eq(out.p, expected);
    strbuf_fini(&out);
    yaml_tree_free(&tree);
    cr_expect_null(tree);
}

Test(yaml, knows_the_place_of_every_key_and_value)
{
    expect_tree("a: 1\nb:\n  c: [x, 'y']\n",
                "1:1{a@1:1 1:4=1 b@2:1 3:3{c@3:3 3:6[3:7=x 3:10='y']}}");
    expect_tree("- p\n-   q\n", "1:1[1:3=p 2:5=q]");
    expect_tree("\n\n  k :  v\n", "3:3{k@3:3 3:8=v}");
}

Test(yaml, reads_json)
{
    expect_tree("{\"a\": {\"b\": [1, \"2\"]}}", "1:1{a@1:2 1:7{b@1:8 1:13[1:14=1 1:17='2']}}");
}

Test(yaml, counts_columns_in_characters)
{
    expect_tree("\xC3\xA4\xC3\xB6: x", "1:1{\xC3\xA4\xC3\xB6@1:1 1:5=x}");
}

Test(yaml, takes_a_byte_order_mark_and_line_ends_of_all_kinds)
{
    expect_tree("\xEF\xBB\xBF"
                "a: 1\r\nb: 2\r\n",
                "1:1{a@1:1 1:4=1 b@2:1 2:4=2}");
}

Test(yaml, an_empty_text_has_no_root)
{
    const char *const texts[] = {"", "# nothing\n", "\n\n"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct yaml_tree *tree = NULL;
        struct yaml_problem problem;

        cr_assert(yaml_tree_parse(str_from(texts[i]), &tree, &problem));
        cr_expect_null(yaml_tree_root(tree));
        yaml_tree_free(&tree);
    }
}

Test(yaml, finds_members_and_knows_null)
{
    struct yaml_tree *tree = NULL;
    struct yaml_problem problem;
    const struct yaml_node *root;

    cr_assert(yaml_tree_parse(STR("a: ~\nb: '~'\nc:\nd: null\ne: x"), &tree, &problem));
    root = yaml_tree_root(tree);
    cr_expect(yaml_is_null(yaml_find(root, STR("a"))->value));
    cr_expect_not(yaml_is_null(yaml_find(root, STR("b"))->value));
    cr_expect(yaml_is_null(yaml_find(root, STR("c"))->value));
    cr_expect(yaml_is_null(yaml_find(root, STR("d"))->value));
    cr_expect_not(yaml_is_null(yaml_find(root, STR("e"))->value));
    cr_expect_null(yaml_find(root, STR("f")));
    cr_expect_null(yaml_find(yaml_find(root, STR("e"))->value, STR("x")));
    yaml_tree_free(&tree);
}

struct refusal {
    const char *text;
    unsigned line;
    unsigned column;
    const char *sentence;
};

static const struct refusal refusals[] = {
    {"a: 1\nb: 2\na: 3", 3, 1, "key \"a\" is given twice, first at line 1"},
    {"a: &x 1", 1, 4, "anchors (&x) are not supported: write the value out where it is used"},
    {"a: *x", 1, 4, "aliases (*x) are not supported: write the value out"},
    {"a: !!str 1", 1, 4, "tags (tag:yaml.org,2002:str) are not supported: a value is its text"},
    {"? [a]\n: b", 1, 3, "a key must be text"},
    {"a: 1\n---\nb: 2", 2, 1, "a second document: one is expected"},
    {"a: \"x\\0y\"", 1, 4, "a value holds a zero byte"},
    {"a: [1, 2", 2, 1, "not YAML: did not find expected ',' or ']' while parsing a flow sequence"},
    {"a: \xff\xfe", 1, 1, "not UTF-8 text (byte 3: invalid leading UTF-8 octet)"},
    {"a: 1\n b: 2", 2, 3, "not YAML: mapping values are not allowed in this context"},
    {"a:\n\tb: 1", 2, 1, "a tab: YAML is indented with blanks"},
    {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", 1, 17, "more than 16 levels"},
};

ParameterizedTestParameters(yaml, refuses)
{
    return cr_make_param_array(const struct refusal, (struct refusal *)(uintptr_t)refusals,
                               sizeof refusals / sizeof refusals[0]);
}

ParameterizedTest(const struct refusal *r, yaml, refuses)
{
    struct yaml_tree *tree = NULL;
    struct yaml_problem problem = {0};

    cr_assert_not(yaml_tree_parse(str_from(r->text), &tree, &problem), "%s", r->text);
    cr_expect_str_eq(problem.text, r->sentence);
    cr_expect_eq(problem.place.line, r->line, "line %u", problem.place.line);
    cr_expect_eq(problem.place.column, r->column, "column %u", problem.place.column);
    cr_expect_null(tree);
}

Test(yaml, bounds_length_and_number_of_keys)
{
    struct strbuf text = {0};
    struct yaml_tree *tree = NULL;
    struct yaml_problem problem = {0};

    for (int i = 0; i < YAML_MEMBERS_MAX; i++)
        strbuf_addf(&text, "k%d: 1\n", i);
    cr_expect(yaml_tree_parse(strbuf_str(&text), &tree, &problem));
    yaml_tree_free(&tree);
    strbuf_add(&text, STR("more: 1\n"));
    cr_expect_not(yaml_tree_parse(strbuf_str(&text), &tree, &problem));
    cr_expect_str_eq(problem.text, "more than 4096 keys side by side");
    cr_expect_eq(problem.place.line, YAML_MEMBERS_MAX + 1);
    while (text.n <= YAML_BYTES_MAX)
        strbuf_add(&text, STR("# a comment that makes the text long\n"));
    cr_expect_not(yaml_tree_parse(strbuf_str(&text), &tree, &problem));
    cr_expect_str_eq(problem.text, "longer than 1048576 bytes");
    strbuf_fini(&text);
}
