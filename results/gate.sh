#!/bin/sh
# The nightly gate: the working tree against the last tag, or the commit that results/pinned names
# where there is no tag, or REV. Needs a clone with its history and tags, and a machine that nobody
# else computes on.
#
#     results/gate.sh [REV] [options of assay gate]
#
# Writes gate.xml (JUnit), gate.sarif, gate.html and gate.json to $GATE_OUT, by default
# build/gate-report, and Markdown to stdout; appends the ratios to $GATE_HISTORY, by default
# results/history.jsonl (assay history reads it). Exit codes are those of `assay gate`; 2 also where
# there is nothing to compare with.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  "" | -*)
    base=$(git describe --tags --abbrev=0 2>/dev/null ||
      sed 's/[[:space:]]*#.*//; /^$/d' results/pinned 2>/dev/null || true)
    if [ -z "$base" ]; then
      echo "gate.sh: there is no tag and no results/pinned; name a revision: results/gate.sh REV" >&2
      exit 2
    fi ;;
  *) base=$1 && shift ;;
esac

assay=${ASSAY_BIN:-build/bin}/assay
if [ ! -x "$assay" ]; then
  cmake --preset release >&2
  cmake --build build/release --target assay >&2
fi
out=${GATE_OUT:-build/gate-report}
mkdir -p "$out"
exec "$assay" gate --base "$base" --markdown --history "${GATE_HISTORY:-results/history.jsonl}" \
  --junit "$out/gate.xml" --sarif "$out/gate.sarif" --html "$out/gate.html" \
  --json "$out/gate.json" "$@"
