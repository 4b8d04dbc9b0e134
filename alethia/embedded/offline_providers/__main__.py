"""``python -m alethia.embedded.offline_providers FOLDER``: serve until SIGTERM.

It prints a line that begins with ``ready:`` when terraform can attach; ``FOLDER/environment.json`` then holds
the environment for terraform.
"""

import argparse
from pathlib import Path

from .schemas import FOLDER, load
from .server import serve

parser = argparse.ArgumentParser(prog="python -m alethia.embedded.offline_providers")
parser.add_argument("folder", type=Path, help="where environment.json is written")
parser.add_argument("--schemas", type=Path, default=FOLDER, help="folder of provider schemas")
arguments = parser.parse_args()
serve(arguments.folder, load(arguments.schemas))
