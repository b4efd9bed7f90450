"""Runs a trained graph by calling its nodes one after the other.

Never trains and never schedules: a message's graph is a short chain, and building a task graph for it
anew each time (as Rasa's dask runner does) costs more than running it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rasa.engine.graph import GraphNode
from rasa.engine.runner.interface import GraphRunner

if TYPE_CHECKING:
    from rasa.engine.graph import ExecutionContext, GraphNodeHook, GraphSchema
    from rasa.engine.storage.storage import ModelStorage


class PlainGraphRunner(GraphRunner):
    """Calls the components in the order of their needs."""

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode]) -> None:
        """Take the schema and its nodes, components loaded."""
        self._schema = schema
        self._nodes = nodes
        self._orders: dict[str, list[GraphNode]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> PlainGraphRunner:
        """Load every component of the schema."""
        nodes = {
            name: GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks)
            for name, node in graph_schema.nodes.items()
        }
        return cls(graph_schema, nodes)

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Run what the targets need; errors of components come out as they are."""
        values: dict[str, Any] = dict(inputs or {})
        wanted = targets or self._schema.target_names
        for target in wanted:
            for node in self._order(target):
                if node._node_name not in values:
                    given = {parameter: values[source] for parameter, source in node._inputs.items()}
                    values[node._node_name] = node._fn(node._component, **given)
        return {target: values[target] for target in wanted}

    def _order(self, target: str) -> list[GraphNode]:
        """Return the nodes the target needs, each after its own needs."""
        if target not in self._orders:
            order: list[str] = []

            def visit(name: str) -> None:
                if name in order or name not in self._nodes:
                    return  # met already, or an input from outside
                for source in self._schema.nodes[name].needs.values():
                    visit(source)
                order.append(name)

            visit(target)
            self._orders[target] = [self._nodes[name] for name in order]
        return self._orders[target]
