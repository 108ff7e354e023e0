/*
 * replay.c -- runs a fuzz target without a fuzzer: over every file of a corpus, over prefixes of it
 * and over a fixed set of mutations. The same input gives the same run.
 *
 *     fuzz_NAME ROUNDS FILE-OR-FOLDER...
 *
 * ROUNDS is how many prefixes and how many mutations of each file are tried, at most.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define FILE_MAX   ((size_t)1 << 20)
#define PATH_MAX_N 4096

static size_t inputs_run;

/* The target gets a block of the exact size, so that a sanitizer sees one byte too many. */
static void run(const uint8_t *p, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);

    if (!copy)
        abort();
    if (n)
        memcpy(copy, p, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
    inputs_run++;
}

/* xorshift64*: as good as needed, and the same everywhere. */
static uint64_t draw(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static size_t draw_below(uint64_t *state, size_t n)
{
    return n ? (size_t)(draw(state) % n) : 0;
}

/* Change the n bytes at p, of which there is room for twice as many; the new size. */
static size_t mutate(uint8_t *p, size_t n, uint64_t *state)
{
    static const uint8_t edges[] = { 0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF };
    const size_t at = draw_below(state, n);
    const size_t m = draw_below(state, n - at < 64 ? n - at : 64);

    if (!n)
        return 0;
    switch (draw_below(state, 6)) {
    case 0: p[at] ^= (uint8_t)(1 << draw_below(state, 8)); break;
    case 1: p[at] = edges[draw_below(state, sizeof edges)]; break;
    case 2: memset(p + at, edges[draw_below(state, sizeof edges)], m < 8 ? m : 8); break;
    case 3: // a length, one off
        p[at] = (uint8_t)(p[at] + (draw_below(state, 2) ? 1 : -1));
        break;
    case 4: // cut out
        memmove(p + at, p + at + m, n - at - m);
        return n - m;
    case 5: // repeat
        memmove(p + at + m, p + at, n - at);
        return n + m;
    }
    return n;
}

static void run_file_bytes(const uint8_t *p, size_t n, size_t rounds)
{
    const size_t step = n / rounds + 1;
    uint64_t state = 88172645463325252u + n;
    uint8_t *changed = malloc(2 * n + 1);

    if (!changed)
        abort();
    run(p, n);
    for (size_t i = 0; i < n; i += step)
        run(p, i);
    for (size_t i = 0; i < rounds; i++) {
        size_t size = n;
        if (n)
            memcpy(changed, p, n);
        for (size_t times = 1 + draw_below(&state, 4); times && size <= n; times--)
            size = mutate(changed, size, &state);
        run(changed, size);
    }
    free(changed);
}

static void run_file(const char *path, size_t rounds)
{
    static uint8_t bytes[FILE_MAX];
    FILE *f = fopen(path, "rb");

    if (!f) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    run_file_bytes(bytes, n, rounds);
}

static void run_folder(const char *path, DIR *folder, size_t rounds)
{
    char name[PATH_MAX_N];

    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        run_file(name, rounds);
    }
}

int main(int argc, char **argv)
{
    const size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

    if (argc < 3 || !rounds) {
        fprintf(stderr, "usage: %s ROUNDS FILE-OR-FOLDER...\n", argv[0]);
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder) {
            run_folder(argv[i], folder, rounds);
            closedir(folder);
        } else {
            run_file(argv[i], rounds);
        }
    }
    printf("%zu inputs\n", inputs_run);
    return inputs_run == 0; // a corpus that got lost is a failure
}
