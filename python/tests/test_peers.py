"""Other packages' own tests, run against our classes and functions."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SUITES = {
    "joblib_hashing": "joblib.test.test_hashing",
    "joblib_memory": "joblib.test.test_memory",
    "numexpr": "numexpr.tests.test_numexpr",
    "sklearn_nmf": "sklearn.decomposition.tests.test_nmf",
    "sklearn_text": "sklearn.feature_extraction.tests.test_text",
}


@pytest.mark.parametrize("suite", SUITES)
def test_their_tests_pass_on_ours(suite, tmp_path):
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", tmp_path]
    command += ["-p", "no:cacheprovider", "-p", "peers.rebind", "--suite", suite, "--pyargs", SUITES[suite]]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    print(done.stdout[-5000:])
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr


def test_every_list_is_run():
    assert {path.stem for path in (HERE / "peers").glob("*.toml")} == set(SUITES)
