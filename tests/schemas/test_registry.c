/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/registry.h"
#include "schemas/ticket_event.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const names[] = {"1.avsc", "2.avsc", "7.avsc", "note.txt"};

/* A folder with schema 1 (ours), 2 (text that is no schema), 7 (a record that is not ours). */
static void
make_folder(char *path)
{
    const char *texts[] = {ticket_event_avsc,
                           "{\"type\":", "{\"type\":\"record\",\"name\":\"Other\",\"fields\":[]}",
                           "x"};

    cr_assert(mkdtemp(path) != NULL);
    for (size_t i = 0; i < 4; i++) {
        char file[256];
        FILE *f;

        snprintf(file, sizeof(file), "%s/%s", path, names[i]);
        f = fopen(file, "wb");
        cr_assert(f != NULL);
        fputs(texts[i], f);
        fclose(f);
    }
}

static void
remove_file(const char *path, const char *name)
{
    char file[256];

    snprintf(file, sizeof(file), "%s/%s", path, name);
    unlink(file);
}

static void
remove_folder(const char *path)
{
    for (size_t i = 0; i < 4; i++)
        remove_file(path, names[i]);
    rmdir(path);
}

Test(registry, finds_schemas_by_id_and_tells_unknown_from_impossible)
{
    char path[] = "/tmp/ticketstream-registry-XXXXXX";
    struct registry *r = NULL;
    const struct plan *plan = NULL;
    const struct plan *again = NULL;
    struct error error = {0};

    make_folder(path);
    cr_assert_eq(registry_open_folder(path, FRAMING_CONFLUENT, &ticket_event_desc, &r, &error),
                 ERR_NONE);
    cr_assert_eq(registry_get(r, 1, &plan, &error), DECODE_OK, "%s", error.text);
    cr_assert_eq(registry_get(r, 5, &again, &error), DECODE_UNKNOWN_SCHEMA);
    cr_assert(strstr(error.text, "schema id 5") != NULL && strstr(error.text, path) != NULL, "%s",
              error.text);
    cr_assert_eq(registry_get(r, 2, &again, &error), DECODE_IMPOSSIBLE_SCHEMA);
    cr_assert(strstr(error.text, "not JSON") != NULL, "%s", error.text);
    cr_assert_eq(registry_get(r, 7, &again, &error), DECODE_IMPOSSIBLE_SCHEMA);
    cr_assert(strstr(error.text, "record Other") != NULL, "%s", error.text);
    error.text[0] = '\0';
    cr_assert_eq(registry_get(r, 7, &again, &error), DECODE_IMPOSSIBLE_SCHEMA);
    cr_assert(strstr(error.text, "record Other") != NULL, "remembered: %s", error.text);
    /* Compiled once, and kept when the file is gone. */
    remove_file(path, "1.avsc");
    cr_assert_eq(registry_get(r, 1, &again, &error), DECODE_OK);
    cr_assert_eq(again, plan);
    registry_free(&r);
    remove_folder(path);
}

Test(registry, an_unknown_id_stays_unknown_until_told_to_ask_again)
{
    char path[] = "/tmp/ticketstream-registry-XXXXXX";
    struct registry *r = NULL;
    const struct plan *plan = NULL;
    struct error error = {0};
    char from[256];
    char to[256];

    make_folder(path);
    cr_assert_eq(registry_open_folder(path, FRAMING_CONFLUENT, &ticket_event_desc, &r, &error),
                 ERR_NONE);
    cr_assert_eq(registry_get(r, 3, &plan, &error), DECODE_UNKNOWN_SCHEMA);
    snprintf(from, sizeof(from), "%s/1.avsc", path);
    snprintf(to, sizeof(to), "%s/3.avsc", path);
    cr_assert_eq(rename(from, to), 0);
    cr_assert_eq(registry_get(r, 3, &plan, &error), DECODE_UNKNOWN_SCHEMA);
    registry_forget_unknown(r);
    cr_assert_eq(registry_get(r, 3, &plan, &error), DECODE_OK);
    registry_free(&r);
    remove_file(path, "3.avsc");
    remove_folder(path);
}

Test(registry, finds_schemas_by_fingerprint)
{
    char path[] = "/tmp/ticketstream-registry-XXXXXX";
    struct registry *r = NULL;
    const struct plan *plan = NULL;
    struct error error = {0};

    make_folder(path);
    cr_assert_eq(registry_open_folder(path, FRAMING_SINGLE_OBJECT, &ticket_event_desc, &r, &error),
                 ERR_NONE);
    cr_assert_eq(registry_get(r, TICKET_EVENT_FINGERPRINT, &plan, &error), DECODE_OK, "%s",
                 error.text);
    cr_assert_eq(registry_get(r, 1, &plan, &error), DECODE_UNKNOWN_SCHEMA);
    registry_free(&r);
    remove_folder(path);
}

Test(registry, raw_framing_means_the_only_schema)
{
    char path[] = "/tmp/ticketstream-registry-XXXXXX";
    struct registry *r = NULL;
    const struct plan *plan = NULL;
    struct error error = {0};

    make_folder(path);
    cr_assert_eq(registry_open_folder(path, FRAMING_RAW, &ticket_event_desc, &r, &error), ERR_NONE);
    cr_assert_eq(registry_get(r, 0, &plan, &error), DECODE_UNKNOWN_SCHEMA);
    remove_file(path, "7.avsc");
    registry_forget_unknown(r);
    cr_assert_eq(registry_get(r, 0, &plan, &error), DECODE_OK, "%s", error.text);
    registry_free(&r);
    remove_folder(path);
}

Test(registry, ids_out_of_thin_air_do_not_grow_it_without_end)
{
    char path[] = "/tmp/ticketstream-registry-XXXXXX";
    struct registry *r = NULL;
    const struct plan *plan = NULL;
    struct error error = {0};

    make_folder(path);
    cr_assert_eq(registry_open_folder(path, FRAMING_CONFLUENT, &ticket_event_desc, &r, &error),
                 ERR_NONE);
    for (uint64_t id = 100; id < 3500; id++)
        cr_assert_eq(registry_get(r, id, &plan, NULL), DECODE_UNKNOWN_SCHEMA);
    cr_assert_eq(registry_get(r, 1, &plan, &error), DECODE_OK);
    registry_free(&r);
    remove_folder(path);
}

Test(registry, takes_schemas_by_hand_and_says_when_there_is_no_folder)
{
    struct registry *r = registry_new(NULL, NULL, NULL, &ticket_event_desc);
    const struct plan *plan = NULL;
    struct error error = {0};

    cr_assert_eq(registry_add(r, 9, str_of(ticket_event_avsc, TICKET_EVENT_AVSC_LEN), &error),
                 DECODE_OK);
    cr_assert_eq(registry_get(r, 9, &plan, &error), DECODE_OK);
    registry_free(&r);
    cr_assert_eq(registry_open_folder("/nonexistent", FRAMING_RAW, &ticket_event_desc, &r, &error),
                 ERR_IO);
    cr_assert(strstr(error.text, "/nonexistent") != NULL);
}
