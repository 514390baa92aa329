/**
 * The lowered form of a Python file: what the analysis needs, and nothing of tree-sitter.
 *
 * Every `Span` counts UTF-16 code units from the start of the text, `end` exclusive. Facts are plain immutable data;
 * they outlive the tree they were lowered from. What is broken (ERROR, MISSING), too deep or not modelled is `unknown`;
 * an `unknown` keeps the facts of the well-formed parts inside it where a reader could still want them.
 */

/** Half-open range of UTF-16 code units. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

export interface ModuleFacts {
	readonly body: Block;
	/** Every comment of the file, in order. */
	readonly comments: readonly Comment[];
	/** True when the tree holds an ERROR or MISSING node anywhere. */
	readonly hasError: boolean;
}

/** `text` starts with the `#`. */
export interface Comment extends Span {
	readonly text: string;
}

export type Block = readonly Stmt[];

export interface Identifier extends Span {
	readonly name: string;
}

export type Stmt =
	| ImportStmt
	| ImportFromStmt
	| DefStmt
	| ClassStmt
	| AssignStmt
	| AugAssignStmt
	| AnnotationStmt
	| DeleteStmt
	| ExprStmt
	| IfStmt
	| ForStmt
	| WhileStmt
	| TryStmt
	| WithStmt
	| MatchStmt
	| ReturnStmt
	| RaiseStmt
	| AssertStmt
	| ScopeStmt
	| JumpStmt
	| UnknownStmt;

/** `import a.b as c, d` */
export interface ImportStmt extends Span {
	readonly kind: "import";
	/** `path` is dotted; `alias` is undefined for a plain `import a.b` (which binds `a`). */
	readonly names: readonly { readonly path: string; readonly alias: Identifier | undefined; readonly span: Span }[];
}

/** `from ..a.b import c as d, *` */
export interface ImportFromStmt extends Span {
	readonly kind: "import-from";
	/** Number of leading dots. */
	readonly level: number;
	/** Dotted, may be empty (`from . import x`). */
	readonly module: string;
	readonly star: boolean;
	readonly names: readonly { readonly name: string; readonly alias: Identifier | undefined; readonly span: Span }[];
}

export interface Param {
	readonly name: Identifier;
	readonly kind: "positional-only" | "normal" | "vararg" | "keyword-only" | "kwarg";
	readonly default: Expr | undefined;
	readonly annotation: Expr | undefined;
}

export interface DefStmt extends Span {
	readonly kind: "def";
	readonly name: Identifier;
	readonly params: readonly Param[];
	readonly returns: Expr | undefined;
	readonly body: Block;
	readonly decorators: readonly Expr[];
	readonly isAsync: boolean;
	/** True when a `yield` belongs to this very function. */
	readonly isGenerator: boolean;
}

export interface ClassStmt extends Span {
	readonly kind: "class";
	readonly name: Identifier;
	readonly bases: readonly Argument[];
	readonly body: Block;
	readonly decorators: readonly Expr[];
}

/** `a = b = value`, `a, *b = value`, `a: T = value`; targets in source order. */
export interface AssignStmt extends Span {
	readonly kind: "assign";
	readonly targets: readonly Expr[];
	readonly value: Expr;
	readonly annotation: Expr | undefined;
}

export interface AugAssignStmt extends Span {
	readonly kind: "augassign";
	readonly target: Expr;
	/** With the equals sign left out: `+`, `or`-likes never occur. */
	readonly operator: string;
	readonly value: Expr;
}

/** `a: T` without a value: binds nothing. */
export interface AnnotationStmt extends Span {
	readonly kind: "annotation";
	readonly target: Expr;
	readonly annotation: Expr;
}

export interface DeleteStmt extends Span {
	readonly kind: "del";
	readonly targets: readonly Expr[];
}

export interface ExprStmt extends Span {
	readonly kind: "expr";
	readonly value: Expr;
}

/** `if`/`elif`s/`else`, kept flat. */
export interface IfStmt extends Span {
	readonly kind: "if";
	readonly branches: readonly { readonly test: Expr; readonly body: Block }[];
	readonly orelse: Block;
}

export interface ForStmt extends Span {
	readonly kind: "for";
	readonly target: Expr;
	readonly iter: Expr;
	readonly body: Block;
	readonly orelse: Block;
}

export interface WhileStmt extends Span {
	readonly kind: "while";
	readonly test: Expr;
	readonly body: Block;
	readonly orelse: Block;
}

export interface TryStmt extends Span {
	readonly kind: "try";
	readonly body: Block;
	readonly handlers: readonly {
		readonly type: Expr | undefined;
		readonly name: Identifier | undefined;
		readonly body: Block;
	}[];
	readonly orelse: Block;
	readonly finalbody: Block;
}

export interface WithStmt extends Span {
	readonly kind: "with";
	readonly items: readonly { readonly context: Expr; readonly target: Expr | undefined }[];
	readonly body: Block;
}

export interface MatchStmt extends Span {
	readonly kind: "match";
	readonly subject: Expr;
	readonly cases: readonly { readonly pattern: Pattern; readonly guard: Expr | undefined; readonly body: Block }[];
}

export type Pattern =
	| (Span & { readonly kind: "wildcard" })
	| (Span & { readonly kind: "capture"; readonly name: Identifier })
	/** A literal or a dotted name compared with `==`/`is`. */
	| (Span & { readonly kind: "value"; readonly value: Expr })
	| (Span & { readonly kind: "or"; readonly patterns: readonly Pattern[] })
	| (Span & { readonly kind: "as"; readonly pattern: Pattern; readonly name: Identifier })
	/** Sequence, mapping, class, splat: matches or not, unknowably; binds `names`. */
	| (Span & { readonly kind: "unknown"; readonly names: readonly Identifier[] });

export interface ReturnStmt extends Span {
	readonly kind: "return";
	readonly value: Expr | undefined;
}

export interface RaiseStmt extends Span {
	readonly kind: "raise";
	readonly value: Expr | undefined;
}

export interface AssertStmt extends Span {
	readonly kind: "assert";
	readonly test: Expr;
}

export interface ScopeStmt extends Span {
	readonly kind: "global" | "nonlocal";
	readonly names: readonly string[];
}

export interface JumpStmt extends Span {
	readonly kind: "break" | "continue" | "pass";
}

/**
 * Broken or unmodelled code. `binds` are names the code might assign (they become unknown);
 * `parts` are the statements and expressions that could be lowered inside it, in source order.
 */
export interface UnknownStmt extends Span {
	readonly kind: "unknown-stmt";
	readonly binds: readonly string[];
	readonly parts: readonly (Stmt | Expr)[];
}

export type Expr =
	| NameExpr
	| AttributeExpr
	| SubscriptExpr
	| CallExpr
	| ConstantExpr
	| FStringExpr
	| SequenceExpr
	| DictExpr
	| ConditionalExpr
	| BoolExpr
	| NotExpr
	| UnaryExpr
	| BinaryExpr
	| CompareExpr
	| LambdaExpr
	| ComprehensionExpr
	| NamedExpr
	| AwaitExpr
	| YieldExpr
	| StarredExpr
	| UnknownExpr;

export interface NameExpr extends Span {
	readonly kind: "name";
	readonly name: string;
}

export interface AttributeExpr extends Span {
	readonly kind: "attribute";
	readonly value: Expr;
	readonly attr: Identifier;
}

export interface SubscriptExpr extends Span {
	readonly kind: "subscript";
	readonly value: Expr;
	/** A slice or a tuple of indices is `unknown`/`tuple`. */
	readonly index: Expr;
}

export type Argument =
	| (Span & { readonly kind: "positional"; readonly value: Expr })
	| (Span & { readonly kind: "keyword"; readonly name: Identifier; readonly value: Expr })
	| (Span & { readonly kind: "star"; readonly value: Expr })
	| (Span & { readonly kind: "double-star"; readonly value: Expr });

export interface CallExpr extends Span {
	readonly kind: "call";
	readonly func: Expr;
	/** In source order. */
	readonly args: readonly Argument[];
	/** From the opening to the closing parenthesis, both included. */
	readonly argsSpan: Span;
}

/** Numbers that do not fit a double and bytes have `value: undefined`; adjacent plain string literals are joined. */
export interface ConstantExpr extends Span {
	readonly kind: "constant";
	readonly type: "string" | "bytes" | "number" | "boolean" | "none" | "ellipsis";
	readonly value: string | number | boolean | null | undefined;
}

/** An f-string, or adjacent strings one of which is an f-string. */
export interface FStringExpr extends Span {
	readonly kind: "fstring";
	readonly parts: readonly (string | Expr)[];
}

export interface SequenceExpr extends Span {
	readonly kind: "tuple" | "list" | "set";
	readonly items: readonly Expr[];
}

export interface DictExpr extends Span {
	readonly kind: "dict";
	/** `key: undefined` is `**value`. */
	readonly entries: readonly { readonly key: Expr | undefined; readonly value: Expr }[];
}

/** `then if test else otherwise` */
export interface ConditionalExpr extends Span {
	readonly kind: "conditional";
	readonly test: Expr;
	readonly then: Expr;
	readonly otherwise: Expr;
}

/** `a and b and c` is one node with three operands. */
export interface BoolExpr extends Span {
	readonly kind: "and" | "or";
	readonly operands: readonly Expr[];
}

export interface NotExpr extends Span {
	readonly kind: "not";
	readonly operand: Expr;
}

export interface UnaryExpr extends Span {
	readonly kind: "unary";
	readonly operator: "-" | "+" | "~";
	readonly operand: Expr;
}

export interface BinaryExpr extends Span {
	readonly kind: "binary";
	readonly operator: string;
	readonly left: Expr;
	readonly right: Expr;
}

export interface CompareExpr extends Span {
	readonly kind: "compare";
	readonly left: Expr;
	/** `is not` and `not in` are one operator each. */
	readonly rest: readonly { readonly operator: string; readonly right: Expr }[];
}

export interface LambdaExpr extends Span {
	readonly kind: "lambda";
	readonly params: readonly Param[];
	readonly body: Expr;
}

export interface ComprehensionExpr extends Span {
	readonly kind: "comprehension";
	readonly form: "list" | "set" | "dict" | "generator";
	/** For a dict comprehension: the value. */
	readonly element: Expr;
	readonly key: Expr | undefined;
	readonly clauses: readonly { readonly target: Expr; readonly iter: Expr; readonly tests: readonly Expr[] }[];
}

/** `(name := value)` */
export interface NamedExpr extends Span {
	readonly kind: "named";
	readonly target: Identifier;
	readonly value: Expr;
}

export interface AwaitExpr extends Span {
	readonly kind: "await";
	readonly value: Expr;
}

export interface YieldExpr extends Span {
	readonly kind: "yield";
	readonly value: Expr | undefined;
	/** `yield from value` */
	readonly from: boolean;
}

/** `*value` inside a sequence or as a target. */
export interface StarredExpr extends Span {
	readonly kind: "starred";
	readonly value: Expr;
}

export interface UnknownExpr extends Span {
	readonly kind: "unknown";
	/** Well-formed expressions inside, in source order. */
	readonly parts: readonly Expr[];
}

const STATEMENTS: ReadonlySet<string> = new Set<Stmt["kind"]>([
	"import",
	"import-from",
	"def",
	"class",
	"assign",
	"augassign",
	"annotation",
	"del",
	"expr",
	"if",
	"for",
	"while",
	"try",
	"with",
	"match",
	"return",
	"raise",
	"assert",
	"global",
	"nonlocal",
	"break",
	"continue",
	"pass",
	"unknown-stmt",
]);

/** Tells the two apart where both may stand. */
export function isStatement(part: Stmt | Expr): part is Stmt {
	return STATEMENTS.has(part.kind);
}
