#include "base/wipe.h"

#include <string.h>

#define STACK_BELOW (16 << 10) // bytes; OpenSSL's RSA reaches 12 KiB down, the rest of it 4

void wipe(void *p, size_t n)
{
    if (n)
        memset(p, 0, n);
    __asm__ volatile("" : : "r"(p) : "memory"); // the zeros count as read
}

#if defined(__x86_64__)

// No caller keeps anything in these registers across a call (System V ABI, "Register Usage").
__attribute__((target("avx"))) static void wipe_avx(void)
{
    __asm__ volatile("vzeroall"
                     :
                     :
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

#define WIPE_ZMM(i) __asm__ volatile("vpxord %%zmm" #i ", %%zmm" #i ", %%zmm" #i : : : "xmm" #i)

__attribute__((target("avx512f"))) static void wipe_avx512(void)
{
    WIPE_ZMM(16);
    WIPE_ZMM(17);
    WIPE_ZMM(18);
    WIPE_ZMM(19);
    WIPE_ZMM(20);
    WIPE_ZMM(21);
    WIPE_ZMM(22);
    WIPE_ZMM(23);
    WIPE_ZMM(24);
    WIPE_ZMM(25);
    WIPE_ZMM(26);
    WIPE_ZMM(27);
    WIPE_ZMM(28);
    WIPE_ZMM(29);
    WIPE_ZMM(30);
    WIPE_ZMM(31);
}

// ChaCha20 leaves its key in them, and the dynamic linker saves them all on the stack.
static void wipe_registers(void)
{
    if (__builtin_cpu_supports("avx"))
        wipe_avx();
    if (__builtin_cpu_supports("avx512f"))
        wipe_avx512();
}

#else

static void wipe_registers(void)
{
}

#endif

__attribute__((noinline)) void wipe_stack(void)
{
    char below[STACK_BELOW];

    wipe(below, sizeof below);
    wipe_registers();
}
