/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/container.h"
#include "schemas/codec/encode.h"
#include "schemas/codec/plan.h"
#include "tests/support/codec_events.h"

#include <avro.h>
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RECORDS = 2500 };

/* A file name of our own in the temporary folder; the caller unlinks and frees. */
static char *
temp_path(void)
{
    char *path = strdup("/tmp/ticketstream-container-XXXXXX");
    int fd = mkstemp(path);

    cr_assert(fd >= 0);
    close(fd);
    return path;
}

static void
make_record(uint64_t *seed, struct arena *arena, struct strbuf *out)
{
    struct ticket_event event;

    codec_random_record(&ticket_event_desc, seed, arena, &event);
    avro_encode(&ticket_event_desc, &event, out);
}

static void
write_file(const char *path, enum container_codec codec, int n)
{
    struct container_meta meta = {STR("attribution"), STR("somebody, CC BY 4.0")};
    struct container_writer *w = NULL;
    struct error error = {0};
    struct arena arena = {0};
    struct strbuf record = {0};
    uint64_t seed = 1;

    cr_assert_eq(container_writer_open(path, &ticket_event_desc, codec, &meta, 1, &w, &error),
                 ERR_NONE, "%s", error.text);
    for (int i = 0; i < n; i++) {
        strbuf_clear(&record);
        arena_reset(&arena);
        make_record(&seed, &arena, &record);
        cr_assert_eq(container_writer_add(w, strbuf_str(&record), &error), ERR_NONE);
    }
    cr_assert_eq(container_writer_close(&w, &error), ERR_NONE);
    cr_assert(w == NULL);
    strbuf_fini(&record);
    arena_fini(&arena);
}

/* Reads on until the end or an error; each record must be the next of the seed. Returns how many
 * there were. */
static int
read_records(struct container_reader *r, enum err *ret_err, struct error *reterr)
{
    struct arena arena = {0};
    struct strbuf record = {0};
    struct plan *plan = NULL;
    struct ticket_event event;
    struct str left;
    uint64_t seed = 1;
    int n = 0;

    cr_assert_eq(plan_compile(container_reader_schema(r), &ticket_event_desc, &plan, reterr),
                 ERR_NONE);
    while ((*ret_err = container_reader_peek(r, &left, reterr)) == ERR_NONE && left.p != NULL) {
        size_t used = 0;

        arena_reset(&arena);
        cr_assert_eq(plan_decode(plan, left, &arena, &event, &used), DECODE_OK);
        strbuf_clear(&record);
        make_record(&seed, &arena, &record);
        cr_assert(str_equal(strbuf_str(&record), str_of(left.p, used)));
        cr_assert_eq(container_reader_take(r, used, reterr), ERR_NONE, "%s", reterr->text);
        n++;
    }
    plan_free(&plan);
    strbuf_fini(&record);
    arena_fini(&arena);
    return n;
}

static void
read_file(const char *path, struct strbuf *out)
{
    FILE *f = fopen(path, "rb");
    size_t n;

    cr_assert(f != NULL);
    while ((n = fread(strbuf_reserve(out, 65536), 1, 65536, f)) > 0)
        strbuf_added(out, n);
    fclose(f);
}

static void
put_file(const char *path, struct str bytes)
{
    FILE *f = fopen(path, "wb");

    cr_assert(f != NULL);
    cr_assert_eq(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
    fclose(f);
}

static void
end_path(char *path)
{
    unlink(path);
    free(path);
}

Test(container, gives_back_what_was_written)
{
    for (int codec = CONTAINER_NULL; codec < CONTAINER_CODECS; codec++) {
        char *path = temp_path();
        struct container_reader *r = NULL;
        struct error error = {0};
        enum err err;

        write_file(path, (enum container_codec)codec, RECORDS);
        cr_assert_eq(container_reader_open(path, &r, &error), ERR_NONE, "%s", error.text);
        cr_assert(
            str_equal(container_reader_meta(r, STR("attribution")), STR("somebody, CC BY 4.0")));
        cr_assert_eq(container_reader_meta(r, STR("other")).n, 0);
        cr_assert_eq(read_records(r, &err, &error), RECORDS);
        cr_assert_eq(err, ERR_NONE, "%s", error.text);
        container_reader_close(&r);
        end_path(path);
    }
}

Test(container, is_read_by_avro_c)
{
    for (int codec = CONTAINER_NULL; codec <= CONTAINER_DEFLATE; codec++) {
        char *path = temp_path();
        avro_file_reader_t reader;
        avro_value_iface_t *iface;
        avro_value_t value;
        avro_schema_t schema;
        int n = 0;

        write_file(path, (enum container_codec)codec, RECORDS);
        cr_assert_eq(avro_file_reader(path, &reader), 0, "%s", avro_strerror());
        schema = avro_file_reader_get_writer_schema(reader);
        iface = avro_generic_class_from_schema(schema);
        avro_generic_value_new(iface, &value);
        while (avro_file_reader_read_value(reader, &value) == 0) {
            avro_value_reset(&value);
            n++;
        }
        cr_assert_eq(n, RECORDS);
        avro_value_decref(&value);
        avro_value_iface_decref(iface);
        avro_schema_decref(schema);
        avro_file_reader_close(reader);
        end_path(path);
    }
}

Test(container, the_same_records_make_the_same_file)
{
    char *a = temp_path();
    char *b = temp_path();
    struct strbuf first = {0};
    struct strbuf second = {0};

    write_file(a, CONTAINER_DEFLATE, 300);
    write_file(b, CONTAINER_DEFLATE, 300);
    read_file(a, &first);
    read_file(b, &second);
    cr_assert(str_equal(strbuf_str(&first), strbuf_str(&second)));
    strbuf_fini(&first);
    strbuf_fini(&second);
    end_path(a);
    end_path(b);
}

Test(container, a_file_without_records_is_good)
{
    char *path = temp_path();
    struct container_reader *r = NULL;
    struct error error = {0};
    enum err err;

    write_file(path, CONTAINER_DEFLATE, 0);
    cr_assert_eq(container_reader_open(path, &r, &error), ERR_NONE, "%s", error.text);
    cr_assert_eq(read_records(r, &err, &error), 0);
    cr_assert_eq(err, ERR_NONE);
    container_reader_close(&r);
    end_path(path);
}

static void
expect_cuts_found(enum container_codec codec)
{
    char *path = temp_path();
    struct strbuf bytes = {0};
    struct error error = {0};
    uint64_t seed = 7;
    int most = 0;

    write_file(path, codec, RECORDS);
    read_file(path, &bytes);
    for (int i = 0; i < 30; i++) {
        size_t cut = codec_random(&seed) % bytes.n;
        struct container_reader *r = NULL;
        enum err err;
        int n = 0;

        put_file(path, str_of(bytes.p, cut));
        err = container_reader_open(path, &r, &error);
        if (err == ERR_NONE)
            n = read_records(r, &err, &error);
        most = n > most ? n : most;
        cr_assert(n < RECORDS);
        if (err != ERR_NONE) {
            cr_assert_eq(err, ERR_INPUT);
            cr_assert(strstr(error.text, path) != NULL);
        }
        container_reader_close(&r);
    }
    cr_assert(most > 0);
    strbuf_fini(&bytes);
    end_path(path);
}

Test(container, a_cut_file_gives_its_whole_blocks_and_then_says_where)
{
    for (int codec = CONTAINER_NULL; codec < CONTAINER_CODECS; codec++)
        expect_cuts_found((enum container_codec)codec);
}

/* One byte of the file changed: never a crash, and never records that were not written, unless the
 * change is in them. */
static void
expect_damage_survived(enum container_codec codec)
{
    char *path = temp_path();
    struct strbuf bytes = {0};
    uint64_t seed = 11;

    write_file(path, codec, 40);
    read_file(path, &bytes);
    for (int i = 0; i < 300; i++) {
        size_t at = codec_random(&seed) % bytes.n;
        char old = bytes.p[at];
        struct container_reader *r = NULL;
        struct error error = {0};
        struct str left = {0};
        int n = 0;

        bytes.p[at] = (char)codec_random(&seed);
        put_file(path, strbuf_str(&bytes));
        bytes.p[at] = old;
        if (container_reader_open(path, &r, &error) != ERR_NONE)
            continue;
        while (n++ < 100 && container_reader_peek(r, &left, &error) == ERR_NONE && left.p != NULL)
            if (container_reader_take(r, left.n > 0 ? left.n / 2 : 0, &error) != ERR_NONE)
                break;
        container_reader_close(&r);
    }
    strbuf_fini(&bytes);
    end_path(path);
}

Test(container, survives_damage_anywhere)
{
    for (int codec = CONTAINER_NULL; codec < CONTAINER_CODECS; codec++)
        expect_damage_survived((enum container_codec)codec);
}

/* The bytes of a packed block changed: the error says where the block is. */
Test(container, says_where_a_packed_block_is_damaged)
{
    static const char *const words[CONTAINER_CODECS] = {"", "the block cannot be inflated at byte ",
                                                        "the block is not snappy at byte ",
                                                        "the block is not zstandard at byte "};

    for (int codec = CONTAINER_DEFLATE; codec < CONTAINER_CODECS; codec++) {
        char *path = temp_path();
        struct strbuf bytes = {0};
        struct container_reader *r = NULL;
        struct error error = {0};
        struct str left;
        size_t head;

        write_file(path, (enum container_codec)codec, 0);
        read_file(path, &bytes);
        head = bytes.n;
        /* One record in eight bytes of a block that no codec can read. */
        strbuf_add(&bytes, STR("\x02\x10\xff\xff\xff\xff\xff\xff\xff\xff"));
        strbuf_add(&bytes, str_of(bytes.p + head - 16, 16));
        put_file(path, strbuf_str(&bytes));
        cr_assert_eq(container_reader_open(path, &r, &error), ERR_NONE, "%s", error.text);
        cr_assert_eq(container_reader_peek(r, &left, &error), ERR_INPUT);
        cr_assert(strstr(error.text, words[codec]) != NULL, "%s", error.text);
        cr_assert_eq((size_t)atoll(strstr(error.text, "at byte ") + 8), head, "%s", error.text);
        container_reader_close(&r);
        strbuf_fini(&bytes);
        end_path(path);
    }
}

struct damage {
    const char *bytes;
    size_t n;
    const char *sentence;
};

#define SCHEMA_INT                                                                                 \
    "\x02\x16"                                                                                     \
    "avro.schema"                                                                                  \
    "\x0a\"int\""                                                                                  \
    "\x00"
#define SYNC     "0123456789abcdef"
#define BYTES(s) s, sizeof(s) - 1

static const struct damage damages[] = {
    {BYTES(""), "not an Avro container file"},
    {BYTES("Obj\2"), "not an Avro container file"},
    {BYTES("{\"event_type\":1}"), "not an Avro container file"},
    {BYTES("Obj\1\2"), "ends in its header"},
    {BYTES("Obj\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "damaged"},
    {BYTES("Obj\1\x02\xfe\xff\xff\xff\xff\x0f"), "the header is damaged"},
    {BYTES("Obj\1\xfe\xff\xff\xff\xff\x0f"), "the header is damaged"},
    {BYTES("Obj\1\x00" SYNC), "no avro.schema"},
    {BYTES("Obj\1\x02\x14"
           "avro.codec"
           "\x0a"
           "bzip2"
           "\x00" SYNC),
     "codec bzip2 is not supported (null, deflate, snappy, zstandard)"},
};

static const struct damage block_damages[] = {
    {BYTES("\x02"), "ends in the middle of the block at byte 40"},
    {BYTES("\x02\x02"), "ends in the middle of the block at byte 40"},
    {BYTES("\x02\x02\x06"
           "0123"),
     "ends in the middle of the block at byte 40"},
    {BYTES("\x02\x02\x06"
           "0123456789abcdeX"),
     "no sync marker behind the block at byte 40"},
    {BYTES("\x01\x02\x06" SYNC), "a damaged block"},
    {BYTES("\x02\x01\x06" SYNC), "a damaged block"},
    {BYTES("\x02\xfe\xff\xff\xff\xff\xff\x0f"), "too large"},
    {BYTES("\x00\x02\x06" SYNC), "bytes without records"},
    {BYTES("\x02\x02\x06" SYNC "\x02\x02"),
     "ends in the middle of the block at byte 59 (1 whole blocks before)"},
};

Test(container, says_what_is_wrong_with_a_header)
{
    char *path = temp_path();

    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct container_reader *r = NULL;
        struct error error = {0};

        put_file(path, str_of(damages[i].bytes, damages[i].n));
        cr_assert_eq(container_reader_open(path, &r, &error), ERR_INPUT, "case %zu", i);
        cr_assert(strstr(error.text, damages[i].sentence) != NULL, "case %zu: %s", i, error.text);
        cr_assert(strstr(error.text, path) != NULL);
        cr_assert(r == NULL);
    }
    end_path(path);
}

Test(container, says_what_is_wrong_with_a_block)
{
    char *path = temp_path();

    for (size_t i = 0; i < sizeof(block_damages) / sizeof(block_damages[0]); i++) {
        struct strbuf bytes = {0};
        struct container_reader *r = NULL;
        struct error error = {0};
        struct str left;
        enum err err;

        strbuf_add(&bytes, str_of(BYTES("Obj\1" SCHEMA_INT SYNC)));
        cr_assert_eq(bytes.n, 40);
        strbuf_add(&bytes, str_of(block_damages[i].bytes, block_damages[i].n));
        put_file(path, strbuf_str(&bytes));
        cr_assert_eq(container_reader_open(path, &r, &error), ERR_NONE, "%s", error.text);
        err = container_reader_peek(r, &left, &error);
        if (err == ERR_NONE) {
            cr_assert_eq(container_reader_take(r, 1, &error), ERR_NONE);
            err = container_reader_peek(r, &left, &error);
        }
        cr_assert_eq(err, ERR_INPUT, "case %zu", i);
        cr_assert(strstr(error.text, block_damages[i].sentence) != NULL, "case %zu: %s", i,
                  error.text);
        container_reader_close(&r);
        strbuf_fini(&bytes);
    }
    end_path(path);
}

Test(container, says_when_count_and_size_of_a_block_disagree)
{
    char *path = temp_path();
    struct strbuf bytes = {0};
    struct container_reader *r = NULL;
    struct error error = {0};
    struct str left;

    strbuf_add(&bytes, str_of(BYTES("Obj\1" SCHEMA_INT SYNC "\x02\x04\x06\x08" SYNC)));
    put_file(path, strbuf_str(&bytes));
    cr_assert_eq(container_reader_open(path, &r, &error), ERR_NONE, "%s", error.text);
    cr_assert_eq(container_reader_peek(r, &left, &error), ERR_NONE);
    cr_assert_eq(left.n, 2);
    cr_assert_eq(container_reader_take(r, 1, &error), ERR_INPUT);
    cr_assert(strstr(error.text, "bytes behind the last record of the block at byte 40") != NULL,
              "%s", error.text);
    container_reader_close(&r);
    strbuf_fini(&bytes);
    end_path(path);
}

Test(container, says_when_a_file_is_not_there)
{
    struct container_reader *r = NULL;
    struct error error = {0};

    cr_assert_eq(container_reader_open("/nonexistent/x.avro", &r, &error), ERR_IO);
    cr_assert(strstr(error.text, "/nonexistent/x.avro") != NULL);
}
