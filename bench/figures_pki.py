"""What the server's signer issues in one process on one core: certificates, time-stamps, OCSP answers.

    figures_pki.py FOLDER [SECONDS]     FOLDER is what bench/run prepared: build/
"""

import json
import os
import subprocess
import sys

# name: how many a CPU-second there must be
LIMITS = {"certificates": 500, "renewals": 500, "stamps": 1500, "ocsp_answers": 1500}


def main():
    program = os.path.join(os.path.abspath(sys.argv[1]), "build", "bench", "bench_pki")
    out = subprocess.run([program, *sys.argv[2:]], check=True, stdout=subprocess.PIPE).stdout
    for figure in map(json.loads, out.splitlines()):
        limit = LIMITS[figure["name"]]
        print(json.dumps({"name": figure["name"], "unit": figure["unit"], "ours": figure["value"], "peer": limit,
                          "peer_name": "limit", "ratio": round(figure["value"] / limit, 2), "goal": 1}), flush=True)


if __name__ == "__main__":
    main()
