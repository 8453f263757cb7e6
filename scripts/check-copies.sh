#!/usr/bin/env bash
# Says when the copies of recorded facts have fallen behind their source. Usage: check-copies.sh SOURCE-FOLDER. Does nothing without one.
set -u
source=${1:-}
[ -d "$source" ] || { echo 'no source of recorded facts here: copies not compared'; exit 0; }
status=0
same() { # COPY SOURCE
  diff -rq "$1" "$source/$2" >/dev/null 2>&1 || { echo "behind its source: $1 (copy $2 again)"; status=1; }
}
same scripts/kubernetes-api-facts.json kubernetes-api-facts.json
same test/api-cases api-cases
same test/kubectl/kubectl-scenarios.sh kubectl-scenarios.sh
same test/kubectl/kubectl-node-scenarios.sh kubectl-node-scenarios.sh
same bench/apibench apibench
[ $status = 0 ] && echo 'copies are up to date'
exit $status
