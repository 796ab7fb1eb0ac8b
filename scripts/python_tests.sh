#!/usr/bin/env bash
# Run the Python tests; their folders lie in memory where there is room, for they wait for the disk more than they compute.
# A process that is killed finds the same files on either; the long suites run on the disk.
set -euo pipefail
cd "$(dirname "$0")/.."
ROOM_MB=8192
free_in() { df --output=avail -m "$1" 2>/dev/null | tail -n 1 | tr -d ' ' || true; }
memory=$(awk '/MemAvailable/ {print int($2 / 1024)}' /proc/meminfo 2>/dev/null || true)
room=$(free_in /dev/shm)
if [ "${room:-0}" -ge $ROOM_MB ] && [ "${memory:-0}" -ge $((2 * ROOM_MB)) ]; then
  memory_folder=$(mktemp -d /dev/shm/liftloop.XXXX)
  trap 'rm -rf "$memory_folder"' EXIT
  # A short name, for a Unix socket's path has 107 bytes.
  set -- --basetemp "$memory_folder/t" "$@"
fi
# Three workers on two cores, because tests wait for processes.  Which tests stay together is said in tests/conftest.py.
# What Python makes of the tests is kept, whatever the environment says: making it takes a worker ten seconds.
PYTHONDONTWRITEBYTECODE='' .venv/bin/pytest -n 3 --dist loadscope "$@"
