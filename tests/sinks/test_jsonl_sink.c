/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in the folder when the sink is done, byte for byte. */
#include "schemas/codec/encode.h"
#include "schemas/rollup.h"
#include "sinks/jsonl_sink.h"
#include "sinks/out_file.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>

#include <unistd.h>

static struct strbuf
encoded_rollup(const char *segment_id)
{
    struct rollup rollup = {.segmentation = STR("all"),
                            .segment_id = str_from(segment_id),
                            .window_name = STR("1h"),
                            .zone = STR("UTC")};
    struct strbuf body = {0};

    avro_encode(&rollup_desc, &rollup, &body);
    return body;
}

static struct sink *
open_sink(struct temp *t, bool raw, struct str prefix)
{
    struct jsonl_sink_options options = {.folder = t->folder, .raw = raw, .rollup_prefix = prefix};
    struct sink *sink = NULL;
    struct error error;

    cr_assert_eq(jsonl_sink_open(&options, &sink, &error), ERR_NONE, "%s", error.text);
    return sink;
}

static void
write_record(struct sink *sink, enum sink_output output, struct str key, struct str value,
             struct str reason, struct str windows)
{
    struct sink_record r = {
        .output = output, .key = key, .value = value, .reason = reason, .windows = windows};

    cr_assert_eq(sink_write(sink, &r, NULL), ERR_NONE);
}

static void
expect_file(struct temp *t, const char *name, struct str bytes)
{
    struct strbuf found = {0};

    cr_assert(temp_read(t, name, &found), "%s is not there", name);
    cr_expect(str_equal(strbuf_str(&found), bytes), "%s: %.*s", name, STR_ARG(strbuf_str(&found)));
    strbuf_fini(&found);
}

static bool
is_there(struct temp *t, const char *name)
{
    return access(temp_path(t, name), F_OK) == 0;
}

Test(jsonl_sink, dead_letters_and_late_events)
{
    struct temp t;
    struct sink *sink;

    temp_init(&t);
    sink = open_sink(&t, false, STR(""));
    write_record(sink, SINK_DEAD_LETTERS, STR("T-1"), STR("{\"a\":\"\xc3\xa4\"}"), STR("bad_value"),
                 STR(""));
    write_record(sink, SINK_DEAD_LETTERS, STR(""), STR("\xff\xfe\0"), STR("bad_utf8"), STR(""));
    write_record(sink, SINK_LATE, STR("T-2"), STR("{}"), STR("window_closed"),
                 STR("[{\"window_name\":\"1h\",\"window_start\":\"2026-03-02T08:00:00.000Z\"}]"));
    cr_expect(!is_there(&t, "dlq.jsonl"), "nothing is seen before the commit");
    cr_assert_eq(sink_commit(sink, NULL), ERR_NONE);
    sink_close(&sink);
    expect_file(&t, "dlq.jsonl",
                STR("{\"key\":\"T-1\",\"reason\":\"bad_value\",\"value\":\"{\\\"a\\\":\\\"\xc3\xa4"
                    "\\\"}\"}\n"
                    "{\"key\":\"\",\"reason\":\"bad_utf8\",\"value\":\"//4A\"}\n"));
    expect_file(&t, "late.jsonl",
                STR("{\"key\":\"T-2\",\"reason\":\"window_closed\",\"windows\":[{\"window_name\":"
                    "\"1h\",\"window_start\":\"2026-03-02T08:00:00.000Z\"}],\"value\":\"{}\"}\n"));
    expect_file(&t, "sla.jsonl", STR(""));
    expect_file(&t, "alerts.jsonl", STR(""));
    expect_file(&t, "rollups.jsonl", STR(""));
    cr_expect(!is_there(&t, "rollups.kv"));
    temp_fini(&t);
}

Test(jsonl_sink, both_rollup_outputs_are_lines_of_one_file_and_raw_files_of_their_own)
{
    struct strbuf all = encoded_rollup("all");
    struct strbuf agent = encoded_rollup("by_agent|agent=ann");
    struct strbuf expected = {0};
    struct strbuf found = {0};
    struct temp t;
    struct sink *sink;

    temp_init(&t);
    sink = open_sink(&t, true, STR("\0\0\0\0\7"));
    write_record(sink, SINK_ROLLUPS, STR("all|1h|0"), strbuf_str(&all), STR(""), STR(""));
    write_record(sink, SINK_ROLLUPS_AGENT, STR("k"), strbuf_str(&agent), STR(""), STR(""));
    write_record(sink, SINK_LATE, STR("T"), STR("line"), STR("window_closed"), STR("[]"));
    cr_assert_eq(sink_commit(sink, NULL), ERR_NONE);
    sink_close(&sink);

    strbuf_add_be32(&expected, 8);
    strbuf_add(&expected, STR("all|1h|0"));
    strbuf_add_be32(&expected, (uint32_t)(5 + all.n));
    strbuf_add(&expected, STR("\0\0\0\0\7"));
    strbuf_add(&expected, strbuf_str(&all));
    expect_file(&t, "rollups.kv", strbuf_str(&expected));

    strbuf_clear(&expected);
    strbuf_add(&expected, STR("\0\0\0\1k"));
    strbuf_add_be32(&expected, (uint32_t)(5 + agent.n));
    strbuf_add(&expected, STR("\0\0\0\0\7"));
    strbuf_add(&expected, strbuf_str(&agent));
    expect_file(&t, "rollups.agent.kv", strbuf_str(&expected));
    expect_file(&t, "late.kv", STR("\0\0\0\1T\0\0\0\4line"));
    expect_file(&t, "sla.kv", STR(""));

    cr_assert(temp_read(&t, "rollups.jsonl", &found));
    strbuf_add_char(&found, '\0');
    cr_expect_not_null(strstr(found.p, "\"segment_id\":\"all\""));
    cr_expect_not_null(strstr(found.p, "\"segment_id\":\"by_agent|agent=ann\""));
    strbuf_fini(&all);
    strbuf_fini(&agent);
    strbuf_fini(&expected);
    strbuf_fini(&found);
    temp_fini(&t);
}

Test(jsonl_sink, what_is_not_committed_leaves_nothing_behind)
{
    struct temp t;
    struct sink *sink;

    temp_init(&t);
    temp_write(&t, "dlq.jsonl", STR("of an earlier run\n"));
    sink = open_sink(&t, true, STR(""));
    write_record(sink, SINK_DEAD_LETTERS, STR("T"), STR("x"), STR("bad_json"), STR(""));
    sink_close(&sink);
    expect_file(&t, "dlq.jsonl", STR("of an earlier run\n"));
    cr_expect(!is_there(&t, "dlq.jsonl.part"));
    cr_expect(!is_there(&t, "rollups.jsonl"));
    temp_fini(&t);
}

Test(jsonl_sink, a_folder_that_cannot_be_made_is_a_sentence)
{
    struct jsonl_sink_options options = {0};
    struct sink *sink = NULL;
    struct error error;
    struct temp t;

    temp_init(&t);
    temp_write(&t, "file", STR(""));
    options.folder = temp_path(&t, "file/below");
    cr_expect_eq(jsonl_sink_open(&options, &sink, &error), ERR_IO);
    cr_expect_not_null(strstr(error.text, "file"), "%s", error.text);
    cr_expect_null(sink);
    temp_fini(&t);
}
