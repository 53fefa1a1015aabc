"""What all tests share."""

import sys
from pathlib import Path

import pytest

PEERS = Path(__file__).parent


@pytest.fixture
def run_python(tmp_path):
    """Runs a script in an interpreter of its own, in a folder of its own; its output."""
    import subprocess

    def run(script, *args):
        command = [sys.executable, "-c", script, *map(str, args)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
