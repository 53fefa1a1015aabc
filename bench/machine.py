"""What this machine can do."""

import frame

run = frame.Run("machine")
figures = frame.measured([frame.BENCH, "machine"])
run.add({"work": f"copy on one thread, {figures['copy_gb_per_second']:.1f} GB/s"})
run.write()
