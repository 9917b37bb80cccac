"""Replaces the results in the lines that libm.ml prints by the doubles nearest to the exact values."""

import struct
import sys

import mpmath as mp

mp.mp.prec = 1300
FUNCTIONS = {
    "cbrt": lambda x: mp.cbrt(x) if x >= 0 else -mp.cbrt(-x),
    "exp2": lambda x: mp.power(2, x),
    "log10": mp.log10,
    "log2": lambda x: mp.log(x, 2),
    "pow": mp.power,
}


def double(bits):
    return mp.mpf(struct.unpack(">d", bytes.fromhex(bits))[0])


for line in sys.stdin:
    name, *arguments, _ = line.split()
    value = FUNCTIONS.get(name) or getattr(mp, name)
    result = float(value(*map(double, arguments)))
    print(name, *arguments, struct.pack(">d", result).hex())
