// The vectors that intrinsics take, and how one is defined.
#pragma once
#include <stdint.h>

#define VECTOR __attribute__((vector_size(16)))
#define WIDE __attribute__((vector_size(32)))

typedef int8_t i8x16 VECTOR;
typedef uint8_t u8x16 VECTOR;
typedef int16_t i16x8 VECTOR;
typedef uint16_t u16x8 VECTOR;
typedef int32_t i32x4 VECTOR;
typedef uint32_t u32x4 VECTOR;
typedef int64_t i64x2 VECTOR;
typedef uint64_t u64x2 VECTOR;
typedef float f32x4 VECTOR;
typedef double f64x2 VECTOR;

typedef int8_t i8x32 WIDE;
typedef uint8_t u8x32 WIDE;
typedef int16_t i16x16 WIDE;
typedef uint16_t u16x16 WIDE;
typedef int32_t i32x8 WIDE;
typedef uint32_t u32x8 WIDE;
typedef int64_t i64x4 WIDE;
typedef uint64_t u64x4 WIDE;
typedef float f32x8 WIDE;
typedef double f64x4 WIDE;

// Defines the intrinsic `name`.
#define INTRINSIC(result, function, name, ...)             \
    result function(__VA_ARGS__) __asm__("x86." name);     \
    result function(__VA_ARGS__)

// Declares one that another file defines.
#define OTHER(result, function, name, ...) result function(__VA_ARGS__) __asm__("x86." name)

// The halves of a wide vector, as vectors of some type, and two halves as one.
#define LOW(T, a) ((T)__builtin_shufflevector((i64x4)(a), (i64x4)(a), 0, 1))
#define HIGH(T, a) ((T)__builtin_shufflevector((i64x4)(a), (i64x4)(a), 2, 3))
#define JOINED(T, low, high) ((T)__builtin_shufflevector((i64x2)(low), (i64x2)(high), 0, 1, 2, 3))
