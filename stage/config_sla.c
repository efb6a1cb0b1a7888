/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendars and SLA policies: what their keys mean together is checked already, so that a file
 * written today is right when the clocks land.
 */
#include "base/check.h"
#include "stage/config_build.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 3, 4))) static void
refuse(struct config_build *b, const struct yaml_node *node, const char *format, ...)
{
    char sentence[384];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    config_error(&b->report, node->place, "%s", sentence);
}

static bool
is_text(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_SCALAR && node->text.n > 0 && node->text.n <= 200;
}

/* Some span of some weekday or date. */
static bool
has_spans(const struct yaml_node *by_day)
{
    if (by_day == NULL || by_day->kind != YAML_MAPPING)
        return by_day != NULL && by_day->kind == YAML_SCALAR; /* 24x7 */
    for (size_t i = 0; i < by_day->n; i++)
        if (by_day->members[i].value->kind == YAML_SEQUENCE && by_day->members[i].value->n > 0)
            return true;
    return false;
}

static void
check_calendar(struct config_build *b, const struct yaml_node *calendar)
{
    const struct yaml_node *hours = config_node(calendar, "calendars.*.weekly_hours");

    (void)config_zone(b, config_node(calendar, "calendars.*.timezone"));
    if (hours != NULL && !has_spans(hours) &&
        !has_spans(config_node(calendar, "calendars.*.date_overrides")))
        refuse(b, hours, "a calendar without any open time: a clock in it would never move");
}

static void
check_calendar_name(struct config_build *b, const struct yaml_node *name)
{
    const struct yaml_node *calendars = config_node(b->root, "calendars");

    if (is_text(name) && yaml_find(calendars, name->text) == NULL)
        refuse(b, name, "calendar \"%.*s\" is not among `calendars`", STR_ARG(name->text));
}

static void
check_dimension(struct config_build *b, const struct yaml_node *at, struct str text)
{
    struct str near = {0};
    struct dimension d;

    if (config_dimension(text, &d, &near))
        return;
    if (near.n == 0)
        near = STR("custom.<key>");
    refuse(b, at, "unknown dimension \"%.*s\"; did you mean \"%.*s\"?",
           text.n < 60 ? (int)text.n : 60, text.p, STR_ARG(near));
}

/* In a business calendar a day has no fixed length. */
static void
check_target_unit(struct config_build *b, const struct yaml_node *value, bool is_business)
{
    if (is_business && is_text(value) && memchr(value->text.p, 'd', value->text.n) != NULL)
        refuse(b, value,
               "target \"%.*s\" counts days, which have no fixed length in a business "
               "calendar: write hours; for example 16h",
               STR_ARG(value->text));
}

static void
check_targets(struct config_build *b, const struct yaml_node *targets, bool is_business)
{
    if (targets == NULL || targets->kind != YAML_MAPPING)
        return;
    for (size_t i = 0; i < targets->n; i++) {
        const struct yaml_node *target = targets->members[i].value;

        check_target_unit(b, target, is_business);
        if (target->kind != YAML_MAPPING)
            continue;
        for (size_t j = 0; j < target->n; j++) {
            const struct yaml_node *value = target->members[j].value;

            if (!str_equal(target->members[j].key, STR("by")))
                check_target_unit(b, value, is_business);
            else if (is_text(value))
                check_dimension(b, value, value->text);
        }
    }
}

static void
check_policy(struct config_build *b, const struct yaml_node *sla, size_t number)
{
    const struct yaml_node *policy = sla->items[number];
    const struct yaml_node *name = config_node(policy, "sla.*.name");
    const struct yaml_node *when = config_node(policy, "sla.*.when");
    const struct yaml_node *calendar = config_node(policy, "sla.*.calendar");

    check_calendar_name(b, calendar);
    check_targets(b, config_node(policy, "sla.*.targets"), calendar != NULL);
    for (size_t i = 0; when != NULL && when->kind == YAML_MAPPING && i < when->n; i++)
        check_dimension(b, when->members[i].value, when->members[i].key);
    for (size_t i = 0; i < number; i++) {
        const struct yaml_node *other = config_node(sla->items[i], "sla.*.name");

        if (is_text(name) && is_text(other) && str_equal(name->text, other->text))
            refuse(b, name, "two policies have the name \"%.*s\"", STR_ARG(name->text));
    }
}

void
config_check_sla(struct config_build *b)
{
    const struct yaml_node *calendars = config_node(b->root, "calendars");
    const struct yaml_node *sla = config_node(b->root, "sla");

    for (size_t i = 0; calendars != NULL && calendars->kind == YAML_MAPPING && i < calendars->n;
         i++)
        check_calendar(b, calendars->members[i].value);
    for (size_t i = 0; sla != NULL && sla->kind == YAML_SEQUENCE && i < sla->n && i < 1000; i++)
        check_policy(b, sla, i);
    check_calendar_name(b, config_node(b->root, "reporting_calendar"));
}
