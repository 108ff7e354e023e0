#include <stdarg.h>

#include "cli/command.h"
#include "cli/term.h"

#define COMPLAINT_MAX 2048 // bytes of one complaint

void complain(const struct call *call, const char *fmt, ...)
{
    char text[COMPLAINT_MAX];
    struct term t = { .to = stderr };
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    fflush(stdout); // so that both streams on one terminal stay in order
    fprintf(stderr, "exhibit%s%s: ", call && call->command ? " " : "",
            call && call->command ? call->command->name : "");
    term_put(&t, text);
    fputc('\n', stderr);
}

int usage(const struct call *call, const char *fmt, ...)
{
    char text[COMPLAINT_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    complain(call, "%s", text);
    fprintf(stderr, "Try: exhibit help%s%s\n", call && call->command ? " " : "",
            call && call->command ? call->command->name : "");
    return EXIT_USAGE;
}

int failed(const struct call *call, const struct exh_error *err)
{
    complain(call, "%s", err->text);
    return exit_code_of(err->status);
}
