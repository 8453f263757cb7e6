#!/usr/bin/env bash
# Replays the recorded API cases of areas that are still on their way against `kubelib up --memory` and prints the score of each. A report:
# it does not fail on a score, only when the server or the runner does not work. The other areas are a test, integration/api-cases.
# Needs a build (npm run build).
set -euo pipefail
cd "$(dirname "$0")/.."
directory=$(mktemp -d)
node dist/cli/kubelib.js up --memory --no-demo --nodes 0 --listen 127.0.0.1:0 --data-dir "$directory" >"$directory/log" 2>&1 &
server=$!
trap 'kill -INT "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$directory"' EXIT
for _ in $(seq 100); do
  [ -s "$directory/kubeconfig" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$directory/log"; exit 1; }
  sleep 0.1
done
KUBECTL=$(node -e "import('./dist/test/support/kubectl.js').then(({ findKubectl }) => console.log(findKubectl() ?? ''))")
[ -n "$KUBECTL" ] || { echo 'no kubectl here'; exit 1; }
export KUBECTL
run=(node test/api-cases/run.mjs --kubeconfig "$directory/kubeconfig" --settle "${SETTLE:-3}")
for area in access controllers; do
  timeout "${AREA_SECONDS:-60}" "${run[@]}" "test/api-cases/$area.json" >"$directory/$area.txt" 2>/dev/null || true
  score=$(grep -E '^[0-9]+ passed' "$directory/$area.txt" | tail -n 1 || true)
  echo "$area: ${score:-not finished within ${AREA_SECONDS:-60} s}" | sed 's/ passed, / of the recorded answers given, /; s/ failed$/ not yet/'
  if [ -n "${DETAILS:-}" ]; then grep '^not ok' "$directory/$area.txt" || true; fi
  kill -0 "$server" 2>/dev/null || { echo 'the server has died'; cat "$directory/log"; exit 1; }
done
