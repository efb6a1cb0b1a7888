/* SPDX-License-Identifier: Apache-2.0 */
/* Files of every kind, good, damaged and strange: what is handed out, and what the error names. */
#include "consumer/file_source.h"
#include "schemas/codec/container.h"
#include "schemas/codec/encode.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>

#include <zlib.h>

enum { RECORDS = 5000, SYNC_BYTES = 16 };

/* What came out of a file: the records' bytes, each behind its position and reason, and the end. */
struct outcome {
    struct strbuf text;
    size_t n;
    uint64_t last_position;
    enum err err;
    struct error error;
};

/* "position:reason:bytes;", cut, with '.' for what cannot be read. */
static void
add_record(struct strbuf *out, const struct record *r)
{
    strbuf_addf(out, "%llu:%s:", (unsigned long long)r->position, decode_result_reason(r->refusal));
    for (size_t i = 0; i < r->bytes.n && i < 100; i++)
        strbuf_add_char(out, r->bytes.p[i] >= ' ' && r->bytes.p[i] <= '~' ? r->bytes.p[i] : '.');
    strbuf_add_char(out, ';');
}

static struct outcome
read_all(const char *path)
{
    struct outcome o = {0};
    struct source *source = NULL;
    struct source_progress at = {0};
    bool at_end = false;

    o.err = file_source_open(path, &source, &o.error);
    while (o.err == ERR_NONE && !at_end) {
        struct record r;

        o.err = source_next(source, &r, &at_end, &o.error);
        cr_assert_geq(source_tell(source).bytes, at.bytes);
        at = source_tell(source);
        cr_assert_leq(at.bytes, at.bytes_total);
        if (o.err != ERR_NONE || at_end)
            break;
        cr_assert_gt(r.position, o.last_position);
        o.last_position = r.position;
        o.n++;
        if (o.text.n < 4096)
            add_record(&o.text, &r);
    }
    if (o.err != ERR_NONE && source != NULL) {
        struct record r;

        cr_expect_eq(source_next(source, &r, &at_end, &o.error), ERR_NONE);
        cr_expect(at_end, "after a failure there is only the end");
    }
    cr_expect(source == NULL || at.bytes == at.bytes_total, "the end is all of the file");
    source_close(&source);
    return o;
}

static void
expect(struct temp *t, const char *name, struct str bytes, const char *records, const char *error)
{
    struct outcome o = read_all(temp_write(t, name, bytes));

    cr_expect(str_equal(strbuf_str(&o.text), str_from(records)), "%s: got %.*s", name,
              STR_ARG(strbuf_str(&o.text)));
    if (error == NULL) {
        cr_expect_eq(o.err, ERR_NONE, "%s: %s", name, o.error.text);
    } else {
        cr_expect_eq(o.err, ERR_INPUT, "%s", name);
        cr_expect_not_null(strstr(o.error.text, error), "%s: %s", name, o.error.text);
        cr_expect_not_null(strstr(o.error.text, name), "%s: %s", name, o.error.text);
    }
    strbuf_fini(&o.text);
}

Test(file_source, lines)
{
    struct temp t;

    temp_init(&t);
    expect(&t, "a.jsonl", STR(""), "", NULL);
    expect(&t, "b.jsonl", STR("\n\n  \r\n"), "", NULL);
    expect(&t, "c.jsonl", STR("{a}\n{b}\n"), "1::{a};2::{b};", NULL);
    expect(&t, "d.jsonl", STR("{a}\n\n{b}"), "1::{a};3::{b};", NULL);
    expect(&t, "e.jsonl", STR("\xef\xbb\xbf{a}\r\n"), "1::{a}.;", NULL);
    expect(&t, "f.txt", STR("Ob\n"), "1::Ob;", NULL);
    temp_fini(&t);
}

Test(file_source, content_decides_but_a_name_that_lies_is_an_error)
{
    struct temp t;

    temp_init(&t);
    expect(&t, "empty.avro", STR(""), "", NULL);
    expect(&t, "empty.jsonl.gz", STR(""), "", NULL);
    expect(&t, "x.avro", STR("{\"event_id\":1}\n"), "", "not an Avro container file");
    expect(&t, "x.jsonl.gz", STR("{}\n"), "", "not a gzip file");
    temp_fini(&t);
}

Test(file_source, a_file_that_is_not_there_or_is_a_folder)
{
    struct temp t;
    struct outcome o;

    temp_init(&t);
    o = read_all(temp_path(&t, "nowhere.jsonl"));
    cr_expect_eq(o.err, ERR_INPUT);
    cr_expect_not_null(strstr(o.error.text, "nowhere.jsonl: No such file"), "%s", o.error.text);
    o = read_all(t.folder);
    cr_expect_eq(o.err, ERR_INPUT);
    temp_fini(&t);
}

Test(file_source, a_line_that_is_too_long_is_refused_and_the_file_goes_on)
{
    static const size_t sizes[] = {INTAKE_RECORD_MAX, INTAKE_RECORD_MAX + 1, 70 * 1024 * 1024};
    struct temp t;

    temp_init(&t);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct strbuf bytes = {0};
        struct outcome o;

        strbuf_add(&bytes, STR("{a}\n"));
        memset(strbuf_reserve(&bytes, sizes[i]), 'x', sizes[i]);
        strbuf_added(&bytes, sizes[i]);
        strbuf_add(&bytes, STR("\n{b}\n"));
        o = read_all(temp_write(&t, "long.jsonl", strbuf_str(&bytes)));
        cr_expect_eq(o.err, ERR_NONE);
        cr_expect_eq(o.n, 3);
        strbuf_add_char(&o.text, '\0');
        cr_expect_not_null(strstr(o.text.p, i == 0 ? "2::xxx" : "2:oversized:xxx"), "%zu",
                           sizes[i]);
        cr_expect_not_null(strstr(o.text.p, "3::{b};"), "%zu", sizes[i]);
        strbuf_fini(&o.text);
        strbuf_fini(&bytes);
    }
    temp_fini(&t);
}

/* Lines of numbers, gzip'd. */
static const char *
write_gzip(struct temp *t, const char *name, int n)
{
    gzFile file = gzopen(temp_path(t, name), "wb");

    for (int i = 0; i < n; i++)
        cr_assert_gt(gzprintf(file, "{\"number\":%d,\"square\":%d}\n", i, i * i), 0);
    cr_assert_eq(gzclose(file), Z_OK);
    return t->path;
}

Test(file_source, gzip_is_read_whole)
{
    struct temp t;
    struct outcome o;

    temp_init(&t);
    o = read_all(write_gzip(&t, "n.jsonl.gz", 30000));
    cr_expect_eq(o.err, ERR_NONE);
    cr_expect_eq(o.n, 30000);
    strbuf_fini(&o.text);
    temp_fini(&t);
}

Test(file_source, gzip_that_is_cut_or_damaged_gives_its_whole_lines_first)
{
    struct strbuf bytes = {0};
    struct temp t;
    struct outcome o;

    temp_init(&t);
    write_gzip(&t, "n.jsonl.gz", 30000);
    cr_assert(temp_read(&t, "n.jsonl.gz", &bytes));
    o = read_all(temp_write(&t, "cut.jsonl.gz", str_of(bytes.p, bytes.n / 2)));
    cr_expect_eq(o.err, ERR_INPUT);
    cr_expect(o.n > 5000 && o.n < 25000, "%zu", o.n);
    strbuf_fini(&o.text);
    bytes.p[bytes.n / 2] ^= 0x55;
    bytes.p[bytes.n / 2 + 1] ^= 0x55;
    o = read_all(temp_write(&t, "bad.jsonl.gz", strbuf_str(&bytes)));
    cr_expect_eq(o.err, ERR_INPUT);
    cr_expect_lt(o.n, 30000);
    strbuf_fini(&o.text);
    strbuf_fini(&bytes);
    temp_fini(&t);
}

static void
add_event(struct container_writer *w, int i)
{
    struct ticket_event event = {.event_id = STR("e"), .ticket_id = STR("T"), .occurred_at = i};
    struct strbuf body = {0};

    event.payload.kind = TICKET_EVENT_PAYLOAD_BOT_HANDED_OFF;
    avro_encode(&ticket_event_desc, &event, &body);
    cr_assert_eq(container_writer_add(w, strbuf_str(&body), NULL), ERR_NONE);
    strbuf_fini(&body);
}

static const char *
write_container(struct temp *t, const char *name, enum container_codec codec, int n)
{
    const char *path = temp_path(t, name);
    struct container_writer *w = NULL;

    cr_assert_eq(container_writer_open(path, &ticket_event_desc, codec, NULL, 0, &w, NULL),
                 ERR_NONE);
    for (int i = 0; i < n; i++)
        add_event(w, i);
    cr_assert_eq(container_writer_close(&w, NULL), ERR_NONE);
    return path;
}

Test(file_source, containers)
{
    struct temp t;

    temp_init(&t);
    for (int codec = CONTAINER_NULL; codec < CONTAINER_CODECS; codec++) {
        static const int sizes[] = {0, 1, RECORDS};

        for (int i = 0; i < 3; i++) {
            struct outcome o =
                read_all(write_container(&t, "c.avro", (enum container_codec)codec, sizes[i]));

            cr_expect_eq(o.err, ERR_NONE);
            cr_expect_eq(o.n, (size_t)sizes[i]);
            strbuf_fini(&o.text);
        }
    }
    temp_fini(&t);
}

Test(file_source, a_container_cut_anywhere_fails_with_the_offset_or_is_whole)
{
    struct strbuf bytes = {0};
    struct temp t;

    temp_init(&t);
    write_container(&t, "c.avro", CONTAINER_NULL, RECORDS);
    cr_assert(temp_read(&t, "c.avro", &bytes));
    for (size_t n = 4; n < bytes.n; n += 1 + n / 7) {
        struct outcome o = read_all(temp_write(&t, "cut.avro", str_of(bytes.p, n)));

        cr_expect_lt(o.n, RECORDS);
        /* Between two blocks a cut cannot be told from an end; there are few such places. */
        if (o.err != ERR_NONE)
            cr_expect_not_null(strstr(o.error.text, "cut.avro"), "%s", o.error.text);
        if (o.err != ERR_NONE && o.n > 0)
            cr_expect_not_null(strstr(o.error.text, "at byte"), "%s", o.error.text);
        strbuf_fini(&o.text);
    }
    strbuf_fini(&bytes);
    temp_fini(&t);
}

static void
add_bytes(struct strbuf *out, struct str s)
{
    avro_encode_long(out, (int64_t)s.n);
    strbuf_add(out, s);
}

/* A container file of codec null by hand: any schema, one block that says it has `n` records. */
static struct strbuf
make_container(struct str schema, int64_t n, struct str block)
{
    struct strbuf out = {0};
    char sync[SYNC_BYTES] = "0123456789abcde";

    strbuf_add(&out, STR("Obj\1"));
    avro_encode_long(&out, 1);
    add_bytes(&out, STR("avro.schema"));
    add_bytes(&out, schema);
    avro_encode_long(&out, 0);
    strbuf_add(&out, str_of(sync, SYNC_BYTES));
    avro_encode_long(&out, n);
    add_bytes(&out, block);
    strbuf_add(&out, str_of(sync, SYNC_BYTES));
    return out;
}

static void
expect_container(const char *name, struct str schema, int64_t n, struct str block,
                 const char *records, const char *error)
{
    struct strbuf bytes = make_container(schema, n, block);
    struct temp t;

    temp_init(&t);
    expect(&t, name, strbuf_str(&bytes), records, error);
    temp_fini(&t);
    strbuf_fini(&bytes);
}

#define TICKET                                                                                     \
    "{\"name\":\"ticket_id\",\"type\":\"string\"},"                                                \
    "{\"name\":\"occurred_at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}"
#define FIELDS "{\"name\":\"event_id\",\"type\":\"string\"}," TICKET
#define RECORD(fields)                                                                             \
    "{\"type\":\"record\",\"name\":\"TicketEvent\",\"namespace\":\"ticketstream\",\"fields\":"     \
    "[" fields "]}"
#define PAYLOAD                                                                                    \
    ",{\"name\":\"payload\",\"type\":[{\"type\":\"record\",\"name\":\"BotHandedOff\","             \
    "\"fields\":[]}]}"

Test(file_source, a_container_of_another_schema)
{
    struct str good = STR(RECORD(FIELDS PAYLOAD));

    expect_container("good.avro", good, 2, STR("\2e\2T\0\0\2f\2T\0\0"), "1::.e.T..;2::.f.T..;",
                     NULL);
    expect_container("no-json.avro", STR("{"), 0, STR(""), "", "schema");
    expect_container("string.avro", STR("\"string\""), 0, STR(""), "", "cannot be read");
    expect_container("no-id.avro", STR(RECORD("{\"name\":\"x\",\"type\":\"string\"}" PAYLOAD)), 0,
                     STR(""), "", "event_id");
    expect_container("int.avro",
                     STR(RECORD("{\"name\":\"event_id\",\"type\":\"int\"}," TICKET PAYLOAD)), 0,
                     STR(""), "", "event_id");
}

Test(file_source, a_record_that_is_broken_inside_does_not_take_the_next_with_it)
{
    struct strbuf bytes =
        make_container(STR(RECORD(FIELDS PAYLOAD)), 3, STR("\2e\2T\2\0\2\xff\2T\2\0\2f\2T\2\0"));
    struct intake_limits limits = {.now = EVTIME_NONE};
    struct intake *in = intake_new(&limits);
    const char *expected[] = {"", "bad_utf8", ""};
    struct source *source = NULL;
    struct error error;
    struct temp t;

    temp_init(&t);
    cr_assert_eq(file_source_open(temp_write(&t, "x.avro", strbuf_str(&bytes)), &source, &error),
                 ERR_NONE, "%s", error.text);
    for (int i = 0; i < 3; i++) {
        struct intake_result result;
        struct record r;
        bool at_end;

        cr_assert_eq(source_next(source, &r, &at_end, &error), ERR_NONE, "%s", error.text);
        cr_assert(!at_end);
        intake_read(in, &r, &result);
        cr_expect_str_eq(decode_result_reason(result.refusal), expected[i]);
        cr_expect_eq(r.bytes.n, 6);
    }
    source_close(&source);
    intake_free(&in);
    temp_fini(&t);
    strbuf_fini(&bytes);
}

Test(file_source, where_no_end_can_be_found_the_rest_of_the_block_is_one_dead_letter)
{
    /* A string of negative length; the block says that there are a thousand more. */
    expect_container("neg.avro", STR(RECORD(FIELDS PAYLOAD)), 1001, STR("\1\2T\2\0"),
                     "1:bad_value:..T..;", NULL);
    expect_container("cut.avro", STR(RECORD(FIELDS PAYLOAD)), 1, STR("\2e\2"), "1:truncated:.e.;",
                     NULL);
    expect_container("more.avro", STR(RECORD(FIELDS PAYLOAD)), 1, STR("\2e\2T\2\0xyz"),
                     "1::.e.T..;", "behind the last record");
}
