#include "cli/passphrase.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "base/wipe.h"
#include "cli/term.h"

#define KEY_INTERRUPT 3 // Ctrl-C
#define KEY_END       4 // Ctrl-D
#define KEY_BACK      8
#define KEY_KILL      21 // Ctrl-U
#define KEY_DELETE    127

static int from_file(const struct passphrase *p, char *to, size_t size)
{
    struct exh_error err;
    uint8_t *text = NULL;
    size_t all = 0, n = 0;
    int got = -1;

    if (exh_file_read(p->file, PASSPHRASE_MAX, &text, &all, &err) != EXH_OK) {
        complain(p->call, "passphrase: %s", err.text);
        return -1;
    }
    while (n < all && text[n] != '\n' && text[n] != '\r')
        n++;
    if (n <= size) {
        memcpy(to, text, n);
        got = (int)n;
    }
    wipe(text, all);
    free(text);
    return got;
}

static void drop_character(const char *text, size_t *n)
{
    while (*n && ((unsigned char)text[--*n] & 0xC0) == 0x80)
        ;
}

// One line, key by key, so that Ctrl-C gives up with the terminal as it was found.
static int read_keys(int fd, char *to, size_t size)
{
    size_t n = 0;
    unsigned char key;

    while (read(fd, &key, 1) == 1) {
        if (key == '\n' || key == '\r')
            return (int)n;
        if (key == KEY_INTERRUPT || (key == KEY_END && n == 0))
            return -1;
        if (key == KEY_BACK || key == KEY_DELETE)
            drop_character(to, &n);
        else if (key == KEY_KILL)
            n = 0;
        else if (n < size)
            to[n++] = (char)key;
        else
            return -1; // a part of a passphrase is another passphrase
    }
    return -1;
}

static int ask(const char *question, const char *of, char *to, size_t size)
{
    struct termios before, silent;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    int n = -1;
    char shown[256];

    if (fd < 0 || tcgetattr(fd, &before) != 0)
        goto out;
    silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    dprintf(fd, "%s %s: ", question, term_escape(shown, sizeof shown, of, strlen(of)));
    if (tcsetattr(fd, TCSAFLUSH, &silent) != 0)
        goto out;
    n = read_keys(fd, to, size);
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    dprintf(fd, "\n");
out:
    if (fd >= 0)
        (void)close(fd);
    return n;
}

static bool may_ask(const struct passphrase *p)
{
    if (!p->call->shared.no_input && access("/dev/tty", R_OK | W_OK) == 0)
        return true;
    complain(p->call, "%s needs a passphrase: give --%s FILE", p->of, p->option);
    return false;
}

bool passphrase_clashes(const char *file, const char *input)
{
    return file && input && strcmp(file, "-") == 0 && strcmp(input, "-") == 0;
}

int passphrase_get(void *ctx, char *to, size_t size)
{
    const struct passphrase *p = ctx;

    if (p->file)
        return from_file(p, to, size);
    return may_ask(p) ? ask("Passphrase of", p->of, to, size) : -1;
}

int passphrase_new(const struct passphrase *p, char *to, size_t size)
{
    char again[PASSPHRASE_MAX];
    int n = -1, m;

    if (p->file) {
        n = from_file(p, to, size);
    } else if (may_ask(p)) {
        n = ask("New passphrase for", p->of, to, size);
        m = n > 0 ? ask("The same again for", p->of, again, sizeof again) : n;
        if (n > 0 && (m != n || memcmp(to, again, (size_t)n) != 0)) {
            complain(p->call, "the two passphrases differ");
            n = -1;
        }
    }
    wipe(again, sizeof again);
    if (n == 0)
        complain(p->call, "an empty passphrase protects nothing");
    return n > 0 ? n : -1;
}
