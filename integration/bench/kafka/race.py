#!/usr/bin/env python3
"""race.py COMMAND...   runs the commands in turn, many times, and prints the median seconds of each whole process"""
import shlex
import statistics
import subprocess
import sys
import time

ROUNDS = 15


def seconds(command):
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


commands = [shlex.split(command) for command in sys.argv[1:]]
rounds = [[seconds(command) for command in commands] for _ in range(ROUNDS)]
print(*(f"{statistics.median(times):.4f}" for times in zip(*rounds)))
