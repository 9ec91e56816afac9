#!/bin/sh
# The nightly gate: the working tree against the last tag, or against REV. Needs a clone with its
# history and tags, and a machine that nobody else computes on.
#
#     results/gate.sh [REV] [options of assay gate]
#
# Writes gate.xml (JUnit), gate.sarif, gate.html and gate.json to $GATE_OUT, by default
# build/gate-report, and Markdown to stdout. Exit codes are those of `assay gate`; 2 also where there is no tag.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  "" | -*) base=$(git describe --tags --abbrev=0 2>/dev/null) || {
    echo "gate.sh: there is no tag; name a revision: results/gate.sh REV" >&2
    exit 2
  } ;;
  *) base=$1 && shift ;;
esac

assay=${ASSAY_BIN:-build/bin}/assay
if [ ! -x "$assay" ]; then
  cmake --preset release >&2
  cmake --build build/release --target assay >&2
fi
out=${GATE_OUT:-build/gate-report}
mkdir -p "$out"
exec "$assay" gate --base "$base" --markdown \
  --junit "$out/gate.xml" --sarif "$out/gate.sarif" \
  --html "$out/gate.html" --json "$out/gate.json" "$@"
