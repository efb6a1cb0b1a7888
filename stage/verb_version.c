/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/metrics/catalogue.h"
#include "base/strbuf.h"
#include "stage/config.h"
#include "stage/options.h"
#include "stage/verbs.h"
#include "stage/zone.h"

#include <jansson.h>

#include <stdio.h>
#include <yaml.h>
#include <zlib.h>

int
verb_version(int argc, char **argv)
{
    const struct command command = {
        .synopsis = "version",
        .text = "Prints the version of the program, of its engines (part of the fingerprint of a\n"
                "configuration), of the metric definitions, and of what it stands on.\n"};
    struct strbuf out = {0};
    int exit_code;

    if (!command_parse(&command, argc, argv, &exit_code))
        return exit_code;
    strbuf_addf(&out, "ticketstream %s\n", TICKETSTREAM_VERSION);
    strbuf_addf(&out, "engine       %d\n", ENGINE_VERSION);
    strbuf_addf(&out, "definitions  %d\n", DEFINITION_VERSION);
    strbuf_addf(&out, "avro-c       %s\n", AVRO_C_VERSION);
    strbuf_addf(&out, "jansson      %s\n", jansson_version_str());
    strbuf_addf(&out, "libyaml      %s\n", yaml_get_version_string());
    strbuf_addf(&out, "zlib         %s\n", zlibVersion());
    strbuf_add(&out, STR("tzdata       "));
    zones_add_version(&out);
    strbuf_add_char(&out, '\n');
    (void)fwrite(out.p, 1, out.n, stdout);
    strbuf_fini(&out);
    return 0;
}
