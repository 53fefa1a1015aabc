"""Runs the examples of README.md, one after the other, as a reader would."""

import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"

examples = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
assert examples, "README.md has no example"
names = {}
for example in examples:
    exec(compile(example, str(README), "exec"), names)
print(f"{len(examples)} examples ran")
