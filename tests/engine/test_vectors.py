"""The exported sentence model computes what the published one does."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import tokenizers
from safetensors.numpy import load_file, save_file
from sentence_vectors import ModelFilesMissing, SentenceEncoder
from sentence_vectors import export as exporting
from sentence_vectors.export import FULL_PRECISION_FILE, WeightsNotTrusted, export, weights_folder

TEXTS = [
    "hello",
    "I would like to borrow against my whole life policy, please.",
    "Is suicide covered?",
    "880000100101",
    "How far is the claim for my father's stay in hospital, and which papers do you still need from me?",
]


@pytest.fixture(scope="module")
def both_precisions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vectors")
    export(folder, keep_full_precision=True)
    return folder


def reference(texts: list[str], layers: int = 6) -> np.ndarray:
    """Compute the vectors by the textbook: a plain forward pass through so many of the published layers."""
    weights = load_file(str(weights_folder() / "model.safetensors"))
    tokenizer = tokenizers.Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    return np.stack([_forward(weights, np.array(tokenizer.encode(text).ids), layers) for text in texts])


def _forward(weights: dict[str, np.ndarray], ids: np.ndarray, layers: int) -> np.ndarray:
    def dense(name: str, state: np.ndarray) -> np.ndarray:
        return state @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name: str, state: np.ndarray) -> np.ndarray:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    erf = np.vectorize(math.erf)
    state = weights["embeddings.word_embeddings.weight"][ids]
    state = state + weights["embeddings.position_embeddings.weight"][: len(ids)]
    state = norm("embeddings.LayerNorm", state + weights["embeddings.token_type_embeddings.weight"][0])
    for layer in range(layers):
        base = f"encoder.layer.{layer}"
        query, key, value = (
            dense(f"{base}.attention.self.{part}", state).reshape(len(ids), 12, 32).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(32)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (
            (scores / scores.sum(axis=-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), 384)
        )
        state = norm(
            f"{base}.attention.output.LayerNorm", state + dense(f"{base}.attention.output.dense", mixed)
        )
        wide = dense(f"{base}.intermediate.dense", state)
        wide = wide * 0.5 * (1 + erf(wide / math.sqrt(2)))
        state = norm(f"{base}.output.LayerNorm", state + dense(f"{base}.output.dense", wide))
    mean = state.mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_the_graph_computes_what_a_plain_forward_pass_does(both_precisions: Path) -> None:
    encoder = SentenceEncoder(both_precisions, model_file=FULL_PRECISION_FILE)
    assert np.abs(encoder.encode(TEXTS) - reference(TEXTS)).max() < 1e-5


def test_the_middle_vector_comes_from_the_same_pass_and_changes_nothing(both_precisions: Path) -> None:
    encoder = SentenceEncoder(both_precisions, model_file=FULL_PRECISION_FILE)
    deep = encoder.encode_deep(TEXTS)
    assert np.array_equal(deep[:, :384], encoder.encode(TEXTS))
    assert np.abs(deep[:, 384:] - reference(TEXTS, layers=3)).max() < 1e-5


def test_eight_bits_keep_the_direction(both_precisions: Path) -> None:
    vectors = SentenceEncoder(both_precisions).encode(TEXTS)
    assert (vectors * reference(TEXTS)).sum(axis=1).min() > 0.95


def test_vectors_are_float32_of_length_one(sentence_model: Path) -> None:
    vectors = SentenceEncoder(sentence_model).encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(sentence_model: Path) -> None:
    together = SentenceEncoder(sentence_model).encode(TEXTS)
    alone = np.vstack([SentenceEncoder(sentence_model).encode([text]) for text in TEXTS])
    assert np.array_equal(together, alone)


def test_no_texts_are_no_vectors_and_an_empty_text_has_one(sentence_model: Path) -> None:
    encoder = SentenceEncoder(sentence_model)
    assert encoder.encode([]).shape == (0, 384)
    assert np.isfinite(encoder.encode([""])).all()


def test_a_text_beyond_the_models_length_is_cut_not_refused(sentence_model: Path) -> None:
    assert np.isfinite(SentenceEncoder(sentence_model).encode(["policy " * 2000])).all()


def test_a_remembered_vector_is_the_same_vector(sentence_model: Path) -> None:
    encoder = SentenceEncoder(sentence_model, remembered=1)
    first = encoder.encode(["hello"])
    assert np.array_equal(first, encoder.encode(["hello"]))
    encoder.encode(["something else"])
    assert np.array_equal(first, encoder.encode(["hello"]))


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFilesMissing, match=r"sentence_vectors\.export"):
        SentenceEncoder(tmp_path)


def test_what_is_current_is_not_written_again(both_precisions: Path) -> None:
    assert export(both_precisions) is False


def test_a_damaged_output_is_written_again(tmp_path: Path, sentence_model: Path) -> None:
    for name in ("minilm-int8.onnx", "tokenizer.json", "minilm.json"):
        (tmp_path / name).write_bytes((sentence_model / name).read_bytes())
    with (tmp_path / "minilm-int8.onnx").open("ab") as file:
        file.write(b"x")
    assert not exporting.is_current(tmp_path)


def test_other_weights_are_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "model"
    source.mkdir()
    save_file({"embeddings": np.zeros((2, 2), dtype=np.float32)}, str(source / "model.safetensors"))
    monkeypatch.setattr(exporting, "weights_folder", lambda: source)
    with pytest.raises(WeightsNotTrusted, match="not the published model"):
        export(tmp_path / "out")
    assert not (tmp_path / "out").exists()
