"""What every bench says of the machine it ran on."""
import os
import sys


def cpu():
    with open("/proc/cpuinfo") as file:
        return next((line.split(":", 1)[1].strip() for line in file
                     if line.startswith("model name")), "unknown CPU")


def warn_if_busy():
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"warning: load {load:.1f}: the machine is busy",
              file=sys.stderr)
