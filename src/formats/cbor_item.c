#include "formats/cbor_item.h"

#include <string.h>

#include "base/macros.h"

#define INFO_U8         24
#define INFO_U16        25
#define INFO_U32        26
#define INFO_U64        27
#define INFO_INDEFINITE 31

#define OPEN_ENDED UINT64_MAX // items of a level that only a break closes

struct cbor_head cbor_head_read(struct reader *in)
{
    const uint8_t first = reader_u8(in);
    struct cbor_head head = { .major = first >> 5, .info = first & 31 };

    if (head.info < INFO_U8)
        head.arg = head.info;
    else if (head.info == INFO_U8)
        head.arg = reader_u8(in);
    else if (head.info == INFO_U16)
        head.arg = reader_u16(in);
    else if (head.info == INFO_U32)
        head.arg = reader_u32(in);
    else if (head.info == INFO_U64)
        head.arg = reader_u64(in);
    else if (head.info == INFO_INDEFINITE)
        head.indefinite = true;
    else
        in->failed = true;
    return head;
}

/* How many items follow the head as its parts. */
static uint64_t parts_of(struct cbor_head head)
{
    if (head.major == MAJOR_ARRAY)
        return head.arg;
    if (head.major == MAJOR_MAP)
        return head.arg <= UINT64_MAX / 2 ? 2 * head.arg : OPEN_ENDED - 1;
    return head.major == MAJOR_TAG;
}

size_t cbor_item_size(struct exh_bytes view)
{
    // Items to come, a level for each indefinite length. What is definite adds to its level, except
    // in an open-ended one: there only the break counts.
    uint64_t left[CBOR_DEPTH_MAX + 2];
    size_t level = 0;
    struct reader in = reader_over(view, 0);

    left[0] = 1;
    for (;;) {
        while (left[level] == 0) {
            if (level == 0)
                return view.n - in.rest.n;
            level--;
        }
        struct cbor_head head = cbor_head_read(&in);
        if (in.failed)
            return 0;
        if (head.major == MAJOR_SIMPLE && head.indefinite) { // a break
            if (left[level] != OPEN_ENDED)
                return 0;
            left[level] = 0;
            continue;
        }
        if (left[level] != OPEN_ENDED)
            left[level]--;
        if (head.indefinite) {
            if (++level == ARRAY_N(left))
                return 0;
            left[level] = OPEN_ENDED;
        } else if (head.major == MAJOR_BYTES || head.major == MAJOR_TEXT) {
            if (head.arg > in.rest.n)
                return 0;
            reader_take(&in, (size_t)head.arg);
        } else if (parts_of(head) > in.rest.n) { // each part is a byte or more
            return 0;
        } else if (left[level] != OPEN_ENDED) {
            left[level] += parts_of(head);
        }
    }
}

int cbor_key_order(struct exh_bytes a, struct exh_bytes b)
{
    struct reader in_a = reader_over(a, 0), in_b = reader_over(b, 0);
    const struct cbor_head head_a = cbor_head_read(&in_a), head_b = cbor_head_read(&in_b);

    if (head_a.major != head_b.major)
        return head_a.major - head_b.major;
    if (head_a.major <= MAJOR_TEXT) { // by value: a longer head than needed makes no other key
        if (head_a.arg != head_b.arg)
            return head_a.arg < head_b.arg ? -1 : 1;
        a = in_a.rest;
        b = in_b.rest;
    }
    const size_t n = a.n < b.n ? a.n : b.n;
    const int order = n ? memcmp(a.p, b.p, n) : 0;
    return order || a.n == b.n ? order : a.n < b.n ? -1 : 1;
}
