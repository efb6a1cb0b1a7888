/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/generator_world.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/strbuf.h"

enum { STREAM_CUSTOMER = 3, HUNDRED = 100, NAME_MAX_BYTES = 64 };

const char *const world_channel_names[WORLD_CHANNELS] = {"email",  "web", "chat",        "phone",
                                                         "social", "bot", "self_service"};
const char *const world_priority_names[WORLD_PRIORITIES] = {"low", "normal", "high", "urgent"};
const char *const world_severity_names[WORLD_PRIORITIES] = {"sev4", "sev3", "sev2", "sev1"};

static const uint16_t channel_weights[WORLD_CHANNELS] = {38, 20, 18, 10, 6, 5, 3};
static const uint16_t priority_weights[WORLD_PRIORITIES] = {20, 52, 21, 7};

static const uint32_t channel_paces[WORLD_CHANNELS] = {1024, 1024, 24, 16, 512, 24, 1024};
static const uint32_t priority_paces[WORLD_PRIORITIES] = {1800, 1024, 450, 130};

static const char *const teams[] = {"billing",  "technical", "accounts", "orders",
                                    "security", "shipping",  "partners", "onboarding"};
static const char *const products[] = {"storefront", "payments", "mobile", "insights",
                                       "api",        "studio",   "vault",  "router"};
static const char *const issues[] = {"login",     "refund",  "outage",       "how_to",  "bug",
                                     "invoice",   "import",  "cancellation", "upgrade", "delivery",
                                     "complaint", "feature", "performance"};

struct words {
    const char *const *v;
    uint32_t n;
};

#define WORDS(list) ((struct words){list, sizeof(list) / sizeof((list)[0])})

/* What a customer can be; the weights are of a hundred. */
struct tier {
    const char *name;
    const char *plan;
    bool is_paying;
};

static const struct tier tiers[] = {
    {"free", "basic", false},
    {"plus", "monthly", false},
    {"business", "yearly", true},
    {"enterprise", "contract", true},
};

struct region {
    const char *name;
    const char *language;
    const char *second_language; /* of a quarter */
};

static const struct region regions[] = {
    {"emea", "de", "en"},
    {"amer", "en", "es"},
    {"apac", "ja", "en"},
};

static const uint16_t tier_weights[] = {40, 30, 22, 8};
static const uint16_t region_weights[] = {45, 35, 20};

static const char *const brands[] = {"northwind", "harbour"};

static struct str
copy_name(const char *word, const char *behind, uint32_t number)
{
    struct strbuf text = {0};

    strbuf_add(&text, str_from(word));
    if (number > 1)
        strbuf_addf(&text, "-%u", (unsigned)number);
    strbuf_add(&text, str_from(behind));
    /* The text is given away as a view; world_fini() frees it by its start. */
    CHECK(text.n > 0 && text.n < NAME_MAX_BYTES);
    return strbuf_str(&text);
}

static void
names_init(struct world_names *names, struct words words, uint32_t n)
{
    names->n = n;
    names->v = mem_new(n, sizeof(*names->v));
    for (uint32_t i = 0; i < n; i++)
        names->v[i] = copy_name(words.v[i % words.n], "", i / words.n + 1);
}

static void
queues_init(struct world_names *queues, uint32_t n_teams)
{
    struct words words = WORDS(teams);

    queues->n = 2 * n_teams;
    queues->v = mem_new(queues->n, sizeof(*queues->v));
    for (uint32_t i = 0; i < queues->n; i++)
        queues->v[i] = copy_name(words.v[i / 2 % words.n], i % 2 == 0 ? " inbox" : " second line",
                                 i / 2 / words.n + 1);
}

/* One tenant is the one without a name. */
static void
tenant_names_init(struct world_names *names, uint32_t n)
{
    names->n = n;
    names->v = mem_new(n, sizeof(*names->v));
    for (uint32_t i = 0; n > 1 && i < n; i++) {
        struct strbuf text = {0};

        strbuf_addf(&text, "tenant-%u", (unsigned)i + 1);
        names->v[i] = strbuf_str(&text);
    }
}

static void
names_fini(struct world_names *names)
{
    for (uint32_t i = 0; i < names->n; i++) {
        struct strbuf text = {.p = (char *)(uintptr_t)names->v[i].p};

        strbuf_fini(&text);
    }
    mem_free(names->v);
    *names = (struct world_names){0};
}

void
world_init(struct world *w, const struct world_sizes *sizes)
{
    CHECK(sizes->agents > 0 && sizes->customers > 0);
    *w = (struct world){.sizes = *sizes, .side = 1};
    while ((uint64_t)w->side * w->side * w->side < sizes->segments)
        w->side++;
    chance_zipf_init(&w->segments, sizes->segments);
    chance_zipf_init(&w->tenants, sizes->tenants);
    names_init(&w->teams, WORDS(teams), w->side);
    names_init(&w->products, WORDS(products), w->side);
    names_init(&w->issues, WORDS(issues), w->side);
    queues_init(&w->queues, w->side);
    tenant_names_init(&w->tenant_names, sizes->tenants);
}

void
world_fini(struct world *w)
{
    chance_zipf_fini(&w->segments);
    chance_zipf_fini(&w->tenants);
    names_fini(&w->teams);
    names_fini(&w->products);
    names_fini(&w->issues);
    names_fini(&w->queues);
    names_fini(&w->tenant_names);
}

/*
 * The three digits of the number to the base `side`; each but the first is turned by those before
 * it, which keeps every number a set of its own and does not leave all popular ones to one product.
 */
struct world_place
world_place_of(const struct world *w, uint32_t segment)
{
    uint32_t team = segment % w->side;
    uint32_t middle = segment / w->side % w->side;
    uint32_t product = (middle + team) % w->side;
    uint32_t issue = (segment / w->side / w->side + team + 2 * product) % w->side;

    CHECK(segment < w->sizes.segments);
    return (struct world_place){team, product, issue};
}

uint32_t
world_pick_agent(const struct world *w, uint32_t team, chance *c)
{
    uint32_t agents = w->sizes.agents;
    uint32_t first = team % agents;
    uint32_t in_team = (agents - first + w->side - 1) / w->side;

    return first + w->side * chance_below(c, in_team);
}

uint32_t
world_pick_customer(const struct world *w, chance *c)
{
    uint64_t a = chance_below(c, w->sizes.customers);
    uint64_t b = chance_below(c, w->sizes.customers);

    /* The lower half of the product's curve: the first tenth writes a third of all. */
    return (uint32_t)(a * b / w->sizes.customers);
}

struct world_customer
world_customer_of(const struct world *w, uint32_t customer)
{
    chance c = chance_of(w->sizes.seed, STREAM_CUSTOMER, customer);
    const struct tier *tier = &tiers[chance_pick(&c, tier_weights, 4, HUNDRED)];
    const struct region *region = &regions[chance_pick(&c, region_weights, 3, HUNDRED)];
    bool is_second = chance_happens(&c, 1, 4);

    return (struct world_customer){
        .tier = str_from(tier->name),
        .plan = str_from(tier->plan),
        .region = str_from(region->name),
        .language = str_from(is_second ? region->second_language : region->language),
        .brand = str_from(brands[chance_happens(&c, 1, 3)]),
        .is_paying = tier->is_paying,
    };
}

enum world_channel
world_pick_channel(chance *c)
{
    return (enum world_channel)chance_pick(c, channel_weights, WORLD_CHANNELS, HUNDRED);
}

enum world_priority
world_pick_priority(chance *c)
{
    return (enum world_priority)chance_pick(c, priority_weights, WORLD_PRIORITIES, HUNDRED);
}

uint32_t
world_pace_of_channel(enum world_channel channel)
{
    return channel_paces[channel];
}

uint32_t
world_pace_of_priority(enum world_priority priority)
{
    return priority_paces[priority];
}
