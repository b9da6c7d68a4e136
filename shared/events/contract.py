"""What strangers may rely on: the public facts as JSON Schema, without the fields that stay here."""

from typing import Any

from shared.events.bus import DomainFact, public_facts


def describe() -> dict[str, Any]:
    """Every public fact of this site, by name: version, publisher, and the schema of its `data`."""
    ours = {name: fact for name, fact in public_facts().items() if fact.__module__.startswith(__package__ or "")}
    return {name: _describe(ours[name]) for name in sorted(ours)}


def _describe(fact: type[DomainFact]) -> dict[str, Any]:
    schema = fact.model_json_schema(mode="serialization")
    schema["properties"] = {name: field for name, field in schema["properties"].items() if name not in fact.private}
    schema["required"] = [name for name in schema.get("required", ()) if name not in fact.private]
    return {"version": fact.version, "source": f"/{fact.publisher()}", "data": schema}
