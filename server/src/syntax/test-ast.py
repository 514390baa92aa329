"""Support for tests: prints what Python's own parser makes of files, in the words of `test-print.ts`.

Reads paths from standard input, one a line, and writes one JSON string for each: the facts on one line, or null for a
file that this Python cannot parse.
"""

import ast
import json
import re
import sys
from decimal import Decimal

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.MatMult: "@", ast.Div: "/", ast.Mod: "%", ast.FloorDiv: "//",
    ast.Pow: "**", ast.BitOr: "|", ast.BitAnd: "&", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}
UNARY = {ast.UAdd: "+", ast.USub: "-", ast.Invert: "~", ast.Not: "not"}
COMPARE = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not-in", ast.Is: "is", ast.IsNot: "is-not",
}
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def many(head, *items):
    return "(" + " ".join(part for part in (head, *items) if part) + ")"


def group(items):
    return "[" + " ".join(items) + "]"


def block(label, body):
    return f" {label}: " + " ".join(map(statement, body)) if body else ""


def optional(node):
    return expression(node) if node is not None else ""


def aliased(name, alias):
    return f"{name}=>{alias}" if alias else name


def has_yield(node):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(child, SCOPES) and has_yield(child):
            return True
    return False


def is_generator(node):
    return any(isinstance(stmt, ast.Expr) and isinstance(stmt.value, (ast.Yield, ast.YieldFrom)) or
               not isinstance(stmt, SCOPES) and has_yield(stmt) for stmt in node.body)


def parameters(args):
    plain = [("/", arg) for arg in args.posonlyargs] + [("", arg) for arg in args.args]
    defaults = [None] * (len(plain) - len(args.defaults)) + args.defaults
    found = [parameter(mark, arg, default) for (mark, arg), default in zip(plain, defaults)]
    if args.vararg:
        found.append(parameter("*", args.vararg, None))
    found += [parameter("kw:", arg, default) for arg, default in zip(args.kwonlyargs, args.kw_defaults)]
    if args.kwarg:
        found.append(parameter("**", args.kwarg, None))
    return group(found)


def parameter(mark, arg, default):
    annotation = ":" + expression(arg.annotation) if arg.annotation else ""
    return mark + arg.arg + annotation + ("=" + expression(default) if default is not None else "")


def arguments(args, keywords):
    def printed(node):
        if isinstance(node, ast.keyword):
            return f"{node.arg}=" * bool(node.arg) + "**" * (not node.arg) + expression(node.value)
        return "*" + expression(node.value) if isinstance(node, ast.Starred) else expression(node)

    return [printed(node) for node in sorted([*args, *keywords], key=lambda node: (node.lineno, node.col_offset))]


def definition(node):
    marks = "async " * isinstance(node, ast.AsyncFunctionDef) + "generator " * is_generator(node)
    returns = " -> " + expression(node.returns) if node.returns else ""
    head = f"{marks}def {node.name} {parameters(node.args)}{returns}{decorators(node)}"
    return "(" + head + block("body", node.body) + ")"


def decorators(node):
    return "".join(" @" + expression(decorator) for decorator in node.decorator_list)


def branches(node):
    """`elif` is an `if` alone in an `else`, but starts with another word."""
    text = block("when " + expression(node.test), node.body)
    rest = node.orelse
    if len(rest) == 1 and isinstance(rest[0], ast.If) and LINES[rest[0].lineno - 1][rest[0].col_offset:][:4] == b"elif":
        return text + branches(rest[0])
    return text + block("else", rest)


def handler(node):
    caught = "except " + expression(node.type) if node.type else "except"
    return block(aliased(caught, node.name), node.body)


def case(node):
    guard = " if " + expression(node.guard) if node.guard else ""
    return block("case " + pattern(node.pattern) + guard, node.body)


def pattern(node):
    if isinstance(node, ast.MatchValue):
        return many("value", "<number>" if isinstance(node.value, ast.BinOp) else expression(node.value))
    if isinstance(node, ast.MatchSingleton):
        return many("value", constant(node.value))
    if isinstance(node, ast.MatchOr):
        return many("or", *map(pattern, node.patterns))
    if isinstance(node, ast.MatchAs):
        if node.name is None:
            return "_"
        return many("as", pattern(node.pattern), node.name) if node.pattern else many("capture", node.name)
    return many("unknown", *captures(node))


def captures(node):
    inner = [name for child in ast.iter_child_nodes(node) for name in captures(child)]
    if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
        return inner + [node.name]
    return inner + [node.rest] if isinstance(node, ast.MatchMapping) and node.rest else inner


def statement(node):
    match node:
        case ast.Import():
            return many("import", *(aliased(name.name, name.asname) for name in node.names))
        case ast.ImportFrom():
            names = [aliased(name.name, name.asname) for name in node.names]
            return many("import-from", "." * node.level + (node.module or ""), *names)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return definition(node)
        case ast.ClassDef():
            head = f"class {node.name} {group(arguments(node.bases, node.keywords))}{decorators(node)}"
            return "(" + head + block("body", node.body) + ")"
        case ast.Assign():
            return many("assign", group(map(expression, node.targets)), expression(node.value))
        case ast.AnnAssign(value=None):
            return many("annotation", expression(node.target), expression(node.annotation))
        case ast.AnnAssign():
            annotation = ": " + expression(node.annotation)
            return many("assign", group([expression(node.target)]), annotation, expression(node.value))
        case ast.AugAssign():
            return many("augassign", BINARY[type(node.op)], expression(node.target), expression(node.value))
        case ast.Delete():
            one = len(node.targets) == 1 and isinstance(node.targets[0], (ast.Tuple, ast.List))
            return many("del", *map(expression, node.targets[0].elts if one else node.targets))
        case ast.Expr():
            return many("expr", expression(node.value))
        case ast.If():
            return "(if" + branches(node) + ")"
        case ast.For() | ast.AsyncFor():
            head = f"for {expression(node.target)} {expression(node.iter)}"
            return "(" + head + block("body", node.body) + block("else", node.orelse) + ")"
        case ast.While():
            return f"(while {expression(node.test)}" + block("body", node.body) + block("else", node.orelse) + ")"
        case ast.With() | ast.AsyncWith():
            items = " ".join(aliased(expression(i.context_expr), optional(i.optional_vars)) for i in node.items)
            return f"(with {items}" + block("body", node.body) + ")"
        case ast.Match():
            return f"(match {expression(node.subject)}" + "".join(map(case, node.cases)) + ")"
        case ast.Return():
            return many("return", optional(node.value))
        case ast.Raise():
            return many("raise", optional(node.exc))
        case ast.Assert():
            return many("assert", expression(node.test))
        case ast.Global() | ast.Nonlocal():
            return many(type(node).__name__.lower(), *node.names)
        case ast.Pass() | ast.Break() | ast.Continue():
            return many(type(node).__name__.lower())
    handlers = "".join(map(handler, node.handlers))
    return "(try" + block("body", node.body) + handlers + block("else", node.orelse) + block("finally", node.finalbody) + ")"


def expression(node):
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{expression(node.value)}.{node.attr}"
        case ast.Subscript():
            return many("[]", expression(node.value), expression(node.slice))
        case ast.Slice():
            return many("unknown", optional(node.lower), optional(node.upper), optional(node.step))
        case ast.Call():
            return many("call", expression(node.func), *arguments(node.args, node.keywords))
        case ast.Constant():
            return constant(node.value)
        case ast.JoinedStr():
            return many("f", *map(fstring_part, node.values))
        case ast.Tuple() | ast.List() | ast.Set():
            return many(type(node).__name__.lower(), *map(expression, node.elts))
        case ast.Dict():
            pairs = zip(node.keys, node.values)
            return many("dict", *(f"{expression(key) if key else '**'}:{expression(value)}" for key, value in pairs))
        case ast.IfExp():
            return many("if", expression(node.test), expression(node.body), expression(node.orelse))
        case ast.BoolOp():
            return many("and" if isinstance(node.op, ast.And) else "or", *map(expression, node.values))
        case ast.UnaryOp():
            return many(UNARY[type(node.op)], expression(node.operand))
        case ast.BinOp():
            return many(BINARY[type(node.op)], expression(node.left), expression(node.right))
        case ast.Compare():
            steps = zip(node.ops, node.comparators)
            return many("compare", expression(node.left), *(f"{COMPARE[type(op)]} {expression(right)}" for op, right in steps))
        case ast.Lambda():
            return many("lambda", parameters(node.args), expression(node.body))
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            form = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "generator"}[type(node)]
            return many(f"comp-{form}", expression(node.elt), *map(clause, node.generators))
        case ast.DictComp():
            return many("comp-dict", expression(node.key) + ":", expression(node.value), *map(clause, node.generators))
        case ast.NamedExpr():
            return many(":=", node.target.id, expression(node.value))
        case ast.Await():
            return many("await", expression(node.value))
        case ast.Yield():
            return many("yield", optional(node.value))
        case ast.YieldFrom():
            return many("yield-from", expression(node.value))
        case ast.Starred():
            return many("*", expression(node.value))
    raise ValueError(node)


def clause(node):
    return many("for", expression(node.target), expression(node.iter), *("if " + expression(test) for test in node.ifs))


def fstring_part(node):
    if isinstance(node, ast.Constant):
        return constant(node.value)
    spec = [part for part in node.format_spec.values if not isinstance(part, ast.Constant)] if node.format_spec else []
    if node.conversion == -1 and node.format_spec is None:
        return expression(node.value)
    return many("unknown", expression(node.value), *(expression(part.value) for part in spec))


def constant(value):
    if value is ...:
        return "..."
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", quoted)
    if isinstance(value, bytes):
        return "<bytes>"
    return number(value)


def number(value):
    """As JavaScript prints it; what it cannot hold has no value."""
    if isinstance(value, int):
        return str(value) if value < 2**53 else "<number>"
    if isinstance(value, complex) or value == float("inf"):
        return "<number>"
    if value != 0 and (value >= 1e21 or value < 1e-6):
        mantissa, _, exponent = repr(value).partition("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"
    plain = format(Decimal(repr(value)), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


sys.setrecursionlimit(100_000)
for path in sys.stdin.read().split("\n"):
    with open(path, "rb") as file:
        source = file.read()
    LINES = source.splitlines()
    try:
        print(json.dumps(" ".join(map(statement, ast.parse(source).body))))
    except (SyntaxError, ValueError, RecursionError):
        print("null")
