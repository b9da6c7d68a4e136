"""SQL that is put together from pieces, found in the syntax tree: on whichever line, and in a variable too."""

import ast
from collections.abc import Iterator

Known = dict[str, list[ast.expr]]
RAW = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "exec_driver_sql", "cursor", "scalar", "scalars"}


def glued(source: str) -> Iterator[tuple[int, str]]:
    """Line and function of every statement that is not one constant."""
    tree = ast.parse(source)
    module = _assigned(tree.body) | _imported(tree)
    for name, body in _functions(tree):
        known = module | _assigned(body)
        for node in (found for statement in body for found in ast.walk(statement)):
            if isinstance(node, ast.Call) and node.args and _is_glued(node, known):
                yield node.lineno, name


def _functions(tree: ast.Module) -> Iterator[tuple[str, list[ast.stmt]]]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    yield "", [node for node in tree.body if not isinstance(node, kinds)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.body


def _imported(tree: ast.Module) -> Known:
    """Whether `text` is SQLAlchemy's here: others call a piece of a document so."""
    names = {
        f"{node.module}.{one.name}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for one in node.names
    }
    plain = {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    return {"text": []} if "sqlalchemy.text" in names or "sqlalchemy" in plain else {}


def _assigned(body: list[ast.stmt]) -> Known:
    found: Known = {}
    for node in (inner for statement in body for inner in ast.walk(statement)):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and value is not None:
            for target in targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(
                        ast.Name(id="?") if isinstance(node, ast.AugAssign) else value
                    )
    return found


def _is_glued(call: ast.Call, known: Known) -> bool:
    value = call.args[0]
    match call.func:
        case ast.Name("text") | ast.Attribute(ast.Name("sa" | "sqlalchemy"), "text"):
            return "text" in known and not _is_constant(value, known)
        case ast.Attribute(attr=name) if name in RAW:
            return _is_made_of_pieces(value, known) and not _is_constant(value, known)
    return False


def _is_constant(value: ast.expr, known: Known) -> bool:
    """Also one that was put together from nothing but constants of the same module."""
    match value:
        case ast.Name():
            return value.id in known and all(_is_constant(one, known) for one in known[value.id])
        case ast.JoinedStr():
            return all(_is_constant(one, known) for one in value.values)
        case ast.FormattedValue():
            return _is_constant(value.value, known)
        case ast.BinOp(op=ast.Add()):
            return _is_constant(value.left, known) and _is_constant(value.right, known)
    return isinstance(value, ast.Constant)


def _is_made_of_pieces(value: ast.expr, known: Known) -> bool:
    match value:
        case ast.Name():
            return any(_is_made_of_pieces(one, {}) for one in known.get(value.id, []))
        case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "format_map" | "substitute")):
            return True
        case ast.Call(func=ast.Attribute(ast.Constant(), "join" | "replace")):
            return True
        case ast.IfExp():
            return _is_made_of_pieces(value.body, known) or _is_made_of_pieces(value.orelse, known)
    return False
