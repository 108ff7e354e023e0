/*
 * A recording as EncroCam writes it, for test_convert.sh:
 *     make_recording KEY-HEX MESSAGE FILM MINUTE NUMBER >recording
 * KEY-HEX is the AES key that the OpenPGP message holds; pieces of 2048 bytes come every 20 seconds from MINUTE
 * (since 1970) on; NUMBER keeps the nonces of two runs apart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>

#include "base/text.h"
#include "seal/encrocam.h"

#define FILM_MAX   ((size_t)32 << 20)
#define PIECE      2048
#define PER_MINUTE 3

static struct exh_bytes read_file(const char *path)
{
    struct exh_error err;
    uint8_t *p = NULL;
    size_t n = 0;

    if (exh_file_read(path, FILM_MAX, &p, &n, &err) != EXH_OK) {
        fprintf(stderr, "make_recording: %s\n", err.text);
        exit(1);
    }
    return (struct exh_bytes){ p, n };
}

int main(int argc, char **argv)
{
    struct buf out = buf_with_limit(2 * FILM_MAX);
    uint8_t key[ENCROCAM_KEY];

    if (argc != 6 || !hex_read(bytes_of(argv[1]), key, sizeof key)) {
        fprintf(stderr, "usage: make_recording KEY-HEX MESSAGE FILM MINUTE NUMBER\n");
        return 2;
    }
    const struct exh_bytes message = read_file(argv[2]), film = read_file(argv[3]);
    const unsigned long minute = strtoul(argv[4], NULL, 10);
    const uint64_t number = strtoull(argv[5], NULL, 10) << 32;
    encrocam_put_key(&out, message.p, message.n);
    for (size_t at = 0, i = 0; at < film.n; at += PIECE, i++)
        encrocam_put_video(&out, key, (uint32_t)(minute + i / PER_MINUTE), number + i, film.p + at,
                           film.n - at < PIECE ? film.n - at : PIECE);
    free((void *)(uintptr_t)message.p);
    free((void *)(uintptr_t)film.p);
    const bool written = fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
    buf_free(&out);
    return !written;
}
