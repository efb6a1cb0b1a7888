/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document is walked beside the table: a mapping or list is checked member by member under the
 * path of its row and the member's key (or `*`), a scalar by the rules of its type. Two paths are
 * carried along: the table's (windows.*.every) and the one that is shown (windows.1h.every).
 */
#include "stage/config_schema.h"

#include "base/check.h"
#include "stage/config_text.h"
#include "stage/words.h"

const struct config_key config_keys[] = {
#define KEY(path, type, words, since, need, preset, example, meaning)                              \
    {path,   CONFIG_##type, words,  CONFIG_SINCE_##since, CONFIG_NEED_##need,                      \
     preset, example,       meaning},
#include "stage/config_keys.tbl"
#undef KEY
};
const size_t n_config_keys = sizeof config_keys / sizeof config_keys[0];

struct walk {
    struct config_report *report;
    struct strbuf pattern;
    struct strbuf shown;
};

static void check_node(struct walk *w, const struct config_key *key, const struct yaml_node *node);

const char *
config_type_text(enum config_type type)
{
    static const char *const texts[CONFIG_TYPES] = {
        [CONFIG_MAP] = "a mapping",
        [CONFIG_NAMES] = "a mapping of names",
        [CONFIG_DATES] = "a mapping of dates",
        [CONFIG_SCALARS] = "a mapping of names to text",
        [CONFIG_LIST] = "a list",
        [CONFIG_ONE_OR_LIST] = "a word or a list",
        [CONFIG_TEXT] = "text",
        [CONFIG_NAME] = "a name of letters, digits, \".\", \"_\" and \"-\"",
        [CONFIG_WORD] = "one of",
        [CONFIG_DURATION] = "a duration such as 90s, 15m or 1h30m (ms, s, m, h, d)",
        [CONFIG_LENGTH] = "a duration above 0 such as 90s, 15m or 1h30m (ms, s, m, h, d)",
        [CONFIG_COUNT] = "a whole number",
        [CONFIG_NUMBER] = "a number",
        [CONFIG_SCALE] = "a scale, lowest-highest",
        [CONFIG_ZONE] = "a zone of the tz database",
        [CONFIG_DATE] = "a date, YYYY-MM-DD",
        [CONFIG_WEEK] = "open spans by weekday",
        [CONFIG_SPANS] = "a list of spans [\"HH:MM\", \"HH:MM\"], each from earlier to later",
        [CONFIG_TARGET] = "a duration above 0, or {by: DIMENSION, VALUE: DURATION, ...}",
        [CONFIG_THRESHOLD] = "a duration, or a share of the target from 1% to 99%",
    };

    return texts[type];
}

const char *
config_since_text(enum config_since since)
{
    static const char *const texts[] = {
        [CONFIG_SINCE_WORKS] = "",
        [CONFIG_SINCE_RUN] = "",
        [CONFIG_SINCE_REGISTRY] = "the schema registry",
        [CONFIG_SINCE_SLA] = "the SLA clocks",
    };

    return texts[since];
}

static const struct config_key *
find_key(struct str path)
{
    for (size_t i = 0; i < n_config_keys; i++)
        if (str_equal(path, str_from(config_keys[i].path)))
            return &config_keys[i];
    return NULL;
}

/* The key if its path is `parent` and one more part, else an empty string. */
static struct str
child_of(const struct config_key *key, struct str parent)
{
    struct str path = str_from(key->path);

    if (parent.n > 0) {
        if (!str_starts(path, parent) || path.n <= parent.n || path.p[parent.n] != '.')
            return STR("");
        path = str_of(path.p + parent.n + 1, path.n - parent.n - 1);
    }
    return memchr(path.p, '.', path.n) == NULL ? path : STR("");
}

/* ---- one value against its type ---- */

static void
expected(struct walk *w, const struct config_key *key, const struct yaml_node *node)
{
    struct strbuf text = {0};
    struct str words = str_from(key->words);
    struct str near = {0};

    strbuf_add(&text, strbuf_str(&w->shown));
    strbuf_addf(&text, ": expected %s", config_type_text(key->type));
    if (key->type == CONFIG_COUNT) {
        strbuf_addf(&text, ", %s", key->words);
    } else if (words.n > 0) {
        strbuf_add(&text, key->type == CONFIG_WORD ? STR(" ") : STR(", or "));
        words_add_text(&text, words);
    }
    strbuf_add(&text, STR(", found "));
    if (node->kind != YAML_SCALAR)
        strbuf_add(&text, node->kind == YAML_MAPPING ? STR("a mapping") : STR("a list"));
    else if (yaml_is_null(node))
        strbuf_add(&text, STR("nothing"));
    else
        add_quoted(&text, node->text);
    if (node->kind == YAML_SCALAR && key->type != CONFIG_COUNT)
        near = words_nearest(node->text, words);
    if (near.n > 0)
        strbuf_addf(&text, "; did you mean \"%.*s\"?", STR_ARG(near));
    else if (key->type != CONFIG_WORD)
        strbuf_addf(&text, "; for example %s", key->example);
    config_error(w->report, node->place, "%.*s", STR_ARG(strbuf_str(&text)));
    strbuf_fini(&text);
}

static bool
is_name(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '_' || c == '-'))
            return false;
    }
    return text.n > 0 && text.n <= 200;
}

static bool
is_duration(struct str text, dur_ms min)
{
    dur_ms d;

    return duration_parse(text, &d) && d >= min && d <= CONFIG_DURATION_MAX;
}

static bool
is_good_scalar(const struct config_key *key, struct str text)
{
    struct str words = str_from(key->words);
    uint64_t min, max, number;
    double low, high;
    int64_t days;
    unsigned percent;

    switch (key->type) {
    case CONFIG_WORD:
        return words_find(words, text) >= 0;
    case CONFIG_DURATION:
        return words_find(words, text) >= 0 || is_duration(text, 0);
    case CONFIG_LENGTH:
        return words_find(words, text) >= 0 || is_duration(text, 1);
    case CONFIG_NAME:
        return is_name(text);
    case CONFIG_TEXT:
    case CONFIG_ZONE:
        return text.n > 0 && text.n <= 1000;
    case CONFIG_COUNT:
        CHECK(text_range(words, &min, &max));
        return text_count(text, min, max, &number);
    case CONFIG_NUMBER:
        return text_number(text, &low);
    case CONFIG_SCALE:
        return text_scale(text, &low, &high);
    case CONFIG_DATE:
        return text_date(text, &days);
    case CONFIG_WEEK:
        return words_find(words, text) >= 0;
    case CONFIG_TARGET:
        return is_duration(text, 1);
    case CONFIG_THRESHOLD:
        return text_percent(text, &percent) || is_duration(text, 1);
    case CONFIG_MAP:
    case CONFIG_NAMES:
    case CONFIG_DATES:
    case CONFIG_SCALARS:
    case CONFIG_LIST:
    case CONFIG_ONE_OR_LIST:
    case CONFIG_SPANS:
    case CONFIG_TYPES:
        break;
    }
    return false;
}

static bool
is_span(const struct yaml_node *span)
{
    unsigned from, to;

    return span->kind == YAML_SEQUENCE && span->n == 2 && span->items[0]->kind == YAML_SCALAR &&
           span->items[1]->kind == YAML_SCALAR && text_time_of_day(span->items[0]->text, &from) &&
           text_time_of_day(span->items[1]->text, &to) && from < to;
}

static void
check_spans(struct walk *w, const struct config_key *key, const struct yaml_node *node)
{
    if (node->kind != YAML_SEQUENCE) {
        expected(w, key, node);
        return;
    }
    for (size_t i = 0; i < node->n; i++)
        if (!is_span(node->items[i]))
            expected(w, key, node->items[i]);
}

/* A target by a dimension: `by` and durations. */
static void
check_target(struct walk *w, const struct config_key *key, const struct yaml_node *node)
{
    const struct yaml_member *by = yaml_find(node, STR("by"));

    if (by == NULL || by->value->kind != YAML_SCALAR || node->n < 2) {
        expected(w, key, node);
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *value = node->members[i].value;

        if (&node->members[i] != by && (value->kind != YAML_SCALAR || !is_duration(value->text, 1)))
            expected(w, key, value);
    }
}

/* ---- mappings and lists ---- */

/* Makes both paths one part longer; leave() takes what enter() returned. */
struct lengths {
    size_t pattern;
    size_t shown;
};

static struct lengths
enter(struct walk *w, struct str pattern, struct str shown)
{
    struct lengths before = {w->pattern.n, w->shown.n};

    if (before.pattern > 0)
        strbuf_add_char(&w->pattern, '.');
    strbuf_add(&w->pattern, pattern);
    /* An item of a list is shown under the list's own name. */
    if (shown.n > 0) {
        if (before.shown > 0)
            strbuf_add_char(&w->shown, '.');
        strbuf_add(&w->shown, shown.n > 60 ? STR("(long name)") : shown);
    }
    return before;
}

static void
leave(struct walk *w, struct lengths before)
{
    w->pattern.n = before.pattern;
    w->shown.n = before.shown;
}

/* Behind "unknown key": the one that was meant, else all that may stand there. */
static void
add_advice(struct walk *w, const struct yaml_member *member, struct strbuf *text)
{
    struct str parent = strbuf_str(&w->pattern);
    struct strbuf known = {0};
    struct lengths before;
    struct str near;
    bool is_path;

    for (size_t i = 0; i < n_config_keys; i++) {
        struct str child = child_of(&config_keys[i], parent);

        if (child.n > 0)
            strbuf_addf(&known, "%s%.*s", known.n > 0 ? "|" : "", STR_ARG(child));
    }
    near = words_nearest(member->key, strbuf_str(&known));
    before = enter(w, member->key, STR(""));
    is_path = find_key(strbuf_str(&w->pattern)) != NULL;
    leave(w, before);
    if (is_path) {
        strbuf_add(text, STR("; keys are nested: write each part below the one before it"));
    } else if (near.n > 0) {
        strbuf_addf(text, "; did you mean \"%.*s\"?", STR_ARG(near));
    } else {
        strbuf_add(text, STR("; known are "));
        words_add_text(text, strbuf_str(&known));
    }
    strbuf_fini(&known);
}

static void
unknown_key(struct walk *w, const struct yaml_member *member)
{
    struct strbuf text = {0};

    strbuf_add(&text, STR("unknown key "));
    add_quoted(&text, member->key);
    if (w->pattern.n > 0)
        strbuf_addf(&text, " in %.*s", STR_ARG(strbuf_str(&w->shown)));
    add_advice(w, member, &text);
    config_error(w->report, member->place, "%.*s", STR_ARG(strbuf_str(&text)));
    strbuf_fini(&text);
}

/* True if a key of `map` that the table does not know was probably meant to be `child`. */
static bool
is_misspelt(struct walk *w, const struct yaml_node *map, struct str child)
{
    bool is_found = false;

    for (size_t i = 0; map != NULL && i < map->n && !is_found; i++) {
        struct str key = map->members[i].key;
        struct lengths before = enter(w, key, STR(""));

        is_found = find_key(strbuf_str(&w->pattern)) == NULL && words_nearest(key, child).n > 0;
        leave(w, before);
    }
    return is_found;
}

/* Required keys that `map` (NULL: absent as a whole) lacks, pointed at `place`. */
static void
check_required(struct walk *w, const struct yaml_node *map, struct yaml_place place)
{
    struct str parent = strbuf_str(&w->pattern);

    for (size_t i = 0; i < n_config_keys; i++) {
        const struct config_key *key = &config_keys[i];
        struct str child = child_of(key, parent);

        if (child.n == 0 || str_equal(child, STR("*")) || yaml_find(map, child) != NULL)
            continue;
        if (key->need != CONFIG_NEED_REQUIRED && key->type != CONFIG_MAP)
            continue;
        if (is_misspelt(w, map, child)) /* told as an unknown key */
            continue;
        parent = strbuf_str(&w->pattern);
        if (key->need == CONFIG_NEED_REQUIRED) {
            config_error(w->report, place,
                         "%.*s%s%.*s is missing and has no default: %s; for example %s",
                         STR_ARG(strbuf_str(&w->shown)), parent.n > 0 ? "." : "", STR_ARG(child),
                         key->meaning, key->example);
        } else {
            struct lengths before = enter(w, child, child);

            check_required(w, NULL, place);
            leave(w, before);
            parent = strbuf_str(&w->pattern);
        }
    }
}

static void
check_known_member(struct walk *w, const struct config_key *key, const struct yaml_member *member)
{
    const char *later = config_since_text(key->since);

    /* One warning for what stands at the top of a later feature, none below it. */
    if (later[0] != 0) {
        const char *dot = strrchr(key->path, '.');
        const struct config_key *parent =
            dot != NULL ? find_key(str_of(key->path, (size_t)(dot - key->path))) : NULL;

        if (parent == NULL || parent->since != key->since)
            config_warning(w->report, member->place,
                           "%.*s: known, but without effect in this version (comes with %s)",
                           STR_ARG(strbuf_str(&w->shown)), later);
    }
    check_node(w, key, member->value);
}

static void
check_map(struct walk *w, const struct yaml_node *node)
{
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_member *member = &node->members[i];
        struct lengths before;
        const struct config_key *key;

        if (str_equal(member->key, STR("*")) || memchr(member->key.p, '.', member->key.n) != NULL) {
            unknown_key(w, member);
            continue;
        }
        before = enter(w, member->key, member->key);
        key = find_key(strbuf_str(&w->pattern));
        if (key != NULL)
            check_known_member(w, key, member);
        leave(w, before);
        if (key == NULL)
            unknown_key(w, member);
    }
    check_required(w, node, node->place);
}

static void
check_names(struct walk *w, const struct config_key *key, const struct yaml_node *node)
{
    struct str star = STR("*");

    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_member *member = &node->members[i];
        struct lengths before = enter(w, star, member->key);
        int64_t days;

        if (member->key.n == 0 || member->key.n > 200)
            config_error(w->report, member->place, "%s: a name must have 1 to 200 bytes",
                         key->path);
        else if (key->type == CONFIG_DATES && !text_date(member->key, &days))
            config_error(w->report, member->place, "%.*s: expected a date, YYYY-MM-DD",
                         STR_ARG(strbuf_str(&w->shown)));
        check_node(w, find_key(strbuf_str(&w->pattern)), member->value);
        leave(w, before);
    }
}

static void
check_list(struct walk *w, const struct yaml_node *node)
{
    struct lengths before = enter(w, STR("*"), STR(""));
    const struct config_key *item = find_key(strbuf_str(&w->pattern));

    CHECK(item != NULL);
    if (node->kind == YAML_SEQUENCE)
        for (size_t i = 0; i < node->n; i++)
            check_node(w, item, node->items[i]);
    else
        check_node(w, item, node);
    leave(w, before);
}

static void
check_scalars(struct walk *w, const struct yaml_node *node)
{
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_member *member = &node->members[i];

        if (member->value->kind != YAML_SCALAR || member->key.n == 0)
            config_error(w->report, member->place, "%.*s: expected a name and text",
                         STR_ARG(strbuf_str(&w->shown)));
    }
}

static void
check_node(struct walk *w, const struct config_key *key, const struct yaml_node *node)
{
    bool is_mapping = node->kind == YAML_MAPPING;

    CHECK(key != NULL);
    if ((key->type == CONFIG_MAP || key->type == CONFIG_WEEK) && is_mapping)
        check_map(w, node);
    else if ((key->type == CONFIG_NAMES || key->type == CONFIG_DATES) && is_mapping)
        check_names(w, key, node);
    else if (key->type == CONFIG_SCALARS && is_mapping)
        check_scalars(w, node);
    else if (key->type == CONFIG_TARGET && is_mapping)
        check_target(w, key, node);
    else if (key->type == CONFIG_SPANS)
        check_spans(w, key, node);
    else if ((key->type == CONFIG_LIST && node->kind == YAML_SEQUENCE) ||
             (key->type == CONFIG_ONE_OR_LIST && !is_mapping && !yaml_is_null(node)))
        check_list(w, node);
    else if (node->kind != YAML_SCALAR || yaml_is_null(node) || !is_good_scalar(key, node->text))
        expected(w, key, node);
}

void
config_check_shape(struct config_report *r, const struct yaml_node *root)
{
    struct walk w = {.report = r};

    if (root == NULL)
        check_required(&w, NULL, (struct yaml_place){1, 1});
    else if (root->kind == YAML_MAPPING)
        check_map(&w, root);
    else
        config_error(r, root->place, "expected a mapping, lines of \"key: value\"");
    strbuf_fini(&w.pattern);
    strbuf_fini(&w.shown);
}
