#!/usr/bin/env python3
"""The first ids that seed 0 draws evenly from 100, from the definitions.

splitmix64 and xoshiro256** as prng.di.unimi.it defines them (Blackman and
Vigna); the id is floor(uniform * 100). Prints what SamplerTest.cpp holds.
Python 3.11, integers of any size masked to 64 bits.
"""
MASK = (1 << 64) - 1


def splitmix64(seed):
    while True:
        seed = seed + 0x9E3779B97F4A7C15 & MASK
        z = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        yield z ^ z >> 31


def rotl(x, k):
    return (x << k | x >> 64 - k) & MASK


def xoshiro256starstar(s):
    while True:
        yield rotl(s[1] * 5 & MASK, 7) * 9 & MASK
        t = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)


seeds = splitmix64(0)
words = xoshiro256starstar([next(seeds) for _ in range(4)])
print(", ".join(str((next(words) >> 11) * 100 >> 53) for _ in range(8)))
