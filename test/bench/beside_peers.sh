#!/usr/bin/env bash
# Sinter among the peers that shared/anchors sets up (its setup.sh, once):
#   beside_peers.sh MODEL.so [ARGUMENTS OF compare.py]
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
anchors=${SINTER_SHARED:-$root/../shared}/anchors
run=${SINTER_BIN:-$root/build/bin}/sinter-run
model=$1
shift
[ -x "$anchors/compare.py" ] || { echo "no $anchors/compare.py" >&2; exit 1; }
exec "$anchors/compare.py" "$@" --extra \
  "sinter-f32=$run bench $model -p {prefill} -n {decode} --threads {threads} --json"
