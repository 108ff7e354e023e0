/* macros.h -- the few things that C lacks. */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NODISCARD         __attribute__((warn_unused_result))

#define ARRAY_N(a) (sizeof(a) / sizeof((a)[0]))

#endif
