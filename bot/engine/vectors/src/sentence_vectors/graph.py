"""The encoder as an ONNX graph, built from the weights with onnxruntime's fused operators.

Never approximates: the test compares it with a plain forward pass written in numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping

    import onnx
    from numpy.typing import NDArray

LAYERS = 6
HEADS = 12
MIDDLE = 2
"""The layer (from 0) whose state is handed out too: words in context, before the topic swallows them."""

EPSILON = 1e-12
FUSED = "com.microsoft"


class _Drawing:
    """Collects nodes and constants; every node has one output, named after itself."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.float32]) -> str:
        array = np.ascontiguousarray(value, dtype=np.float32)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, operator: str, name: str, *inputs: str, domain: str = "", **attributes: object) -> str:
        made = helper.make_node(operator, list(inputs), [name], name=name, domain=domain, **attributes)
        self.nodes.append(made)
        return name


def build(weights: Mapping[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """Return the graph: token ids (texts, tokens) in, two vectors of length one (texts, 384) out.

    The first, `vectors`, is the published model's; `middle` is the same mean half way up.
    """
    drawing = _Drawing()
    state = _embedding(drawing, weights)
    for layer in range(LAYERS):
        state = _layer(drawing, weights, layer, state)
        if layer == MIDDLE:
            _pooled(drawing, state, "middle")
    _pooled(drawing, state, "vectors")
    graph = helper.make_graph(
        drawing.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info("ids", TensorProto.INT32, ["texts", "tokens"])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", 384])
            for name in ("vectors", "middle")
        ],
        drawing.constants,
    )
    operator_sets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(graph, opset_imports=operator_sets, ir_version=8)


def _pooled(drawing: _Drawing, state: str, name: str) -> None:
    # No padding ever enters, so the mean over tokens is the plain mean.
    mean = drawing.node("ReduceMean", f"{name}.mean", state, axes=[1], keepdims=0)
    drawing.node("LpNormalization", name, mean, axis=1, p=2)


def _embedding(drawing: _Drawing, weights: Mapping[str, NDArray[np.float32]]) -> str:
    words = drawing.constant("words", weights["embeddings.word_embeddings.weight"])
    # Every text is one segment: the row of segment 0 is added to the positions beforehand.
    segment = weights["embeddings.token_type_embeddings.weight"][0]
    positions = drawing.constant("positions", weights["embeddings.position_embeddings.weight"] + segment)
    gamma = drawing.constant("embedded.gamma", weights["embeddings.LayerNorm.weight"])
    beta = drawing.constant("embedded.beta", weights["embeddings.LayerNorm.bias"])
    made = helper.make_node(
        "EmbedLayerNormalization",
        ["ids", "", words, positions, "", gamma, beta],
        ["embedded", "unused_mask_index"],
        name="embedded",
        domain=FUSED,
        epsilon=EPSILON,
    )
    drawing.nodes.append(made)
    return "embedded"


def _layer(drawing: _Drawing, weights: Mapping[str, NDArray[np.float32]], layer: int, state: str) -> str:
    source, name = f"encoder.layer.{layer}", f"layer{layer}"

    def dense(part: str) -> NDArray[np.float32]:
        return weights[f"{source}.{part}.weight"].T

    def bias(part: str) -> NDArray[np.float32]:
        return weights[f"{source}.{part}.bias"]

    def normalised(label: str, inner: str, skip: str, dense_part: str, norm_part: str) -> str:
        gamma = drawing.constant(f"{label}.gamma", weights[f"{source}.{norm_part}.weight"])
        beta = drawing.constant(f"{label}.beta", bias(norm_part))
        added = drawing.constant(f"{label}.bias", bias(dense_part))
        return drawing.node(
            "SkipLayerNormalization", label, inner, skip, gamma, beta, added, domain=FUSED, epsilon=EPSILON
        )

    parts = [f"attention.self.{part}" for part in ("query", "key", "value")]
    attended = drawing.node(
        "Attention",
        f"{name}.attention",
        state,
        drawing.constant(f"{name}.qkv", np.concatenate([dense(part) for part in parts], axis=1)),
        drawing.constant(f"{name}.qkv.bias", np.concatenate([bias(part) for part in parts])),
        domain=FUSED,
        num_heads=HEADS,
    )
    mixing = drawing.constant(f"{name}.mixing", dense("attention.output.dense"))
    mixed = drawing.node("MatMul", f"{name}.mixed", attended, mixing)
    middle = normalised(
        f"{name}.middle", mixed, state, "attention.output.dense", "attention.output.LayerNorm"
    )
    widening = drawing.constant(f"{name}.widening", dense("intermediate.dense"))
    wide = drawing.node("MatMul", f"{name}.wide", middle, widening)
    wide_bias = drawing.constant(f"{name}.wide.bias", bias("intermediate.dense"))
    active = drawing.node("BiasGelu", f"{name}.active", wide, wide_bias, domain=FUSED)
    narrowing = drawing.constant(f"{name}.narrowing", dense("output.dense"))
    narrow = drawing.node("MatMul", f"{name}.narrow", active, narrowing)
    return normalised(f"{name}.state", narrow, middle, "output.dense", "output.LayerNorm")
