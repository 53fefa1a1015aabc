"""The `topicmill` command."""

import signal
import sys

from topicmill import _native


def main():
    """Runs the command that the arguments spell, and ends the process with its exit code."""
    # Ctrl-C is for the command itself: the interpreter would only hear of it afterwards.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_native.run_command(["topicmill", *sys.argv[1:]]))
