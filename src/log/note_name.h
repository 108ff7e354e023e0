/* note_name.h -- what may be the name of a key, and the text of a note. */
#ifndef LOG_NOTE_NAME_H
#define LOG_NOTE_NAME_H

#include <stdbool.h>

#include <exhibit/bytes.h>

/* UTF-8 without control characters, Unicode spaces and plus, and not empty. */
bool note_name_valid(struct exh_bytes name);

/* UTF-8 without control characters except newlines. */
bool note_text_valid(struct exh_bytes text);

#endif
