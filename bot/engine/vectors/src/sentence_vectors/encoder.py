"""Turns texts into vectors of length one, so that a dot product is their cosine.

Never pads or batches: int8 scales are taken over what is encoded together, so a text encoded alone has
one vector for ever, the same in training and in service.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import onnxruntime
import tokenizers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DIMENSIONS = 384
MODEL_FILE = "minilm-int8.onnx"
TOKENIZER_FILE = "tokenizer.json"
MAX_TOKENS = 256


class ModelFilesMissing(FileNotFoundError):
    """The exported model is not where it should be."""

    def __init__(self, folder: Path) -> None:
        """Say which folder, and what to run."""
        super().__init__(
            f"no {MODEL_FILE} and {TOKENIZER_FILE} in {folder}: run `python -m sentence_vectors.export "
            f"{folder}`"
        )


class SentenceEncoder:
    """The exported model, ready to encode. Safe to share between threads."""

    def __init__(
        self, folder: Path | str, *, model_file: str = MODEL_FILE, remembered: int = 1024, threads: int = 1
    ) -> None:
        """Load the model.

        Args:
            folder: where the export put its files.
            model_file: which of them; the full-precision graph is only for tests.
            remembered: how many recent texts keep their vector ("yes", "no" and button texts recur).
            threads: inside one text; one is fastest for chat-sized texts when other work shares the cores.
        """
        folder = Path(folder)
        model, vocabulary = folder / model_file, folder / TOKENIZER_FILE
        if not (model.is_file() and vocabulary.is_file()):
            raise ModelFilesMissing(folder)
        self._tokenizer = tokenizers.Tokenizer.from_file(str(vocabulary))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 3
        # Waiting threads must sleep: a spinning pool would take the other processes' core.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._remembered = remembered
        self._recent: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of DIMENSIONS per text, each of length one: what the text is about."""
        return self.encode_deep(texts)[:, :DIMENSIONS]

    def encode_deep(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of 2 x DIMENSIONS per text: the vector of `encode`, then the middle layer's.

        The second also has length one and costs nothing: it comes from the same pass. It keeps more of the
        wording ("take a loan", "repay a loan"), which the last layer gives up for the topic.
        """
        vectors = np.empty((len(texts), 2 * DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._encode_one(text)
        return vectors

    def _encode_one(self, text: str) -> NDArray[np.float32]:
        with self._lock:
            known = self._recent.get(text)
            if known is not None:
                self._recent.move_to_end(text)
                return known
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int32)
        last, middle = self._session.run(["vectors", "middle"], {"ids": ids})
        vector = cast("NDArray[np.float32]", np.concatenate([last[0], middle[0]]))
        with self._lock:
            self._recent[text] = vector
            while len(self._recent) > self._remembered:
                self._recent.popitem(last=False)
        return vector
