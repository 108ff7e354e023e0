#include "cli/sealing.h"
int seal_stream(struct sealing *s)
{
    return usage(s->call, "not yet");
}
